"""A dose in the draft above the label limit for this person."""

from __future__ import annotations

import msgspec

from kangban.clinical.finding import Finding
from kangban.clinical.person import MedicineUse, PersonFacts
from kangban.guard.case import Case
from kangban.guard.doses import Stated, stated
from kangban.guard.fault import Result, passed, result
from kangban.kernel.logic import Tri
from kangban.kernel.quantity import find_amount
from kangban.reasoning.medication.check import check_medicines
from kangban.reasoning.medication.person import holds, view_of
from kangban.reasoning.medication.resolve import resolver
from kangban.rules.catalogue import catalogue
from kangban.rules.schema import DoseLimit

NAME = "dose_limit"


def check(case: Case) -> Result:
    """Fail above a limit, unknown where age or weight is missing."""
    doses = [s for s in stated(case) if s.drugs]
    if not doses:
        return result(NAME, "not_applicable")
    unknown = False
    for one in doses:
        for drug in one.drugs[:2]:
            over, missing = _over(case, one, drug.name)
            if over:
                return result(
                    NAME, "fail", "over_limit", remedy="hold", at=(one.sentence,), medicine=drug.name, why=over
                )
            unknown = unknown or missing
    return result(NAME, "unknown", "dose_unknown") if unknown else passed(NAME)


def _over(case: Case, one: Stated, name: str) -> tuple[str, bool]:
    person = _for_whom(case, one)
    by_rows = _by_rows(one, name, person)
    if by_rows:
        return by_rows, False
    if one.quantity is None or one.quantity.dim in ("mg/kg", "ml/kg"):
        return "", False
    findings, missing = _ask(person, one, name)
    if not findings and person.age_years is None:
        # Over the limit of a grown person of ordinary weight is over everybody's.
        findings, _ = _ask(
            msgspec.structs.replace(person, age_years=40.0, weight_kg=person.weight_kg or 75.0), one, name
        )
    if findings:
        return (findings[0].message if case.lang == "zh" else findings[0].message_en), False
    return "", missing


def _for_whom(case: Case, one: Stated) -> PersonFacts:
    """A label line for another age group is judged for that group."""
    person = msgspec.structs.replace(case.person, medicines=())
    age = person.age_years
    if one.age is None or (age is not None and (age >= 18) == (one.age >= 18)):
        return person
    return msgspec.structs.replace(person, age_years=one.age, weight_kg=None if age is not None else person.weight_kg)


def _ask(person: PersonFacts, one: Stated, name: str) -> tuple[list[Finding], bool]:
    per_day = 1.0 if one.daily else one.per_day
    if one.daily is False and per_day is None and one.hours and not one.limit:
        per_day = None if one.hours >= 24 else round(24 / one.hours, 3)
    outcome = check_medicines(person, [MedicineUse(name, one.words, per_day)])
    found = [f for f in outcome.findings if _is_limit(f)]
    if one.daily:
        found = [f for f in found if f.severity == "contraindicated" or ".no-label-dose@" in f.rule]
    facts = {u.fact for u in outcome.unknown}
    return found, bool(facts & {"age_years", "weight_kg"}) or any(f.startswith("strength:") for f in facts)


def _is_limit(found: Finding) -> bool:
    """A breach of a dose row, or no row at all for this age; general advice about doses is neither."""
    ingredient, _, rest = found.rule.partition(".")
    key = rest.partition("@")[0]
    row = catalogue().ingredients.get(ingredient)
    keys = {d.key for d in row.dose} if row is not None else set[str]()
    return key == "no-label-dose" or (found.kind == "dose" and found.severity != "caution" and key in keys)


def _rows(name: str, person: PersonFacts) -> list[DoseLimit]:
    """Label rows that hold or may hold for the person."""
    named = resolver().resolve(name).named
    if named is None:
        return []
    view = view_of(person, catalogue(), frozenset())
    rows = [d for i, _ in named.contents if i in catalogue().ingredients for d in catalogue().ingredients[i].dose]
    return [d for d in rows if d.route == "oral" and holds(d.person, view, catalogue())[0] is not Tri.NO]


def _by_rows(one: Stated, name: str, person: PersonFacts) -> str:
    """Intervals and per-kilogram doses, which a medicine check does not take."""
    rows = _rows(name, person)
    if one.hours is not None and rows:
        least = [d.min_interval_hours for d in rows if d.min_interval_hours]
        if least and one.hours < min(least):
            return f"{one.hours:g} h < {min(least):g} h"
    if one.per_day is not None and rows:
        most = [d.max_per_day for d in rows if d.max_per_day]
        if most and one.per_day > max(most):
            return f"{one.per_day:g} > {max(most):g}"
    if one.quantity is not None and one.quantity.dim == "mg/kg":
        field = "max_daily_per_kg" if one.daily else "max_single_per_kg"
        most_kg = [a.base_high for d in rows if (a := find_amount(getattr(d, field) or "")) is not None]
        if most_kg and one.quantity.high > max(most_kg) * 1.001:
            return f"{one.quantity.high:g} mg/kg > {max(most_kg):g} mg/kg"
    if one.days is not None and rows:
        longest = [d.max_days for d in rows if d.max_days]
        if longest and one.days > max(longest):
            return f"{one.days:g} d > {max(longest):g} d"
    return ""
