"""Measurements said in words: value, unit, posture, arm, meal, and when."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangban.perception.measurements import Circumstances, Measured, read_measurements, said_at

NOW = datetime(2026, 5, 3, 21, 0, tzinfo=timezone(timedelta(hours=8)))
SITTING = Circumstances("sitting", "left_arm")


def made(code: str, value: float, unit: str, **how: str) -> Measured:
    return Measured(code, value, unit, Circumstances(**how))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("早上空腹血糖6.8", [made("glucose", 6.8, "mmol/L", meal="fasting")]),
        ("血压 138/85 左臂 坐位 心率72", [
            Measured("sbp", 138.0, "mm[Hg]", SITTING), Measured("dbp", 85.0, "mm[Hg]", SITTING),
            Measured("hr", 72.0, "/min", SITTING)]),
        ("左臂138/85，右臂142/90", [
            made("sbp", 138.0, "mm[Hg]", body_site="left_arm"), made("dbp", 85.0, "mm[Hg]", body_site="left_arm"),
            made("sbp", 142.0, "mm[Hg]", body_site="right_arm"), made("dbp", 90.0, "mm[Hg]", body_site="right_arm")]),
        ("空腹血糖6.8，餐后2小时9.2", [
            made("glucose", 6.8, "mmol/L", meal="fasting"), made("glucose_2h", 9.2, "mmol/L", meal="after_meal")]),
        ("睡前血糖 8.1", [made("glucose_blood", 8.1, "mmol/L", meal="bedtime")]),
        ("血糖 7.5", [made("glucose_blood", 7.5, "mmol/L")]),
        ("餐后血糖 9.9", [made("glucose_blood", 9.9, "mmol/L", meal="after_meal")]),
        ("体温36.8 腋下", [made("temp", 36.8, "Cel", body_site="axilla")]),
        ("体重130斤", [made("weight", 65.0, "kg")]),
        ("体重65.2公斤", [made("weight", 65.2, "kg")]),
        ("体重130", []),
        ("身高1.65", [made("height", 165.0, "cm")]),
        ("BP 130/80 sitting left arm", [
            Measured("sbp", 130.0, "mm[Hg]", SITTING), Measured("dbp", 80.0, "mm[Hg]", SITTING)]),
        ("没量", []),
        ("", []),
    ],
)  # fmt: skip
def test_values_and_how_they_were_taken(words: str, found: list[Measured]) -> None:
    assert list(read_measurements(words)) == found


@pytest.mark.parametrize(
    ("words", "at"),
    [
        ("血压130/80", None),
        ("早上血压130/80", (3, 7, 0)),
        ("昨晚血压150/95", (2, 20, 0)),
        ("前天 7:30 血压", (1, 7, 30)),
        ("今天7点半", (3, 7, 30)),
        ("晚上8点血糖7.5", (3, 20, 0)),
        ("昨天血糖7.5", (2, 12, 0)),
        ("23:50 血压130/80", (3, 21, 0)),
    ],
)
def test_when_it_was(words: str, at: tuple[int, int, int] | None) -> None:
    found = said_at(words, NOW)
    assert (found and (found.day, found.hour, found.minute)) == at


@given(st.text(max_size=200))
def test_any_words_are_read_without_a_fault_and_never_ahead_of_now(words: str) -> None:
    read_measurements(words)
    at = said_at(words, NOW)
    assert at is None or at <= NOW
