"""A reviewer's words before the guard: the same checks as for a brain's, less what their licence answers for."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import msgspec

from kangban.agent.draft import draft_of
from kangban.clinical.draft import Check, Draft, Verdict
from kangban.clinical.finding import TriageOutcome
from kangban.clinical.person import PersonFacts
from kangban.clinical.record import Entry, ReviewItem
from kangban.guard import review
from kangban.journeys.house import House, as_system
from kangban.journeys.other_names import names_of_others
from kangban.journeys.own_words import own_words
from kangban.journeys.reviewing.words import language
from kangban.kernel.errors import InvalidInput
from kangban.kernel.texts import t
from kangban.perception.language.read import read
from kangban.reasoning.triage import triage
from kangban.record.timeline import facts_of
from kangban.review.deciding import words_so_far


class GuardRefused(InvalidInput):
    """The guard stands against what a reviewer wants to send; `checks` are those that failed, with their reasons.

    `places` holds for each check the sentences it is about; it is the reviewer's own text.
    """

    def __init__(self, checks: Iterable[Check], *, key: str = "review.refused.guard", text: str = "") -> None:
        self.checks = tuple(checks)
        self.places = tuple(tuple(text[a:b] for a, b in c.spans) for c in self.checks)
        names = ", ".join(c.name for c in self.checks)
        super().__init__(f"the guard refused: {names}", field="text", key=key)


class Bench(msgspec.Struct, frozen=True):
    """What everything about one item is judged by, with the person's facts as they are now."""

    item: ReviewItem
    words: str
    person: PersonFacts
    outcome: TriageOutcome
    others: tuple[str, ...]

    def verdict_on(self, draft: Draft) -> Verdict:
        """The guard's verdict on a draft as it would be read: how soon to act always stands first."""
        lang = language(self.item)
        shown = msgspec.structs.replace(draft, text=f"{self._first}{draft.text}")
        return review(
            shown, self.words, self.person, triage=self.outcome, others=self.others, lang=lang,
            own_words=own_words(self.item.draft.trace, self.outcome),
        )  # fmt: skip

    def faults_of(self, draft: Draft) -> tuple[Check, ...]:
        """What stands against a draft, with places in its own text."""
        return tuple(c for c in self.checks_on(draft) if c.outcome in ("fail", "error"))

    def checks_on(self, draft: Draft) -> tuple[Check, ...]:
        """All checks, with places in the draft's own text."""
        before = len(self._first)
        return tuple(
            msgspec.structs.replace(c, spans=tuple((a - before, b - before) for a, b in c.spans if a >= before))
            for c in self.verdict_on(draft).checks
        )

    @property
    def _first(self) -> str:
        if self.outcome.urgency == "unknown":
            return ""
        lang = language(self.item)
        return t(f"triage.level.{self.outcome.urgency}", lang) + ("。\n" if lang == "zh" else ".\n")


async def bench_for(house: House, entry: Entry, item: ReviewItem) -> Bench:
    """Facts are read anew: an allergy written since the item was opened counts."""
    system = as_system(house)
    person = await facts_of(system.store, house.family_id, entry.member_id, house.clock.now())
    words = words_so_far(item)
    outcome = await asyncio.to_thread(lambda: triage(read(words), person))
    others = await names_of_others(house, entry.member_id, words)
    return Bench(item, words, person, outcome, others)


async def pass_guard(bench: Bench, draft: Draft, answers_for: frozenset[str]) -> tuple[Check, ...]:
    """The checks of a draft that may go; raises GuardRefused. A check that broke is nobody's to answer for."""
    checks = await asyncio.to_thread(bench.checks_on, draft)
    against = [c for c in checks if c.outcome == "error" or (c.outcome == "fail" and c.name not in answers_for)]
    if against:
        raise GuardRefused(against, text=draft.text)
    return checks


def edited_draft(text: str, held: Draft) -> Draft:
    """A reviewer's text as a draft: sentences left as they were keep their sources, new ones have none of their own."""
    made, _ = draft_of(text, held.citations, held.trace, held.brain)
    had = {_bare(c.text): c.citations for c in held.claims}
    claims = tuple(
        c if c.citations else msgspec.structs.replace(c, citations=had.get(_bare(c.text), ())) for c in made.claims
    )
    if not claims and not made.question:
        raise InvalidInput("the text is empty", field="text", key="error.empty")
    return msgspec.structs.replace(made, claims=claims)


def _bare(text: str) -> str:
    return text.removeprefix("- ").strip()
