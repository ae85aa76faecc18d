"""The measuring of reports measures: a printed sheet is read and scored for real, and what is spoiled is counted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import msgspec
import numpy as np
import pytest

from kangban.adapters.page_reader import PageReader
from kangban.clinical.page import Page, Word
from kangban_evals.reports.analyte_names import mark_names, read_names
from kangban_evals.reports.bad_files import bad_files
from kangban_evals.reports.belonging import mark_belonging, tries
from kangban_evals.reports.catalogue import panels
from kangban_evals.reports.degrade import spoil
from kangban_evals.reports.invent import flag_of, invent
from kangban_evals.reports.layouts import LAYOUTS, layout_named
from kangban_evals.reports.press import Press, Sheet, pictures
from kangban_evals.reports.reading import Line
from kangban_evals.reports.same import plain_unit
from kangban_evals.reports.score import naive, score
from kangban_evals.reports.sets import printed, told
from tests.support.outside import chromium_path

NAMES = Path(__file__).parents[2] / "benchmarks" / "sets" / "analyte_names.jsonl"


@pytest.fixture(scope="module")
def line() -> Iterator[Line]:
    one = Line()
    yield one
    one.close()


@pytest.fixture(scope="module")
def sheets() -> list[Sheet]:
    """One sheet with a code column, one that goes on without a header."""
    chromium_path()
    with Press() as press:
        return [printed(press, layout_named("code_before"), 41), printed(press, layout_named("continued"), 43)]


def test_printed_sheets_are_read_by_the_real_reader_and_scored(line: Line, sheets: list[Sheet]):
    for sheet in sheets:
        read = line.read([(sheet.pdf, "application/pdf")])
        counts, faults = score(sheet, read.pages, read.documents, lambda _, box: box)
        shares = told(counts)
        assert counts.rows == len(sheet.rows) >= 4
        assert shares["values on the right row"] >= 95, faults
        assert (counts.sure_wrong, counts.sure_wrong_flag, counts.sure_invented) == (0, 0, 0), faults
        assert (counts.box_on_value, counts.person_right) == (counts.value_right, 1), faults


def test_a_wrong_truth_is_counted_as_wrong(line: Line, sheets: list[Sheet]):
    """The scorer is no yes-man: a sheet held against other values loses exactly those rows."""
    sheet = sheets[0]
    read = line.read([(sheet.pdf, "application/pdf")])
    other = tuple(
        msgspec.structs.replace(r, value=r.value + 1) if r.value is not None and n % 2 else r
        for n, r in enumerate(sheet.rows)
    )
    changed = sum(a != b for a, b in zip(sheet.rows, other, strict=True))
    real, _ = score(sheet, read.pages, read.documents, lambda _, box: box)
    spoiled, faults = score(msgspec.structs.replace(sheet, rows=other), read.pages, read.documents, lambda _, box: box)
    assert changed > 0
    assert real.value_right - spoiled.value_right == changed
    assert any("value" in fault.what for fault in faults)


def test_a_spoiled_page_says_where_its_points_went(sheets: list[Sheet]):
    """Black marks of the printed page are found where the camera's map says they are."""
    page = pictures(sheets[0].pdf, 100)[0].copy()
    page[:] = 255
    wide, tall = page.shape[1], page.shape[0]
    page[int(tall * 0.3) - 6 : int(tall * 0.3) + 6, int(wide * 0.6) - 6 : int(wide * 0.6) + 6] = 0
    for how in ("tilt", "photo", "sideways"):
        for seed in range(4):
            shot = spoil(page, how, seed)
            seen = cv2.imdecode(np.frombuffer(shot.content, np.uint8), cv2.IMREAD_GRAYSCALE)
            x, y = shot.point(0.6, 0.3)
            px, py = int(x * shot.size[0]), int(y * shot.size[1])
            near, around = (
                seen[py - 2 : py + 3, px - 2 : px + 3].mean(),
                seen[py - 40 : py + 41, px - 40 : px + 41].mean(),
            )
            assert near < 0.6 * around, (how, seed)


def test_naive_grouping_loses_rows_of_a_tilted_table():
    """Two rows whose results slid half a line down are joined to the wrong names, or to both."""
    names, values = ("钾", "钠", "氯"), ("4.10", "140.2", "101.5")
    report = invent(1, titles=["电解质"])
    picked = tuple(msgspec.structs.replace(report.rows[n], name=names[n], text=values[n]) for n in range(3))
    sheet = Sheet(report, "ruled", picked, (), b"", 1)

    def page(slide: float) -> Page:
        words: list[Word] = []
        for n in range(3):
            y = 0.1 + 0.02 * n
            words.append(Word(names[n], (0.1, y, 0.2, y + 0.01), (0.1, y, 0.2, y + 0.01)))
            words.append(Word(values[n], (0.6, y + slide, 0.7, y + slide + 0.01), (0.6, y, 0.7, y + 0.01)))
        return Page(1, tuple(words), 1.4, "ocr")

    assert naive(sheet, [page(0.0)]) == 3
    assert naive(sheet, [page(0.018)]) == 0


def test_what_is_invented_is_the_same_every_time_and_covers_the_layouts():
    assert len(LAYOUTS) >= 12
    assert len({one.name for one in LAYOUTS}) == len(LAYOUTS)
    assert sum(len(p.analytes) for p in panels()) >= 150
    assert invent(7) == invent(7) != invent(8)
    assert {r.trap for r in invent(9, spoiled="arrow").rows} == {"", "arrow"}
    slipped = invent(11, titles=["肝功能"], spoiled="unit_slipped").rows
    assert [r.unit for r in slipped[1:]] == [r.own_unit for r in slipped[:-1]]


@pytest.mark.parametrize(
    ("value", "comparator", "bounds", "flag"),
    [
        (5.0, None, (3.0, 5.0), "normal"), (5.1, None, (3.0, 5.0), "high"), (2.9, None, (3.0, 5.0), "low"),
        (0.5, "<", (0.0, 10.0), "normal"), (0.01, "<", (0.27, 4.2), "low"), (600.0, ">", (None, 34.0), "high"),
        (4.0, "<", (3.0, 5.0), None),
    ],
)  # fmt: skip
def test_flags_of_the_truth(value, comparator, bounds, flag):
    assert flag_of(value, comparator, bounds) == flag


def test_units_are_one_unit_however_they_are_written():
    assert len({plain_unit(u) for u in ("10^9/L", "×10⁹/L", "10*9/L", "x10^9/L", "×10^9/l")}) == 1
    assert plain_unit("10^9/L") != plain_unit("10^12/L")
    assert plain_unit("mL/min/1.73m²") == plain_unit("ml/min/1.73m2")
    assert plain_unit("μmol/L") == plain_unit("umol/L") != plain_unit("mmol/L")


def test_the_name_set_is_as_large_as_it_claims_and_mostly_right():
    lines = read_names(NAMES)
    assert len({(one.name, one.unit, one.specimen) for one in lines}) == len(lines)
    marks = mark_names(lines)
    assert marks.names >= 300
    assert marks.invented >= 100
    assert marks.wrong <= 0.005 * marks.names
    assert marks.invented_mapped == 0


def test_documents_of_others_are_asked_about(line: Line):
    marks = mark_belonging(line, tries(others=16, own=8))
    assert (marks.others, marks.silent) == (16, 0), marks.faults
    assert len(tries()) == 260


def test_bad_files_are_of_kinds_the_reader_is_asked_to_read():
    reader = PageReader()
    assert all(reader.can_read(one.media_type) for one in bad_files())
