"""The pack's own reference ranges: they fit their analyte, do not overlap, and judge as their sources say."""

from __future__ import annotations

from itertools import combinations

import pytest

from kangban.clinical.person import PersonFacts
from kangban.reasoning.labs.judge import Judge, judge, labs
from kangban.rules.compiled import shipped
from kangban.rules.proofs_sources import evidence_by_citation
from kangban.rules.schema import Analyte, Person, ReferenceRange

PACKS = shipped().packs
RANGED = [a for a in PACKS.analytes if a.ranges]
MAN, WOMAN, CHILD = (
    PersonFacts(age_years=40, sex="male"), PersonFacts(age_years=40, sex="female", pregnant=False),
    PersonFacts(age_years=4, sex="female"),
)  # fmt: skip


def test_the_pack_is_wide() -> None:
    assert len(RANGED) >= 290
    assert sum(bool(a.low_meaning or a.high_meaning) for a in PACKS.analytes) >= 220
    assert sum(a.critical_low is not None or a.critical_high is not None for a in PACKS.analytes) >= 55


def test_most_ranges_rest_on_something_read() -> None:
    known = evidence_by_citation(PACKS)
    read = [a for a in RANGED if all(any(known[c] != "recalled" for c in b.citations) for b in a.ranges)]
    assert len(read) >= 0.75 * len(RANGED)


@pytest.mark.parametrize("row", RANGED, ids=lambda a: a.id)
def test_a_range_is_possible_for_its_analyte(row: Analyte) -> None:
    least = row.plausible_low if row.plausible_low is not None else float("-inf")
    most = row.plausible_high if row.plausible_high is not None else float("inf")
    for band in row.ranges:
        assert band.low is not None or band.high is not None
        assert all(least <= end <= most for end in (band.low, band.high) if end is not None)
        if row.critical_high is not None and band.high is not None:
            assert row.critical_high > band.high
        if row.critical_low is not None and band.low is not None:
            assert row.critical_low < band.low


def _apart(one: Person, other: Person) -> bool:
    if None not in (one.sex, other.sex) and one.sex != other.sex:
        return True
    if None not in (one.pregnant, other.pregnant) and one.pregnant != other.pregnant:
        return True
    ends = [(p.age_from or 0.0, p.age_below if p.age_below is not None else float("inf")) for p in (one, other)]
    return ends[0][1] <= ends[1][0] or ends[1][1] <= ends[0][0]


def _wider_last(one: ReferenceRange, other: ReferenceRange) -> bool:
    """A row for everybody may stand behind the ones that name somebody (pregnancy)."""
    return one.person != other.person and (other.person == Person() or one.person.pregnant is True)


def test_no_two_ranges_hold_for_one_person() -> None:
    found = [
        (a.id, one.person, other.person)
        for a in RANGED
        for one, other in combinations(a.ranges, 2)
        if not _apart(one.person, other.person) and not _wider_last(one, other)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("analyte", "value", "unit", "person", "flag"),
    [
        ("igg", 5.0, "g/L", MAN, "low"), ("igg", 5.0, "g/L", CHILD, "normal"), ("igg", 1600, "mg/dL", MAN, "normal"),
        ("c3", 0.7, "g/L", WOMAN, "low"), ("ceruloplasmin", 12, "mg/dL", MAN, "low"), ("ceruloplasmin", 300, "mg/L", MAN, "normal"),
        ("testosterone", 5.2, "ng/mL", MAN, "normal"), ("testosterone", 5.2, "ng/mL", WOMAN, "high"), ("testosterone", 2, "ng/mL", MAN, "low"),
        ("cortisol", 15, "ug/dL", MAN, "normal"), ("cortisol", 3, "ug/dL", MAN, "low"), ("zinc", 15, "umol/L", MAN, "normal"),
        ("zinc", 7, "umol/L", WOMAN, "low"), ("selenium", 1.0, "umol/L", MAN, "normal"), ("copper", 8, "umol/L", MAN, "low"),
        ("t4", 100, "nmol/L", MAN, "normal"), ("tr_ab", 3, "IU/L", WOMAN, "high"), ("progrp", 70, "pg/mL", MAN, "high"),
        ("progrp", 70, "pg/mL", PersonFacts(age_years=65, sex="male"), "normal"), ("po2", 85, "mmHg", MAN, "normal"),
        ("po2", 55, "mmHg", MAN, "critical_low"), ("pco2", 70, "mmHg", MAN, "critical_high"), ("base_excess", -1, "mmol/L", MAN, "normal"),
        ("lithium_level", 0.8, "mmol/L", MAN, "normal"), ("lithium_level", 1.5, "mmol/L", MAN, "critical_high"),
        ("digoxin_level", 1.4, "ng/mL", MAN, "high"), ("digoxin_level", 2.6, "ng/mL", MAN, "critical_high"), ("ige_egg", 0.35, "kU/L", CHILD, "high"),
        ("semen_count", 12, "10^6/mL", MAN, "low"), ("u_calcium_24h", 8, "mmol/24h", MAN, "high"), ("ionized_calcium", 0.8, "mmol/L", MAN, "critical_low"),
        ("vitamin_a", 0.6, "umol/L", CHILD, "low"), ("vitamin_a", 1.0, "umol/L", MAN, "low"), ("blasts_pct", 3, "%", MAN, "critical_high"),
    ],
)  # fmt: skip
def test_values_are_judged_as_the_source_says(
    analyte: str, value: float, unit: str, person: PersonFacts, flag: str
) -> None:
    found = judge(labs().by_id[analyte], value, unit, person)
    assert found is not None
    assert found.flag == flag
    assert found.citations


def test_a_hormone_of_the_cycle_has_no_range_of_ours_for_women() -> None:
    for analyte in ("fsh", "lh", "estradiol"):
        assert Judge(WOMAN).range_of(labs().by_id[analyte]).bands == ()
        assert judge(labs().by_id[analyte], 6.0, labs().by_id[analyte].unit, WOMAN).flag == "unknown"  # type: ignore[union-attr]
