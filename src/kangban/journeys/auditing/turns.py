"""The two lines a chat turn leaves in the audit: what was asked, and what became of the answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from kangban.clinical.audit import AuditEvent
from kangban.clinical.draft import Answer, Verdict
from kangban.clinical.record import DetectedIssue, Entry
from kangban.journeys.auditing.recording import event
from kangban.journeys.house import House
from kangban.rules.compiled import shipped

_WHAT: Final = {
    "release": "answer.released",
    "amend": "answer.amended",
    "hold": "answer.held",
    "refuse": "answer.refused",
}


def asked(house: House, message: Entry, kept: Sequence[Entry]) -> AuditEvent:
    """Somebody asked; `kept` are the documents that came with the message."""
    written = [message, *kept]
    return event(
        house, "chat.asked", member_id=message.member_id, kinds=[e.kind for e in written],
        entries=[e.id for e in written], purpose="ask", model=house.model.name, key=(message.id,),
    )  # fmt: skip


def answered(house: House, entries: Sequence[Entry], verdict: Verdict, answer: Answer, at: datetime) -> AuditEvent:
    """The guard decided on an answer and everything of its turn was written: by which rules, brain and packs."""
    failed = [f"guard.{c.name}" for c in verdict.checks if c.outcome in ("fail", "error")]
    fired = [rule for e in entries if isinstance(e.body, DetectedIssue) for rule in e.body.rules]
    return event(
        house, _WHAT[verdict.decision], at=at, member_id=entries[0].member_id, kinds=[e.kind for e in entries],
        entries=[e.id for e in entries], purpose="ask", model=answer.brain,
        rules=[*dict.fromkeys([*failed, *fired]), f"packs@{shipped().fingerprint}"], key=(answer.id, verdict.decision),
    )  # fmt: skip
