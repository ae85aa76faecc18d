"""The guard held a draft: who could look at it, what the family reads meanwhile, and what is kept from them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar, cast

import msgspec

from kangban.agent.draft import plain_words
from kangban.clinical.audit import AuditEvent
from kangban.clinical.draft import Answer, Check, Draft, Verdict
from kangban.clinical.finding import Finding, TriageOutcome
from kangban.clinical.notice import Notice
from kangban.clinical.person import PersonFacts
from kangban.clinical.record import ReviewItem
from kangban.clinical.urgency import Lang
from kangban.clinical.utterance import Utterance
from kangban.guard import what_rules_allow
from kangban.journeys.auditing import recording
from kangban.journeys.entry_ids import answer_entry_id, review_entry_id
from kangban.journeys.house import House, as_system
from kangban.journeys.reviewing import words
from kangban.journeys.reviewing.people import reviewers_for
from kangban.journeys.reviewing.telling import key_for, to_reviewers
from kangban.kernel.ids import derived_id
from kangban.review.clock import due_at
from kangban.review.topics import topics_of

_T = TypeVar("_T")

RUN = 8  # so many characters in a row that stand in the held text are taken for a piece of it


class Doubt(msgspec.Struct, frozen=True):
    """What the guard held, with the question it answers. `asker`: the account that asked."""

    message_id: str
    member_id: str
    asker: str
    question: str
    person: PersonFacts
    said: Utterance
    outcome: TriageOutcome
    lang: Lang
    draft: Draft
    findings: tuple[Finding, ...]
    checks: tuple[Check, ...]


class Opening(msgspec.Struct, frozen=True):
    """The verdict as the family sees it, and what is written beside the answer. No `item`: nobody can review it."""

    verdict: Verdict
    item: ReviewItem | None = None
    notices: tuple[Notice, ...] = ()
    events: tuple[AuditEvent, ...] = ()


async def open_review(house: House, doubt: Doubt, now: datetime) -> Opening:
    """Hand a held draft to the reviewers of the family, or refuse where there is none."""
    failed = failed_checks(doubt.checks)
    tools = [trace.name for trace in doubt.draft.trace]
    topics = topics_of(doubt.findings, doubt.outcome.urgency, tools, failed)
    people = await reviewers_for(house, topics, member_id=doubt.member_id, asker=doubt.asker)
    allowed = await asyncio.to_thread(
        what_rules_allow, doubt.question, doubt.person, said=doubt.said, triage=doubt.outcome, lang=doubt.lang
    )
    urgency, rules = doubt.outcome.urgency, tuple(f"guard.{name}" for name in failed)
    shown = tuple(Check(c.name, c.outcome) for c in doubt.checks)  # their words may repeat the held text
    system = as_system(house)
    answer_id, answer_entry = derived_id("answer", doubt.message_id), answer_entry_id(doubt.message_id)
    if not people:
        text = words.nobody_text(allowed, failed, urgency, topics, doubt.lang)
        told = recording.event(
            system, "answer.refused", at=now, member_id=doubt.member_id, kinds=["AnswerGiven"], rules=rules,
            entries=[answer_entry], model=doubt.draft.brain, reason="nobody", key=[answer_id, "nobody"],
        )  # fmt: skip
        return Opening(Verdict("refuse", shown, text), events=(told,))
    due = due_at(urgency, now)
    item = ReviewItem(
        answer_id, doubt.message_id, doubt.question, doubt.draft, urgency, failed, topics=topics, person=doubt.person,
        findings=doubt.findings, lang=doubt.lang, opened_at=now, due_at=due,
    )  # fmt: skip
    entry = review_entry_id(doubt.message_id)
    notices = to_reviewers(
        house, [p.account for p in people], key_for("held", urgency), now, entry, answer_id=answer_id
    )
    told = recording.event(
        system, "answer.held", at=now, member_id=doubt.member_id, kinds=["AnswerGiven"], entries=[answer_entry],
        rules=rules, model=doubt.draft.brain, key=[answer_id, "held"],
    )  # fmt: skip
    opened = recording.event(
        system, "review.opened", at=now, member_id=doubt.member_id, kinds=["ReviewItem"], entries=[entry],
        rules=rules, reason=urgency, key=[entry, "opened"],
    )  # fmt: skip
    text = words.waiting_text(allowed, urgency, topics, due, doubt.lang)
    return Opening(Verdict("hold", shown, text), item, tuple(notices), (told, opened))


def failed_checks(checks: Iterable[Check]) -> tuple[str, ...]:
    """Names of the checks that failed or broke, each once."""
    return tuple(dict.fromkeys(c.name for c in checks if c.outcome in ("fail", "error")))


class Withheld:
    """Tells what may not stand beside a withheld answer, because it repeats what is withheld.

    A brain can put its words into a tool's mouth, and a tool's result is shown with the answer.
    """

    def __init__(self, draft: Draft, question: str, own: Sequence[str] = ()) -> None:
        """`own`: sentences our packs say anyway, see own_words; the draft may have repeated them."""
        told = "\n".join((draft.text, draft.question or "", *(c.text for c in draft.claims)))
        known = "\n".join((question, "medicines also_taking", *own))  # our own field names are nobody's words
        self._runs = _runs(told) - _runs(known)

    def has(self, value: Any) -> bool:
        """Whether any text in a value holds a piece of it."""
        if isinstance(value, str):
            return not self._runs.isdisjoint(_runs(value))
        if isinstance(value, dict):
            return any(self.has(k) or self.has(v) for k, v in cast("dict[Any, Any]", value).items())
        if isinstance(value, (list, tuple, set, frozenset)):
            return any(self.has(one) for one in cast("Sequence[Any]", value))
        if isinstance(value, msgspec.Struct):
            return any(self.has(getattr(value, name)) for name in value.__struct_fields__)
        return False

    def without(self, answer: Answer) -> Answer:
        """An answer beside which nothing of it stands."""
        return msgspec.structs.replace(
            answer,
            findings=self._kept(answer.findings),
            unknown=self._kept(answer.unknown),
            not_in_catalogue=self._kept(answer.not_in_catalogue),
            steps=self._kept(answer.steps),
            options=(),
            question=None,
        )

    def _kept(self, values: tuple[_T, ...]) -> tuple[_T, ...]:
        return tuple(one for one in values if not self.has(one))


def _runs(text: str) -> set[str]:
    """Pieces of a text as it is read: what an eye does not see parts no words."""
    text = "".join(plain_words(text).split())
    return {text[n : n + RUN] for n in range(len(text) - RUN + 1)}
