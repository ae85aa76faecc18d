"""How often: what is read, what is left alone, and which end of a range is which."""

from __future__ import annotations

from itertools import pairwise

import pytest

from kangban.kernel.frequency import frequencies


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("每日三次", 3, 3), ("一天吃2-3次", 2, 3), ("1天3次", 3, 3), ("天天两顿", 2, 2), ("日服2次", 2, 2), ("24小时内不超过4次", 4, 4),
        ("3次/日", 3, 3), ("2次每天", 2, 2), ("每3天1次", 1 / 3, 1 / 3), ("每两周一次", 1 / 14, 1 / 14), ("每周1次", 1 / 7, 1 / 7),
        ("隔日一次", 0.5, 0.5), ("每日早晚各1次", 2, 2), ("每晚一次", 1, 1), ("一日顿服", 1, 1), ("b.i.d.", 2, 2), ("qod", 0.5, 0.5),
        ("twice a day", 2, 2), ("3 to 4 times daily", 3, 4), ("once weekly", 1 / 7, 1 / 7), ("every other day", 0.5, 0.5), ("q.n", 1, 1),
    ],
)  # fmt: skip
def test_a_frequency_is_doses_in_24_hours(text: str, low: float, high: float) -> None:
    (one,) = frequencies(text)
    assert (one.low, one.high) == (pytest.approx(low), pytest.approx(high))
    assert one.apart is None
    assert (one.start, one.end) == (0, len(text))


@pytest.mark.parametrize(
    ("text", "low", "high", "apart"),
    [
        ("每4-6小时一次", 4, 6, 4),
        ("十二小时一次", 2, 2, 12),
        ("q8h", 3, 3, 8),
        ("every 4 to 6 hours", 4, 6, 4),
        ("间隔4小时", 6, 6, 4),
    ],
)
def test_hours_between_two_doses(text: str, low: float, high: float, apart: float) -> None:
    (one,) = frequencies(text)
    assert (one.low, one.high, one.apart) == (low, high, apart)


@pytest.mark.parametrize(
    "text",
    [
        "共7天 1次1片", "21天2次", "第3天1次", "昨天吐了2次", "上周2次", "2.5天1次", "100mg/天", "每次1片", "30 days", "one day he fell",
        "two days ago", "早饭前", "早晚会好", "每周三1次", "once", "",
    ],
)  # fmt: skip
def test_what_says_no_frequency(text: str) -> None:
    assert list(frequencies(text)) == []


def test_several_stand_in_order_and_none_inside_another() -> None:
    found = list(frequencies("白天每日2次，每晚一次，疼时每6小时一次"))
    assert [one.high for one in found] == [2, 1, 4]
    assert all(a.end <= b.start for a, b in pairwise(found))


@pytest.mark.parametrize(("text", "times"), [("布洛芬bid", 2), ("0.5gq12h", 2), ("50mgtid", 3), ("阿莫西林q8h口服", 3)])
def test_a_code_written_against_what_stands_before(text: str, times: float) -> None:
    (one,) = frequencies(text)
    assert one.high == times


@pytest.mark.parametrize("text", ["bidet", "abidol", "阿比多尔abid", "qdx", "quid", "3 mgs"])
def test_letters_inside_a_word_are_no_code(text: str) -> None:
    assert list(frequencies(text)) == []
