"""Asking back: one question at a time, the most valuable first."""

from __future__ import annotations

from typing import Any

from kangban.agent.offline.plan import Plan
from kangban.clinical.urgency import Lang
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


def question_for(plan: Plan, found: dict[str, list[Object]], lang: Lang) -> list[str]:
    """Marked lines that ask for one missing fact, or []. Never in an emergency: then acting comes first."""
    triage = found.get("triage", [{}])[0]
    if triage.get("urgency") == "emergency":
        return []
    check = found.get("check_medication", [{}])[0]
    for one in check.get("not_in_catalogue", []):
        near = [s for s in one["suggestions"] if _looks_meant(one["name"], s)]
        if near:
            options = "|".join([*near[:2], t("ask.none_of_these", lang)])
            return [f"【问】{t('ask.did_you_mean', lang, name=one['name'], near=near[0])}", f"【选】{options}"]
    for one in check.get("unknown", []):
        if one["fact"].startswith(("medicine:", "strength:")):
            return [f"【问】{t('ask.which_box', lang, name=one['fact'].split(':', 1)[1])}"]
    wanted = {u["fact"] for u in check.get("unknown", []) if u["worst"] in ("contraindicated", "avoid")}
    wanted |= set(triage.get("asks", []))
    wanted |= {o["needs"] for o in found.get("judge_lab_value", []) if o.get("needs")}
    for fact in _ORDER:
        if fact in wanted and has_text(f"ask.{fact}"):
            lines = [f"【问】{t(f'ask.{fact}', lang)}"]
            if has_text(f"ask.{fact}.options"):
                lines.append(f"【选】{t(f'ask.{fact}.options', lang)}")
            return lines
    return []


def _looks_meant(name: str, suggestion: str) -> bool:
    return abs(len(name) - len(suggestion)) <= 1 and len(set(name) & set(suggestion)) * 2 >= len(set(suggestion))
