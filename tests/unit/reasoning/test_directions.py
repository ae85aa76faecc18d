"""How often, where the dose says it; and what is meant for once a week taken every day."""

from __future__ import annotations

import pytest

from kangban.clinical.person import MedicineUse, PersonFacts
from kangban.reasoning.medication.check import check_medicines
from kangban.reasoning.medication.directions import without_frequency


@pytest.mark.parametrize(
    ("said", "dose", "per_day"),
    [
        ("1g 一天6次", "1g", 6), ("10 mg qd", "10 mg", 1), ("一次半片，每8小时一次", "半片", 3), ("2片 每日2-3次", "2片", 3),
        ("500mg 每4-6小时一次", "500mg", 6), ("0.4g 3次/日", "0.4g", 3), ("0.5g tid po", "0.5g", 3), ("1片 睡前", "1片", 1),
        ("500 mg twice a day", "500 mg", 2), ("10mg 隔日一次", "10mg", 0.5), ("口服 一次10mg 一日1次", "10mg", 1),
        ("1/2片 一天3次 饭后", "1/2片", 3), ("10mg 每周1次", "10mg", 1 / 7), ("2片", "2片", None), ("每日3次", "每日3次", None),
        ("100mg/天", "100mg/天", None), ("1片 共7天", "1片 共7天", None),
        ("早晚各一片", "一片", 2), ("每日三次，每次2片 饭后", "2片", 3), ("2片 每日3次 7天", "2片 每日3次 7天", None),
        ("每3天1次 1贴", "1贴", 1 / 3), ("共7天 1次1片", "共7天 1次1片", None),
    ],
)  # fmt: skip
def test_a_dose_with_its_frequency(said: str, dose: str, per_day: float | None) -> None:
    found, often = without_frequency(said)
    assert (found, often) == (dose, None if per_day is None else pytest.approx(per_day))


def severities(name: str, dose: str, per_day: float | None = None) -> list[str]:
    found = check_medicines(PersonFacts(age_years=60), [MedicineUse(name, dose, per_day)])
    return [one.severity for one in found.findings if one.kind == "dose" and "once_a_week" in one.rule]


def test_a_weekly_medicine_taken_daily_is_stopped() -> None:
    assert severities("甲氨蝶呤", "10mg 每天1次") == ["contraindicated"]
    assert severities("甲氨蝶呤", "10mg", 1) == ["contraindicated"]
    assert severities("度拉糖肽", "1.5mg 一天1次") == ["contraindicated"]
    assert severities("甲氨蝶呤", "10mg 每周1次") == severities("甲氨蝶呤", "10mg") == []


def test_where_two_places_say_how_often_the_more_frequent_counts() -> None:
    person = PersonFacts(age_years=60)
    for dose, per_day in (("1g 一天6次", 2), ("1g 一天2次", 6)):
        found = check_medicines(person, [MedicineUse("对乙酰氨基酚", dose, per_day)]).findings
        assert any(one.kind == "dose" and one.severity == "contraindicated" for one in found)
