"""The pure functions whose outputs are stored, by name: the same inputs and facts give the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import msgspec

from kangban.clinical.advice import BoxItem
from kangban.clinical.draft import Draft
from kangban.clinical.person import MedicineUse, PersonFacts, taking_also
from kangban.clinical.urgency import Lang
from kangban.guard import review
from kangban.kernel.canonical import canonical_json
from kangban.perception.language.read import read
from kangban.reasoning.medication.advise import advise
from kangban.reasoning.medication.check import check_medicines
from kangban.reasoning.triage import triage


def conclude_triage(inputs: dict[str, Any], person: PersonFacts) -> str:
    """inputs: {"text"}."""
    return canonical_json(triage(read(str(inputs["text"])), person))


def conclude_medicines(inputs: dict[str, Any], person: PersonFacts) -> str:
    """inputs: {"medicines": [MedicineUse], "also_taking"?: [MedicineUse]}."""
    medicines = msgspec.convert(inputs["medicines"], list[MedicineUse])
    person = _with_said(inputs, person)
    return canonical_json(check_medicines(person, medicines))


def conclude_advice(inputs: dict[str, Any], person: PersonFacts) -> str:
    """inputs: {"complaint", "box": [BoxItem], "today": ISO date, "also_taking"?: [MedicineUse]}."""
    person = _with_said(inputs, person)
    box = msgspec.convert(inputs["box"], list[BoxItem])
    told = triage(read(str(inputs["complaint"])), person)
    return canonical_json(advise(person, told, box, date.fromisoformat(str(inputs["today"]))))


def _with_said(inputs: dict[str, Any], person: PersonFacts) -> PersonFacts:
    return taking_also(person, msgspec.convert(inputs.get("also_taking") or [], list[MedicineUse]))


def conclude_guard(inputs: dict[str, Any], person: PersonFacts) -> str:
    """inputs: {"draft": Draft, "question", "others", "lang"}."""
    lang: Lang = "en" if inputs["lang"] == "en" else "zh"
    draft = msgspec.convert(inputs["draft"], Draft)
    return canonical_json(review(draft, str(inputs["question"]), person, others=tuple(inputs["others"]), lang=lang))


FUNCTIONS: Mapping[str, Callable[[dict[str, Any], PersonFacts], str]] = {
    "triage": conclude_triage,
    "medicine_check": conclude_medicines,
    "medicine_advice": conclude_advice,
    "guard": conclude_guard,
}
