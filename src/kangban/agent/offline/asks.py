"""Asking back: one question at a time, the most valuable first."""

from __future__ import annotations

from typing import Any

from kangban.clinical.person import UNKNOWN_PERSON, PersonFacts
from kangban.clinical.urgency import Lang
from kangban.clinical.utterance import Utterance
from kangban.kernel.texts import has_text, t

Object = dict[str, Any]

# What changes the answer most comes first; a dose is impossible without age and weight.
_ORDER = (
    "age_years",
    "weight_kg",
    "pregnant",
    "pregnancy_weeks",
    "medicines",
    "allergies",
    "conditions",
    "egfr",
    "breastfeeding",
    "sex",
)


def question_for(found: dict[str, list[Object]], lang: Lang, person: PersonFacts = UNKNOWN_PERSON) -> list[str]:
    """Marked lines that ask for one missing fact, or []. Never in an emergency: then acting comes first."""
    triage = found.get("triage", [{}])[0]
    if triage.get("urgency") == "emergency":
        return []
    check = (found.get("check_medication") or found.get("advise_from_box") or [{}])[0]
    for one in check.get("not_in_catalogue", []):
        near = [s for s in one["suggestions"] if _looks_meant(one["name"], s)]
        if near:
            options = "|".join([*near[:2], t("ask.none_of_these", lang)])
            return [f"【问】{t('ask.did_you_mean', lang, name=one['name'], near=near[0])}", f"【选】{options}"]
    for one in check.get("unknown", []):
        if one["fact"].startswith(("medicine:", "strength:")):
            return [f"【问】{t('ask.which_box', lang, name=one['fact'].split(':', 1)[1])}"]
    for one in check.get("unknown", []):
        if one["fact"].startswith("dose:"):
            return [f"【问】{t('ask.which_dose', lang, name=one['fact'].split(':', 1)[1])}"]
    wanted = {u["fact"] for u in check.get("unknown", []) if u["worst"] in ("contraindicated", "avoid")}
    wanted |= set(triage.get("asks", []))
    wanted |= {o["needs"] for o in found.get("judge_lab_value", []) if o.get("needs")}
    grown = person.age_years is not None and person.age_years >= ADULT_FROM
    # A grown-up's weight changes a dose; what they have and take changes whether.
    order = sorted(_ORDER, key=lambda f: f == "weight_kg") if grown else _ORDER
    for fact in order:
        if fact in wanted and has_text(f"ask.{fact}"):
            lines = [f"【问】{t(f'ask.{fact}', lang)}"]
            if has_text(f"ask.{fact}.options"):
                lines.append(f"【选】{t(f'ask.{fact}.options', lang)}")
            return lines
    return []


_CHILD = frozenset({"宝宝", "孩子", "儿子", "女儿", "大宝", "二宝", "孙子", "孙女", "son", "daughter", "baby"})
_GRANDPARENT = frozenset(
    {"奶奶", "爷爷", "姥姥", "姥爷", "外婆", "外公", "grandma", "grandmother", "grandpa", "grandfather"}
)
ADULT_FROM, OLD_FROM, AGES_APART = 18.0, 40.0, 5.0


def is_about_another(said: Utterance, person: PersonFacts) -> bool:
    """Whether the words name somebody the record in view cannot belong to: by age, or a man who is pregnant."""
    if said.pregnant and person.sex == "male":
        return True
    if person.age_years is None:
        return False
    if said.age_years is not None and abs(said.age_years - person.age_years) > AGES_APART:
        return True
    child_of_adult = said.relation in _CHILD and person.age_years >= OLD_FROM and said.age_years is None
    return child_of_adult or (said.relation in _GRANDPARENT and person.age_years < OLD_FROM)


def _looks_meant(name: str, suggestion: str) -> bool:
    return abs(len(name) - len(suggestion)) <= 1 and len(set(name) & set(suggestion)) * 2 >= len(set(suggestion))
