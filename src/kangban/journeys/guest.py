"""A person given in words becomes a member of a house in memory, fact by fact."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from kangban.clinical.person import PersonFacts
from kangban.clinical.record import (
    AllergyIntolerance,
    Body,
    Condition,
    MedicationRequest,
    MedicationStatement,
    Observation,
    Patient,
)
from kangban.journeys.house import House, get_member, signed
from kangban.record.merge import correct, fact_entry


async def write_person(house: House, member_id: str, person: PersonFacts) -> None:
    """Write what is known; what is None stays unknown, an empty list is "none known"."""
    now = house.clock.now()
    source = signed(house)
    member = await get_member(house, member_id)
    born = None if person.age_years is None else (now - timedelta(days=person.age_years * 365.25)).date()
    patient = msgspec.structs.replace(member.patient, sex=person.sex, born_on=born)
    made = [correct(member.entry, patient, known_at=now, provenance=source)] if patient != Patient("guest") else []
    made += [
        fact_entry(house.family_id, member_id, body, true_at=now, known_at=now, provenance=source, client_id=f"{n}")
        for n, body in enumerate(_bodies(person))
    ]
    await house.store.append(made)


def _bodies(person: PersonFacts) -> list[Body]:
    found: list[Body] = []
    for code, value, unit in (
        ("weight", person.weight_kg, "kg"),
        ("egfr", person.egfr, "mL/min/{1.73_m2}"),
        ("breastfeeding", None if person.breastfeeding is None else float(person.breastfeeding), ""),
    ):
        if value is not None:
            found.append(Observation(code, value, unit))
    if person.pregnant is not None:
        weeks = person.pregnancy_weeks if person.pregnant else 0.0
        found.append(Observation("pregnancy", weeks, "wk"))
    if person.conditions is not None:
        found += [Condition(c) for c in person.conditions] or [Condition("none")]
    if person.allergies is not None:
        found += [AllergyIntolerance(a) for a in person.allergies] or [AllergyIntolerance("none")]
    if person.medicines is not None:
        found += [
            MedicationRequest(m.name, m.dose, m.per_day)
            if m.ordered
            else MedicationStatement(m.name, m.dose, m.per_day)
            for m in person.medicines
        ]
    found += [Observation(o.code, o.value, o.unit) for o in person.observations]
    return found
