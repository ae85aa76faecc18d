"""Events and chains for tests of the audit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from kangban.clinical.audit import AuditEvent

AT = datetime(2026, 5, 1, 8, 0, tzinfo=UTC)


def happened(number: int, *, family: str = "home", day: int | None = None, member: str = "gran") -> AuditEvent:
    """The event with this number; a day apart each, unless `day` says otherwise."""
    return AuditEvent(
        id=f"audit-{family}-{number}", at=AT + timedelta(days=number if day is None else day), family_id=family,
        account_id="acc-mum", role="manager", door="page", action="R", what="entry.seen", member_id=member,
        kinds=("Observation",), purpose="view", rules=("role.manager.dependent",), reason="measurements",
    )  # fmt: skip
