"""Questions to the rules alone; nothing is kept. A person is given in words or by a member id the caller may see."""

from __future__ import annotations

import asyncio

from kangban.api.answers import JsonObject
from kangban.api.call import Call, Endpoint
from kangban.api.outcomes import AdviceOut, Hits, MedicinesChecked, ResolvedOut, TriageOut, VerdictOut
from kangban.api.shapes import SearchQuery
from kangban.clinical.draft import Verdict
from kangban.clinical.person import PersonFacts
from kangban.guard import review
from kangban.kernel.errors import InvalidInput
from kangban.perception.language.read import read
from kangban.reasoning.medication.advise import advise as advise_box
from kangban.reasoning.medication.check import check_medicines
from kangban.reasoning.medication.resolve import resolver
from kangban.reasoning.triage import triage as judge
from kangban.record.policy import DAYS
from kangban.toolbox.asked import AdviseIn, CheckIn, DraftIn, GuardIn, ResolveIn, TriageIn, check_text
from kangban.toolbox.contract import (
    advice_object,
    check_object,
    hits_object,
    resolve_object,
    triage_object,
    verdict_object,
)
from kangban.toolbox.drafted import draft_from

MOST_TEXT, MOST_MEDICINES = 20_000, 60  # what one question holds; a longer one would keep others waiting


def _text(text: str, field: str) -> str:
    if len(text) > MOST_TEXT:
        raise InvalidInput(f"longer than {MOST_TEXT} characters", field=field, key="error.too_long")
    return check_text(text, field)


async def triage(call: Call) -> JsonObject:
    """How soon to act on a complaint."""
    told = call.told(TriageIn)
    words, facts = _text(told.text, "text"), await call.facts(told.person)
    return triage_object(await asyncio.to_thread(lambda: judge(read(words), facts)), call.lang)


async def check(call: Call) -> JsonObject:
    """May this person take these medicines?"""
    told = call.told(CheckIn)
    uses, facts = told.uses(), await call.facts(told.person)
    if len(uses) > MOST_MEDICINES or len(facts.medicines or ()) > MOST_MEDICINES:
        raise InvalidInput(f"more than {MOST_MEDICINES} medicines", field="medicines")
    return check_object(await asyncio.to_thread(check_medicines, facts, uses), call.lang)


async def resolve(call: Call) -> JsonObject:
    """What is in a named medicine?"""
    name = call.told(ResolveIn).name
    if not name.strip() or len(name) > 400:
        raise InvalidInput("a name of up to 400 characters is needed", field="name")
    return resolve_object(await asyncio.to_thread(resolver().resolve, name))


async def advise(call: Call) -> JsonObject:
    """What of a box may this person take for this?"""
    told = call.told(AdviseIn)
    words, facts, items = _text(told.complaint, "complaint"), await call.facts(told.person), told.items()
    if len(items) > MOST_MEDICINES:
        raise InvalidInput(f"more than {MOST_MEDICINES} things in the box", field="box")
    today = (await call.house()).clock.now().astimezone(DAYS).date()
    return advice_object(
        await asyncio.to_thread(lambda: advise_box(facts, judge(read(words), facts), items, today)), call.lang
    )


async def guard(call: Call) -> JsonObject:
    """May this draft be shown to this person?"""
    told = call.told(GuardIn)
    question = _text(told.question, "question")
    draft = DraftIn(told.draft) if isinstance(told.draft, str) else told.draft
    _text(draft.text, "draft.text")
    facts = await call.facts(told.person)
    bare = isinstance(told.draft, str) or not draft.citations
    verdict = await asyncio.to_thread(_judged, draft, question, facts, call.lang == "en", bare)
    return verdict_object(verdict, call.lang)


def _judged(draft: DraftIn, question: str, facts: PersonFacts, english: bool, bare: bool) -> Verdict:
    return review(draft_from(draft), question, facts, lang="en" if english else "zh", bare=bare)


async def search(call: Call) -> JsonObject:
    """Passages of the shipped articles; no record is searched."""
    asked, house = call.asked(SearchQuery), await call.house()
    words = _text(asked.query, "query")
    return hits_object(await asyncio.to_thread(house.search.search, words, asked.top))


ENDPOINTS = (
    Endpoint("POST", "/triage", "triage", "How soon to act.", triage, TriageOut, body=TriageIn, heavy=True),
    Endpoint(
        "POST", "/medicines/check", "checkMedicines", "Check medicines for a person.", check, MedicinesChecked,
        body=CheckIn, heavy=True,
    ),
    Endpoint("POST", "/medicines/resolve", "resolveMedicine", "What a name stands for.", resolve, ResolvedOut,
             body=ResolveIn),
    Endpoint(
        "POST", "/medicines/advise", "adviseBox", "What of a box may be taken.", advise, AdviceOut, body=AdviseIn,
        heavy=True,
    ),
    Endpoint("POST", "/guard/check", "checkDraft", "Check a draft.", guard, VerdictOut, body=GuardIn, heavy=True),
    Endpoint("GET", "/search", "search", "Search the articles.", search, Hits, query=SearchQuery),
)  # fmt: skip
