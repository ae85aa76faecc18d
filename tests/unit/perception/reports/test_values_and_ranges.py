from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangban.perception.reports.ranges import read_range
from kangban.perception.reports.values import read_flag, read_value


@pytest.mark.parametrize(
    ("printed", "value", "comparator", "text"),
    [
        ("11.8", 11.8, None, "11.8"),
        ("<0.50", 0.5, "<", "<0.50"),
        ("＞1000", 1000.0, ">", ">1000"),
        ("≤3", 3.0, "<=", "≤3"),
        ("-2.3", -2.3, None, "-2.3"),
        ("1,234", 1234.0, None, "1,234"),
        ("5.0E+02", 500.0, None, "5.0E+02"),
        ("1.2×10³", 1200.0, None, "1.2×10^3"),
    ],
)
def test_numbers(printed: str, value: float, comparator: str | None, text: str) -> None:
    read = read_value(printed)
    assert (read.value, read.comparator, read.text, read.sure, read.glued) == (value, comparator, text, True, False)


@pytest.mark.parametrize(
    "printed", ["阴性", "阴性(-)", "(-)", "±", "+", "++", "1+", "1:80", "淡黄色", "O型", "0-2", "Negative"]
)
def test_results_that_are_no_numbers_stay_as_printed(printed: str) -> None:
    read = read_value(printed)
    assert (read.value, read.text, read.sure) == (None, printed, True)


@pytest.mark.parametrize(
    ("printed", "value", "flag"),
    [("7.2↑", 7.2, "↑"), ("7.2 H", 7.2, "H"), ("7.2*", 7.2, "*"), ("↓7.2", 7.2, "↓"), ("7.2个", 7.2, "↑"), ("7.2J", 7.2, "↓"), ("7.2!", 7.2, "!")],
)  # fmt: skip
def test_a_glued_mark_comes_off(printed: str, value: float, flag: str) -> None:
    read = read_value(printed)
    assert (read.value, read.flag, read.text, read.sure) == (value, flag, "7.2", True)


@pytest.mark.parametrize("printed", ["3.5.6", "l.2", "7.2l", "1 1.8", "abc1", "", "12,5", "x" * 300])
def test_what_is_not_certainly_a_number_is_doubted(printed: str) -> None:
    assert not read_value(printed).sure


def test_a_unit_in_the_same_cell() -> None:
    assert (read_value("6.05mmol/L").value, read_value("6.05mmol/L").unit, read_value("6.05mmol/L").glued) == (
        6.05,
        "mmol/L",
        False,
    )
    glued = read_value("11.810^9/L")
    assert (glued.value, glued.unit, glued.glued) == (11.8, "10^9/L", True)


@pytest.mark.parametrize(
    ("printed", "low", "high"),
    [
        ("3.5-9.5", 3.5, 9.5),
        ("3.5～9.5", 3.5, 9.5),
        ("3.5--5.5", 3.5, 5.5),
        ("3.9 - 6.1", 3.9, 6.1),
        ("(3.9—6.1)", 3.9, 6.1),
        ("<5.2", None, 5.2),
        ("≤40", None, 40.0),
        (">1.0", 1.0, None),
        ("-3~3", -3.0, 3.0),
        ("0-5 /HP", 0.0, 5.0),
        ("阴性", None, None),
        ("", None, None),
    ],
)
def test_ranges(printed: str, low: float | None, high: float | None) -> None:
    read = read_range(printed)
    assert (read.low, read.high, read.by_sex, read.sure) == (low, high, (), True)


@pytest.mark.parametrize(
    "printed", ["男:130-175 女:115-150", "男 130-175;女 115-150", "130-175(男) 115-150(女)", "M:130-175 F:115-150"]
)
def test_ranges_for_each_sex(printed: str) -> None:
    read = read_range(printed)
    assert set(read.by_sex) == {("male", 130.0, 175.0), ("female", 115.0, 150.0)}
    assert (read.low, read.high, read.sure) == (None, None, True)


@pytest.mark.parametrize("printed", ["35", "9.5-3.5", "卵泡期:1-2 排卵期:3-5", "成人:3-5", "-3.0--1.0", "3.59.5"])
def test_ranges_that_leave_a_choice_are_doubted(printed: str) -> None:
    assert not read_range(printed).sure


@pytest.mark.parametrize(
    ("printed", "low", "high", "sure"),
    [("0.00- -3.00", 0.0, 3.0, True), ("2.1 1- -2.52", 2.11, 2.52, True), ("45--1 25", 45.0, 125.0, True), ("1 80--400", 180.0, 400.0, False), ("<1 15.0", None, 115.0, False)],
)  # fmt: skip
def test_digits_a_reader_set_apart(printed: str, low: float | None, high: float, sure: bool) -> None:
    read = read_range(printed)
    assert (read.low, read.high, read.sure) == (low, high, sure)


def test_a_unit_inside_a_range() -> None:
    assert read_range("3.5-9.5 10^9/L").unit == "10^9/L"


def test_marks() -> None:
    assert [read_flag(text) for text in ("↑", "偏高", "H", "个", "11.8", "")] == ["↑", "偏高", "H", "↑", None, None]


@given(st.text(max_size=60))
def test_any_text_is_read_without_an_error_and_a_number_is_one_that_stands_there(text: str) -> None:
    read = read_value(text)
    read_range(text)
    if (
        read.value is not None
        and read.sure
        and not read.text.count(",")
        and "^" not in read.text
        and "e" not in read.text.lower()
    ):
        assert abs(read.value) == abs(float("".join(c for c in read.text if c in "0123456789.")))


@given(
    st.integers(0, 10**6),
    st.integers(0, 4),
    st.sampled_from(["", "<", ">", "≤", "≥"]),
    st.sampled_from(["", "↑", "↓", " H", "*"]),
)
def test_any_printed_number_comes_back(digits: int, decimals: int, mark: str, flag: str) -> None:
    shown = f"{digits / 10**decimals:.{decimals}f}"
    read = read_value(f"{mark}{shown}{flag}")
    assert (read.value, read.text, read.sure) == (float(shown), f"{mark}{shown}", True)
