"""Events of the audit, made of who acts and what happened: pure, and the same effect always has the same id."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from kangban.clinical.access import Actor
from kangban.clinical.audit import AuditEvent, Outcome
from kangban.clinical.audit_codes import HAPPENINGS
from kangban.clinical.record import Entry
from kangban.kernel.clock import aware
from kangban.kernel.errors import Broken
from kangban.kernel.ids import derived_id
from kangban.record.chain import DROPPED

SEEN_AGAIN_AFTER: Final = timedelta(minutes=10)  # within it, looking at the same thing is one line of the audit
NOBODY: Final = Actor("", "", "", "system", door="page")  # somebody at the door we do not know
_CODE = re.compile(r"[ -~]{0,200}")
_MOST_ENTRIES = 50  # one event names no more


def event(
    actor: Actor,
    what: str,
    at: datetime,
    *,
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
    """One event. `key` names the effect, so that doing it again is one line; without it the moment is the key.

    `family_id` "" puts it into the server's own chain. Raises Broken for a code that is not in the table.
    """
    if what not in HAPPENINGS or what == DROPPED:
        raise Broken("no such code of the audit", field="what")
    if not _CODE.fullmatch(reason) or not all(map(_CODE.fullmatch, rules)):
        # Words would stand in the audit for good; a value of the record must not.
        raise Broken("a reason and a rule are codes", field="reason")
    family = actor.family_id if family_id is None else family_id
    moment = aware(at)
    named = tuple(sorted(set(entries)))[:_MOST_ENTRIES]
    unique = tuple(key) or (moment.isoformat(), *named, outcome, reason, model, *kinds)
    return AuditEvent(
        id=derived_id("audit", family, actor.account_id, what, member_id, *unique),
        at=moment,
        family_id=family,
        account_id=actor.account_id,
        role=actor.role if actor.account_id else "",
        door=actor.door,
        action=HAPPENINGS[what].action,
        what=what,
        member_id=member_id,
        kinds=tuple(sorted(set(kinds))),
        entries=named,
        purpose=purpose,
        outcome=outcome,
        rules=tuple(rules),
        model=model,
        reason=reason,
    )


def seen(
    actor: Actor, at: datetime, *, member_id: str, group: str, kinds: Sequence[str], purpose: str, rule: str
) -> AuditEvent:
    """A look at one group of a member's record: one line per session, member, group, purpose and ten minutes."""
    span = int(aware(at).timestamp()) // int(SEEN_AGAIN_AFTER.total_seconds())
    key = (actor.session_id or actor.door, actor.role, group, purpose, rule, str(span))
    return event(
        actor, "entry.seen", at, member_id=member_id, kinds=kinds, purpose=purpose, rules=(rule,), reason=group, key=key
    )


def written(actor: Actor, at: datetime, entries: Sequence[Entry], *, rules: Sequence[str] = ()) -> list[AuditEvent]:
    """One event for each entry that is appended; stands in the same transaction and derives from the entry's id.

    Writing the same entry again makes no second line.
    """
    return [
        event(
            actor, what_of(entry), at, member_id=entry.member_id, kinds=(entry.kind,), entries=(entry.id,),
            purpose="write", rules=rules, key=(entry.id,),
        )
        for entry in entries
    ]  # fmt: skip


def what_of(entry: Entry) -> str:
    """The code of an entry that is appended."""
    if entry.retracted:
        return "entry.withdrawn"
    status = getattr(entry.body, "status", "")
    if entry.kind == "Proposal" and status in ("confirmed", "dismissed"):
        return f"entry.{status}"
    return "entry.corrected" if entry.supersedes is not None else "entry.written"
