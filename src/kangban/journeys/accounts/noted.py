"""Every step at the door leaves a line in the audit."""

from __future__ import annotations

from kangban.clinical.access import Actor, Role
from kangban.clinical.account import Account
from kangban.clinical.audit import Outcome
from kangban.journeys.auditing.recording import event
from kangban.journeys.gate import Gate
from kangban.kernel.ids import new_id


async def note(
    gate: Gate,
    who: Actor | None,
    what: str,
    *,
    subject: str = "",
    member_id: str = "",
    outcome: Outcome = "ok",
    reason: str = "",
    family_id: str | None = "",
) -> None:
    """Write one event; `subject` is the id of the account, membership or key it is about.

    Logins and accounts stand in the server's own chain (""), memberships and keys in their family's.
    """
    made = event(
        who, what, at=gate.clock.now(), member_id=member_id, entries=(subject,) if subject else (),
        purpose="administer", outcome=outcome, reason=reason, key=(new_id("step"),), family_id=family_id,
    )  # fmt: skip
    await gate.audit.write([made])


def as_actor(account: Account, *, family_id: str = "", role: Role | None = None, door: str = "page") -> Actor:
    """An account by itself, in no family: who is named in the audit while it comes in."""
    return Actor(account.id, account.name, family_id, role or ("operator" if account.operator else "adult"), door=door)
