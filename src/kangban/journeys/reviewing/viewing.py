"""One held answer as a reviewer reads it: sentence by sentence, with what the guard has against each."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast

import msgspec

from kangban.clinical.access import Role
from kangban.clinical.draft import Check, Draft, ToolTrace
from kangban.clinical.finding import NotInCatalogue, UnknownFact
from kangban.clinical.person import PersonFacts
from kangban.clinical.record import (
    AllergyIntolerance,
    Condition,
    Entry,
    MedicationRequest,
    MedicationStatement,
    Observation,
)
from kangban.guard.case import split
from kangban.journeys.house import House, as_system
from kangban.journeys.reviewing import queue
from kangban.journeys.reviewing.judging import bench_for
from kangban.journeys.reviewing.people import decider_of
from kangban.journeys.reviewing.queue import Waiting
from kangban.record.timeline import FACT_KINDS, describe_changes, facts_of, visible
from kangban.review.clock import OPEN


class Sentence(msgspec.Struct, frozen=True):
    """A sentence of the held text. `begins`: it opens a line; `faults`: names of the checks that stand against it."""

    text: str
    citations: tuple[str, ...]
    faults: tuple[str, ...] = ()
    begins: bool = False


class Told(msgspec.Struct, frozen=True):
    """The words a fact was recorded in, and when it became true."""

    words: str
    at: datetime


class OnDesk(msgspec.Struct, frozen=True):
    """Everything a decision rests on. `faults` are of the draft as the guard judges it now, on `person` as of now.

    `changed`: fields of the person that are not what they were when the item was opened; `told`: by the word or code
    of a fact. `unknown` and `unchecked` are what the tools could not tell.
    """

    waiting: Waiting
    role: Role
    sentences: tuple[Sentence, ...]
    faults: tuple[Check, ...]
    person: PersonFacts
    changed: tuple[str, ...] = ()
    told: dict[str, Told] = {}
    unknown: tuple[UnknownFact, ...] = ()
    unchecked: tuple[NotInCatalogue, ...] = ()


async def view(house: House, any_id: str) -> OnDesk:
    """One item of the desk; raises NotFound and NotPermitted as `queue.find_item` does."""
    who, found = await decider_of(house), await queue.find_item(house, any_id)
    item = found.item
    bench = await bench_for(house, found.entry, item)
    before = item.person or bench.person
    # What is decided is judged no more: facts that came later were not the reviewer's to weigh.
    is_open = item.status in OPEN
    faults = await asyncio.to_thread(bench.faults_of, item.draft) if is_open else ()
    person = bench.person if is_open else before
    log = await as_system(house).store.entries(house.family_id, found.entry.member_id, kinds=FACT_KINDS)
    unknown, unchecked = told_unknown(item.draft.trace)
    return OnDesk(
        found, who.role, sentences_of(item.draft, faults), faults, person, tuple(describe_changes(before, person)),
        told_of(visible(log)), unknown, unchecked,
    )  # fmt: skip


async def is_same(house: House, shown: OnDesk) -> bool:
    """Whether neither the item nor the person has changed: far cheaper than to have it judged again."""
    found = await queue.find_item(house, shown.waiting.item.answer_id)
    if found.entry.id != shown.waiting.entry.id or found.item.status not in OPEN:
        return found.entry.id == shown.waiting.entry.id
    now = await facts_of(as_system(house).store, house.family_id, found.entry.member_id, house.clock.now())
    return not describe_changes(shown.person, now)


def sentences_of(draft: Draft, faults: Sequence[Check]) -> tuple[Sentence, ...]:
    """The text cut as the guard cuts it; headings and list signs stay with their sentence."""
    made: list[Sentence] = []
    text, last = draft.text, 0
    for one in split(draft, 0):
        if one.start < 0:
            continue
        gap = text[last : one.start]
        sign = gap.rsplit("\n", 1)[-1]
        against = tuple(c.name for c in faults if any(a < one.end and one.start < b for a, b in c.spans))
        begins = not made or "\n" in gap
        shown = one.text if one.text.startswith("#") or not begins else f"{sign.lstrip()}{one.text}"
        made.append(Sentence(shown, one.citations, tuple(dict.fromkeys(against)), begins))
        last = one.end
    return tuple(made)


def told_of(log: Iterable[Entry]) -> dict[str, Told]:
    """Each fact by the words and the code it goes under; the newest counts."""
    found: dict[str, Told] = {}
    for entry in log:
        body = entry.body
        if isinstance(body, Condition):
            words, code = body.text, body.code
        elif isinstance(body, AllergyIntolerance):
            words, code = body.substance, None
        elif isinstance(body, MedicationRequest | MedicationStatement):
            if body.status == "in_cabinet":
                continue
            words, code = body.name, None
        elif isinstance(body, Observation):
            words, code = body.code, None
        else:
            continue
        found.update(dict.fromkeys((words, code or words), Told(words, entry.true_at)))
    return found


def told_unknown(traces: Iterable[ToolTrace]) -> tuple[tuple[UnknownFact, ...], tuple[NotInCatalogue, ...]]:
    """What the medicine checks of this turn could not tell, each once."""
    unknown: dict[str, UnknownFact] = {}
    missing: dict[str, NotInCatalogue] = {}
    for trace in traces:
        if not trace.ok or not isinstance(trace.result, dict):
            continue
        result = cast("dict[str, Any]", trace.result)
        for one in _objects(result.get("unknown")):
            told = {"why": "", "why_en": one.get("why", ""), "worst": "note", **one}
            fact = msgspec.convert(told, UnknownFact, strict=False)
            unknown.setdefault(fact.fact, fact)
        for one in _objects(result.get("not_in_catalogue")):
            name = msgspec.convert(one, NotInCatalogue, strict=False)
            missing.setdefault(name.name, name)
    return tuple(unknown.values()), tuple(missing.values())


def _objects(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list | tuple):
        return []
    return [cast("dict[str, Any]", one) for one in cast("Sequence[Any]", value) if isinstance(one, dict)]
