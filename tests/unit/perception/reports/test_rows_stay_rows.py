"""No value lands on a wrong row in silence, however the page was bent; the order of words does not matter."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kangban.clinical.page import Page
from kangban.clinical.report import PrintedRow
from kangban.perception.reports.cells import cells_of
from kangban.perception.reports.lines import flatten, lines_of
from kangban.perception.reports.read import read_documents
from tests.support.pages import Sheet

_HEADS = ("No", "项目名称", "结果", "单位", "参考范围", "提示")
_ONE = (0.06, 0.12, 0.40, 0.52, 0.66, 0.85)
_TWO = ((0.03, 0.20, 0.28, 0.37), (0.52, 0.69, 0.77, 0.86))
_UNITS = ("mmol/L", "g/L", "U/L", "10^9/L", "%", "μmol/L", "mg/dL")

Truth = dict[str, tuple[str, str, str]]


def invented(rng: random.Random, rows: int) -> list[tuple[str, str, str, str]]:
    """Name, result, unit, range; every name and every result once."""
    out: list[tuple[str, str, str, str]] = []
    for i in range(rows):
        low = rng.randint(1, 60)
        name = (
            "".join(rng.choice("甲乙丙丁戊己庚辛壬癸") for _ in range(rng.randint(2, 8)))
            + "蛋白酶糖脂素"[i % 6]
            + chr(0x4E00 + i)
        )
        out.append((name, f"{low + i}.{rng.randint(0, 9)}", rng.choice(_UNITS), f"{low}.0-{low + 70}.0"))
    return out


def table(rng: random.Random, rows: int, pitch: float, lost: float, panels: int) -> tuple[Sheet, Truth]:
    sheet = Sheet(pitch=pitch, placed=[]).lines("某市人民医院 检验报告单", "姓名:张三  性别:男  年龄:40岁")
    invention = invented(rng, rows)
    truth = {name: (value, unit, limits) for name, value, unit, limits in invention}

    def kept(*cells: tuple[float, str]) -> list[tuple[float, str]]:
        return [(x, text) for x, text in cells if rng.random() >= lost]

    if panels == 1:
        sheet.line(*zip(_ONE, _HEADS, strict=True))
        for i, (name, value, unit, limits) in enumerate(invention):
            flag = "↑" if rng.random() < 0.3 else ""
            sheet.line(*kept(*zip(_ONE, (str(i + 1), name, value, unit, limits, flag), strict=True)))
        return sheet, truth
    half = (rows + 1) // 2
    sheet.height = 0.011
    sheet.line(*((x, head) for columns in _TWO for x, head in zip(columns, _HEADS[1:5], strict=True)))
    for i in range(half):
        cells = [
            pair
            for k, columns in enumerate(_TWO)
            if i + k * half < rows
            for pair in zip(columns, invention[i + k * half], strict=True)
        ]
        sheet.line(*kept(*cells))
    return sheet, truth


def same(row: PrintedRow, truth: Truth) -> bool:
    """Result and unit of its own row; a range of its own row, or none where it was lost."""
    value, unit, limits = truth.get(row.name, ("", "", ""))
    return (row.text, row.unit) == (value, unit) and row.range_text in (limits, "")


def silently_wrong(page: Page, truth: Truth) -> list[PrintedRow]:
    rows = [row for report in read_documents([page], known=lambda text: text in truth) for row in report.rows]
    return [row for row in rows if not row.doubts and not same(row, truth)]


_BENDS = st.fixed_dictionaries(
    {
        "tilt": st.floats(-3, 3),
        "bow": st.floats(-0.02, 0.02),
        "fold": st.sampled_from([0.0, 0.0, 0.03, -0.03]),
        "jitter": st.sampled_from([0.0, 0.05, 0.1]),
        "seed": st.integers(0, 10**6),
    }
)


@settings(max_examples=100, deadline=None)
@given(
    _BENDS,
    st.integers(2, 34),
    st.sampled_from([0.018, 0.022, 0.03]),
    st.sampled_from([0.0, 0.04, 0.15]),
    st.sampled_from([1, 2]),
)
def test_no_value_lands_on_a_wrong_row_in_silence(
    bends: dict[str, float], rows: int, pitch: float, lost: float, panels: int
) -> None:
    sheet, truth = table(random.Random(int(bends["seed"])), rows, pitch, lost, panels)
    wrong = silently_wrong(sheet.page(source="ocr", **bends), truth)  # type: ignore[arg-type]
    assert not wrong, wrong


# Small tables that lost cells, bent by most of a row: each was once read wrongly and taken for sure.
_TWO_READINGS: list[tuple[dict[str, float], int, float, float, int]] = [
    ({"tilt": -0.83374, "bow": 0.015228, "fold": 0.03, "jitter": 0.0, "seed": 663833}, 6, 0.018, 0.15, 1),
    ({"tilt": -2.02688, "bow": 0.017842, "fold": 0.03, "jitter": 0.1, "seed": 311126}, 8, 0.018, 0.15, 1),
    ({"tilt": 0.0, "bow": 0.006717, "fold": 0.0, "jitter": 0.1, "seed": 783048}, 7, 0.022, 0.15, 2),
    ({"tilt": -2.96779, "bow": -0.007336, "fold": 0.0, "jitter": 0.1, "seed": 836280}, 5, 0.018, 0.15, 2),
    ({"tilt": 1.26023, "bow": 0.001751, "fold": -0.03, "jitter": 0.1, "seed": 813271}, 9, 0.018, 0.15, 2),
    ({"tilt": 0.12907, "bow": -0.0174, "fold": -0.03, "jitter": 0.0, "seed": 52229}, 8, 0.018, 0.04, 1),
    ({"tilt": -1.49097, "bow": 0.018538, "fold": 0.03, "jitter": 0.1, "seed": 404459}, 5, 0.018, 0.04, 2),
]


@pytest.mark.parametrize(("bends", "rows", "pitch", "lost", "panels"), _TWO_READINGS)
def test_a_small_torn_table_is_asked_about(
    bends: dict[str, float], rows: int, pitch: float, lost: float, panels: int
) -> None:
    sheet, truth = table(random.Random(int(bends["seed"])), rows, pitch, lost, panels)
    page = sheet.page(source="ocr", **bends)  # type: ignore[arg-type]
    assert silently_wrong(page, truth) == []
    read = [row for report in read_documents([page], known=truth.__contains__) for row in report.rows]
    assert any(not same(row, truth) for row in read), "read rightly now: this page tests nothing any more"


def test_a_straight_table_that_lost_nothing_is_taken_whole() -> None:
    """Asking about everything would be no safety: rows of a good page carry no doubt."""
    sheet, truth = table(random.Random(3), 24, 0.03, 0.0, 1)
    (report,) = read_documents([sheet.page(source="ocr", tilt=0.6, jitter=0.05, seed=3)], known=truth.__contains__)
    assert [row.doubts for row in report.rows] == [()] * len(truth)


@settings(max_examples=25, deadline=None)
@given(_BENDS, st.integers(4, 30), st.sampled_from([1, 2]))
def test_a_bent_page_that_lost_nothing_is_read_row_by_row(bends: dict[str, float], rows: int, panels: int) -> None:
    sheet, truth = table(random.Random(int(bends["seed"])), rows, 0.024, 0.0, panels)
    (report,) = read_documents([sheet.page(source="ocr", **bends)], known=lambda text: text in truth)  # type: ignore[arg-type]
    right = [row for row in report.rows if (row.text, row.unit, row.range_text) == truth.get(row.name)]
    assert len(report.rows) == len(truth)
    assert len(right) >= 0.95 * len(truth)


@settings(max_examples=20, deadline=None)
@given(_BENDS, st.integers(2, 20))
def test_the_order_of_words_does_not_matter(bends: dict[str, float], rows: int) -> None:
    sheet, truth = table(random.Random(int(bends["seed"])), rows, 0.024, 0.05, 2)
    page = sheet.page(source="ocr", **bends)  # type: ignore[arg-type]
    words = list(page.words)
    random.Random(int(bends["seed"])).shuffle(words)
    known = truth.__contains__
    assert read_documents([page], known) == read_documents([Page(1, tuple(words), page.aspect, "ocr")], known)


def test_grouping_by_y_alone_would_fail_on_such_a_page() -> None:
    sheet, truth = table(random.Random(7), 24, 0.024, 0.0, 1)
    cells = cells_of(sheet.page(source="ocr", tilt=2.2))
    by_y = sorted({round((c.at[1] + c.at[3]) / 2 / 0.024) for c in cells})
    by_baseline = lines_of(flatten(cells, straight=False))
    assert len(by_baseline) == 3 + len(truth)
    assert len(by_y) != len(by_baseline)


def test_two_readings_of_a_slope_are_doubted_not_chosen() -> None:
    """Only two columns, far apart: whether row one goes with row one or two cannot be seen from places alone."""
    sheet = Sheet(pitch=0.02, placed=[])
    for i in range(20):
        sheet.line((0.1, f"甲乙{chr(0x4E00 + i)}"), (0.5, f"{i}.5"), (0.9, "g/L"))
    page = sheet.page(source="ocr", tilt=1.45)
    lines = lines_of(flatten(cells_of(page), straight=False))
    for line in lines:
        texts = [cell.text for cell in line.cells if not line.doubts(cell)]
        if len(texts) >= 2 and texts[1] != "g/L":
            assert texts[1] == f"{ord(texts[0][-1]) - 0x4E00}.5"
