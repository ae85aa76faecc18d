"""What the medicine rules say because of the results of a report."""

from __future__ import annotations

import msgspec

from kangban.clinical.finding import Finding
from kangban.clinical.report import RowFlag
from kangban.reasoning.labs.readings import Readings
from kangban.reasoning.medication.check import check_medicines
from kangban.rules.catalogue import catalogue

# A result that is, for the medicine rules, a condition of the person: (analyte, flags, condition id).
_AS_CONDITION: tuple[tuple[str, tuple[RowFlag, ...], str], ...] = (
    ("potassium", ("high", "critical_high"), "hyperkalaemia"),
    ("potassium", ("low", "critical_low"), "hypokalaemia"),
    ("sodium", ("low", "critical_low"), "hyponatraemia"),
    ("neutrophils", ("low", "critical_low"), "neutropenia"),
    ("hemoglobin", ("low", "critical_low"), "anaemia"),
)


def findings_by_results(readings: Readings) -> tuple[Finding, ...]:
    """Findings about what the person takes that are not there without the results of this report, worst first."""
    person = readings.person
    kidney = readings.find("egfr").reading
    seen = [
        condition
        for analyte, flags, condition in _AS_CONDITION
        if (reading := readings.own.get(analyte)) is not None and reading.flag in flags
    ]
    if not person.medicines or (kidney is None and not seen):
        return ()
    concepts = catalogue().conditions
    known = person.conditions or ()
    # Both runs read "not told" as "none", so that only the results make the difference.
    without = msgspec.structs.replace(person, egfr=None, conditions=known)
    told = msgspec.structs.replace(
        person,
        egfr=None if kidney is None else kidney.value,
        conditions=(*known, *(concepts[c].name for c in seen if c in concepts)),
    )
    before = {(f.rule, f.medicines) for f in check_medicines(without, ()).findings}
    return tuple(
        f for f in check_medicines(told, ()).findings if f.severity != "note" and (f.rule, f.medicines) not in before
    )
