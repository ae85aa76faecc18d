"""An event of the audit from where a journey stands: its house, or an actor and a moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from kangban.clinical.access import Actor
from kangban.clinical.audit import AuditEvent, Outcome
from kangban.journeys.gate import Gate
from kangban.journeys.house import House
from kangban.kernel.errors import Broken
from kangban.record import happened


def event(
    who: House | Actor | None,
    what: str,
    *,
    at: datetime | None = None,
    member_id: str = "",
    kinds: Sequence[str] = (),
    entries: Sequence[str] = (),
    purpose: str = "",
    outcome: Outcome = "ok",
    rules: Sequence[str] = (),
    model: str = "",
    reason: str = "",
    key: Sequence[str] = (),
    family_id: str | None = None,
) -> AuditEvent:
    """See record/happened.py. A house brings its actor and its clock; an actor, or None for somebody unknown, needs
    `at`.
    """
    actor = who.actor if isinstance(who, House) else who or happened.NOBODY
    moment = who.clock.now() if at is None and isinstance(who, House) else at
    if moment is None:
        raise Broken("an event without a house needs its moment", field="at")
    return happened.event(
        actor, what, moment, member_id=member_id, kinds=kinds, entries=entries, purpose=purpose, outcome=outcome,
        rules=rules, model=model, reason=reason, key=key, family_id=family_id,
    )  # fmt: skip


async def at_gate(
    gate: Gate,
    who: Actor | None,
    what: str,
    *,
    outcome: Outcome = "ok",
    reason: str = "",
    key: Sequence[str] = (),
    family_id: str | None = None,
) -> None:
    """Write what happened at the door; logins and accounts stand in the server's own chain, family_id ""."""
    made = event(
        who, what, at=gate.clock.now(), outcome=outcome, reason=reason, key=key, family_id=family_id,
        purpose="administer",
    )  # fmt: skip
    await gate.audit.write([made])
