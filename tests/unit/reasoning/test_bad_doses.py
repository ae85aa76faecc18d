"""Doses nobody can reckon with: each is a clear question, and nothing is taken for granted."""

from __future__ import annotations

import math
import random

import pytest

from kangban.clinical.finding import MedicineCheck
from kangban.clinical.person import MedicineUse, PersonFacts
from kangban.kernel.quantity import find_amount
from kangban.reasoning.medication.amounts import find_count
from kangban.reasoning.medication.check import check_medicines
from kangban.reasoning.medication.resolve import resolver

GROWN = PersonFacts(age_years=40, sex="male", weight_kg=70, conditions=(), allergies=(), medicines=(), egfr=95)
PLAIN, BOXED = "对乙酰氨基酚", "散利痛"  # an ingredient without a strength, a product of 250 mg a tablet


def checked(name: str, dose: str | None, per_day: float | None = 3) -> MedicineCheck:
    return check_medicines(GROWN, [MedicineUse(name, dose, per_day)])


def over(outcome: MedicineCheck) -> list[str]:
    return [f.severity for f in outcome.findings if f.over_limit]


@pytest.mark.parametrize(
    "dose",
    [
        "O.5g", "l00mg", "5oo mg", "一大把", "500", "-1片", "-500 mg", "0", "0片", "0 mg", "1/0片", "1,000 mg", "1e3 mg",
        "0.5g-1g", "1g-0.5g", "½片", "500mg/片", "1支", "2揿", "1喷", "5000 IU", "0.5万单位", "3 ml", "", " ", "片",
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", [PLAIN, BOXED])
def test_what_cannot_be_read_is_asked_and_never_reckoned_with(name: str, dose: str) -> None:
    outcome = checked(name, dose.strip() or None)
    assert not over(outcome)
    asked = {u.fact for u in outcome.unknown}
    assert f"strength:{name}" in asked or not dose.strip()


@pytest.mark.parametrize("dose", ["1片", "半片", "1/2片", "1-2片", "1丸", "2粒"])
def test_pieces_of_what_has_no_known_strength_are_asked(dose: str) -> None:
    outcome = checked(PLAIN, dose)
    assert not over(outcome)
    assert [u.fact for u in outcome.unknown] == [f"strength:{PLAIN}"]


@pytest.mark.parametrize(
    ("dose", "low", "high"),
    [("1/2片", 0.5, 0.5), ("半片", 0.5, 0.5), ("一片半", 1.5, 1.5), ("1-2片", 1, 2), ("2～1片", 1, 2), ("２片", 2, 2)],
)
def test_shares_and_ranges_of_a_tablet_are_counted(dose: str, low: float, high: float) -> None:
    found = find_count(dose)
    assert found is not None
    assert (found.low, found.high, found.unit) == (low, high, "片")


def test_the_upper_end_of_a_range_counts() -> None:
    assert over(checked(BOXED, "1-10片")) == over(checked(BOXED, "10片")) != []
    assert not over(checked(BOXED, "1/2片"))


@pytest.mark.parametrize("per_day", [0, -1, -0.5, math.nan, math.inf, -math.inf])
def test_a_number_of_doses_that_is_none_is_asked(per_day: float) -> None:
    outcome = checked(PLAIN, "500 mg", per_day)
    assert not over(outcome)
    assert f"dose:{PLAIN}" in {u.fact for u in outcome.unknown}
    assert "contraindicated" in over(checked(PLAIN, "5 g", per_day)), "a single dose is judged all the same"


@pytest.mark.parametrize("dose", ["99999999 g", "5 g", "1000000 mg"])
def test_absurd_amounts_are_over_the_limit(dose: str) -> None:
    assert "contraindicated" in over(checked(PLAIN, dose))


@pytest.mark.parametrize("dose", ["5000 IU", "5000国际单位", "0.5万单位"])
@pytest.mark.parametrize("name", ["维生素D", "维生素D3"])
def test_much_vitamin_d_is_never_passed_over(name: str, dose: str) -> None:
    amount = find_amount(dose)
    assert amount is not None
    assert amount.base_low == 5000
    said = [f for f in checked(name, dose, 1).findings if f.kind == "dose" and f.severity != "note"]
    assert any("4000" in f.message for f in said)


@pytest.mark.parametrize(
    ("text", "milligrams"), [("1,5 mg", 1.5), ("0,125 mg", 0.125), ("1.000 mg", 1.0), ("0.125 mg", 0.125)]
)
def test_a_comma_is_a_point_unless_it_may_part_thousands(text: str, milligrams: float) -> None:
    amount = find_amount(text)
    assert amount is not None
    assert amount.base_low == milligrams


@pytest.mark.parametrize("text", ["1,000 mg", "12,500 IU", "100,000单位", "500-1,000 mg"])
def test_a_comma_that_may_part_thousands_is_no_amount(text: str) -> None:
    assert find_amount(text) is None


def test_three_hundred_medicines_are_checked_as_one_list_whatever_their_order() -> None:
    names = resolver().names
    known = sorted({named.name for named in names.by_name.values() if named.kind == "ingredient"})
    uses = [MedicineUse(name) for name in random.Random(5).sample(known, 300)]
    outcome = check_medicines(GROWN, uses)
    assert outcome.findings[0].severity == "contraindicated"
    assert outcome == check_medicines(GROWN, uses[::-1])
    same = check_medicines(GROWN, [MedicineUse(PLAIN, "500 mg", 1)] * 300)
    assert "contraindicated" in over(same)
