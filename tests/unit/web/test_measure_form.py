"""The form of home measurements: what each kind needs, and which code a blood glucose gets."""

from __future__ import annotations

import pytest

from kangban.journeys.measuring import check_believable
from kangban.kernel.errors import InvalidInput
from kangban.web.family.measuring import KINDS, values_of


def test_blood_pressure_keeps_posture_and_arm_and_the_pulse_only_posture() -> None:
    fields = {"sbp": "138", "dbp": "85", "hr": "72", "position": "sitting", "site": "left_arm"}
    upper, lower, pulse = values_of("pressure", fields)
    assert (upper.code, upper.value, upper.unit, upper.how.body_position, upper.how.body_site) == (
        "sbp", 138.0, "mm[Hg]", "sitting", "left_arm",
    )  # fmt: skip
    assert (lower.code, pulse.code) == ("dbp", "hr")
    assert (pulse.how.body_position, pulse.how.body_site) == ("sitting", "")
    assert [one.code for one in values_of("pressure", {**fields, "hr": ""})] == ["sbp", "dbp"]


@pytest.mark.parametrize(
    ("meal", "code", "kept"),
    [
        ("fasting", "glucose", "fasting"),
        ("after_meal_2h", "glucose_2h", "after_meal"),
        ("after_meal", "glucose_blood", "after_meal"),
        ("", "glucose_blood", ""),
    ],
)
def test_a_glucose_gets_the_range_its_meal_gives_it(meal: str, code: str, kept: str) -> None:
    (found,) = values_of("sugar", {"glucose_blood": "6.8", "meal": meal})
    assert (found.code, found.unit, found.how.meal) == (code, "mmol/L", kept)


@pytest.mark.parametrize("kind", [one for one in KINDS if one != "words"])
def test_every_kind_needs_its_value_and_says_which(kind: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        values_of(kind, {})
    assert raised.value.field == KINDS[kind][0]


@pytest.mark.parametrize("kind", [one for one in KINDS if one != "words"])
def test_every_unit_is_the_one_the_journey_takes(kind: str) -> None:
    sane = {"sbp": "120", "dbp": "80", "hr": "70", "glucose_blood": "5", "weight": "60", "temp": "36.8", "spo2": "97"}
    for one in values_of(kind, sane):
        check_believable(one)


def test_a_made_up_choice_is_refused() -> None:
    with pytest.raises(InvalidInput):
        values_of("pressure", {"sbp": "120", "dbp": "80", "position": "upside_down"})
