from __future__ import annotations

from collections.abc import Sequence

import pytest

from kangban.clinical.report import PrintedRow
from kangban.perception.reports.read import read_documents
from tests.support.pages import Sheet

_HEADS = ("项目名称", "结果", "单位", "参考范围")
_COLUMNS = (0.06, 0.40, 0.52, 0.66)
Cells = tuple[str, str, str, str]


def top() -> Sheet:
    return Sheet(placed=[]).lines("某市人民医院 检验报告单", "姓名:张三  性别:男  年龄:40岁")


def rows_of(sheet: Sheet, known: Sequence[str] = (), source: str = "text_layer") -> tuple[PrintedRow, ...]:
    (report,) = read_documents([sheet.page(source=source)], lambda text: text in known)  # type: ignore[arg-type]
    return report.rows


def cells(rows: Sequence[PrintedRow]) -> list[Cells]:
    return [(row.name, row.text, row.unit, row.range_text) for row in rows]


_THREE: tuple[Cells, ...] = (
    ("总胆固醇", "6.05", "mmol/L", "<5.20"), ("甘油三酯", "2.35", "mmol/L", "<1.70"), ("肌酐", "95", "μmol/L", "57-97"),
)  # fmt: skip


def test_a_heading_inside_a_table_names_panel_and_specimen() -> None:
    sheet = (
        top()
        .lines("【血脂】 标本:血清")
        .table(_COLUMNS, [_HEADS, *_THREE[:2]])
        .lines("【尿常规】 标本:尿液")
        .table(_COLUMNS, [("尿蛋白", "1+", "", "阴性")])
    )
    rows = rows_of(sheet)
    assert [(row.name, row.panel, row.specimen, row.doubts) for row in rows] == [
        ("总胆固醇", "血脂", "血清", ()), ("甘油三酯", "血脂", "血清", ()), ("尿蛋白", "尿常规", "尿液", ()),
    ]  # fmt: skip


def test_three_panels_side_by_side() -> None:
    sheet = top()
    sheet.height = 0.008
    starts = (0.03, 0.36, 0.69)
    sheet.line(*((x + dx, head) for x in starts for dx, head in zip((0, 0.11, 0.16, 0.23), _HEADS, strict=True)))
    for row in range(3):
        sheet.line(
            *(
                (x + dx, f"{text}{k}" if dx == 0 else text)
                for k, x in enumerate(starts)
                for dx, text in zip((0, 0.11, 0.16, 0.23), _THREE[row], strict=True)
            )
        )
    rows = rows_of(sheet)
    assert cells(rows) == [(f"{name}{k}", *rest) for k in range(3) for name, *rest in _THREE]
    assert not any(row.doubts for row in rows)


def test_columns_whose_header_stands_elsewhere_are_told_by_what_they_hold() -> None:
    sheet = top().line((0.06, "项目"), (0.33, "结果"), (0.45, "单位"), (0.57, "参考值"))
    sheet.table((0.06, 0.38, 0.50, 0.62), _THREE)
    rows = rows_of(sheet)
    assert cells(rows) == list(_THREE)
    assert not any(row.doubts for row in rows)


def test_no_header_at_all() -> None:
    rows = rows_of(top().table(_COLUMNS, _THREE))
    assert cells(rows) == list(_THREE)


def test_a_name_on_two_lines_belongs_to_the_row_between_or_above() -> None:
    sheet = top().table(_COLUMNS, [_HEADS, _THREE[0]])
    sheet.line((0.06, "低密度脂蛋白胆"), down=0.5).line(
        (0.40, "3.95"), (0.52, "mmol/L"), (0.66, "<3.37"), down=0.5
    ).line((0.06, "固醇"))
    sheet.line(*zip(_COLUMNS, _THREE[2], strict=True))
    assert cells(rows_of(sheet)) == [_THREE[0], ("低密度脂蛋白胆固醇", "3.95", "mmol/L", "<3.37"), _THREE[2]]


def test_ranges_for_each_sex_on_two_lines() -> None:
    sheet = top().table(_COLUMNS, [_HEADS, _THREE[0]])
    sheet.line((0.66, "男:130-175"), down=0.5).line((0.06, "血红蛋白"), (0.40, "139"), (0.52, "g/L"), down=0.5).line(
        (0.66, "女:115-150")
    )
    sheet.line(*zip(_COLUMNS, _THREE[2], strict=True))
    row = rows_of(sheet)[1]
    assert (row.name, row.text, set(row.sex_ranges), row.doubts) == (
        "血红蛋白",
        "139",
        {("male", 130.0, 175.0), ("female", 115.0, 150.0)},
        (),
    )


def test_a_missing_unit_is_doubted_and_a_ratio_needs_none() -> None:
    sheet = top().table(
        _COLUMNS,
        [_HEADS, _THREE[0], ("甘油三酯", "2.35", "", "<1.70"), ("国际标准化比值", "1.02", "", "0.8-1.2"), _THREE[2]],
    )
    assert [row.doubts for row in rows_of(sheet)] == [(), ("unit_missing",), (), ()]


def test_a_unit_column_one_row_too_low_is_doubted_as_a_whole() -> None:
    names = ("总胆固醇", "肌酐", "血红蛋白", "白蛋白")
    slipped = ("", "mmol/L", "μmol/L", "g/L")
    sheet = top().table(_COLUMNS, [_HEADS, *((n, "5.1", u, "1-9") for n, u in zip(names, slipped, strict=True))])
    assert all("cell_moved" in row.doubts or "unit_missing" in row.doubts for row in rows_of(sheet))


def test_a_unit_below_the_last_row_doubts_every_row_it_may_belong_to() -> None:
    sheet = top().table(
        _COLUMNS,
        [
            _HEADS,
            ("总胆固醇", "5.1", "", "1-9"),
            ("肌酐", "66", "mmol/L", "50-90"),
            ("白蛋白", "41", "μmol/L", "40-50"),
        ],
    )
    sheet.line((0.52, "g/L"))
    assert all("cell_moved" in row.doubts or "unit_missing" in row.doubts for row in rows_of(sheet))


def test_a_name_that_lost_its_result_stays_and_says_so() -> None:
    sheet = top().table(_COLUMNS, [_HEADS, _THREE[0], ("甘油三酯", "", "mmol/L", "<1.70"), _THREE[2]])
    lost = rows_of(sheet)[1]
    assert (lost.name, lost.text, lost.value) == ("甘油三酯", "", None)
    assert "value_unread" in lost.doubts


def test_cells_a_reader_joined_are_cut_and_doubted_where_the_cut_is_a_guess() -> None:
    sheet = top().table(_COLUMNS, [_HEADS, _THREE[0]]).line((0.06, "甘油三酯"), (0.40, "2.35 mmol/L"), (0.66, "<1.70"))
    sheet.line((0.06, "估算肾小球滤过率的一个一直写到结果那一栏的名称 68"), (0.52, "mL/min"), (0.66, ">90"))
    sheet.line((0.06, "白细胞"), (0.40, "11.810^9/L"), (0.66, "3.5-9.5"))
    rows = rows_of(sheet)
    assert cells(rows)[1] == _THREE[1]
    assert rows[1].doubts == ()
    assert (rows[2].text, rows[2].unit) == ("68", "mL/min")
    assert "joined_cells" in rows[2].doubts
    assert "joined_cells" in rows[3].doubts


@pytest.mark.parametrize(("mark", "kept"), [("↑", "↑"), ("H", "H"), ("偏高", "偏高"), ("个", "↑"), ("*", "*")])
def test_a_printed_mark_is_kept_and_decides_nothing(mark: str, kept: str) -> None:
    sheet = top().line(
        *zip((*_COLUMNS[:2], 0.47, *_COLUMNS[2:]), ("项目名称", "结果", "", "单位", "参考范围"), strict=True)
    )
    sheet.line((0.06, "总胆固醇"), (0.40, "4.05"), (0.47, mark), (0.52, "mmol/L"), (0.66, "<5.20")).table(
        _COLUMNS, _THREE[1:]
    )
    first = rows_of(sheet)[0]
    assert (first.text, first.printed_flag, first.unit, first.doubts) == ("4.05", kept, "mmol/L", ())


def test_an_english_table() -> None:
    sheet = Sheet(placed=[]).lines(
        "Northfield Clinic  Laboratory Report",
        "Patient Name: Ann Other   Sex: F   Age: 45 Y",
        "Collected: 02 Mar 2026 07:40",
    )
    sheet.table(
        (0.06, 0.4, 0.5, 0.6, 0.75),
        [
            ("Test", "Result", "Flag", "Units", "Reference Range"),
            ("Hemoglobin", "11.2", "L", "g/dL", "12.0-15.5"),
            ("HBsAg", "Negative", "", "", "Negative"),
        ],
    )
    (report,) = read_documents([sheet.page()], lambda text: False)
    assert (report.kind, report.patient.name, report.patient.sex, report.patient.age_years) == (
        "laboratory",
        "Ann Other",
        "female",
        45.0,
    )
    assert [(r.name, r.text, r.unit, r.range_text, r.printed_flag, r.doubts) for r in report.rows] == [
        ("Hemoglobin", "11.2", "g/dL", "12.0-15.5", "L", ()), ("HBsAg", "Negative", "", "Negative", "", ()),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "limits"),
    [("605", "3.10-5.20"), ("6.051", "3.10-5.20"), ("1391", "130-175"), ("l39", "130-175"), ("6.05", "3.1-")],
)
def test_what_a_reader_of_pictures_often_misses_is_doubted(value: str, limits: str) -> None:
    sheet = top().table(_COLUMNS, [_HEADS, *_THREE, ("某项", value, "mmol/L", limits)])
    assert rows_of(sheet, source="ocr")[-1].doubts


def test_a_faint_result_is_doubted() -> None:
    sheet = top().table(_COLUMNS, [_HEADS, *_THREE])
    (report,) = read_documents([sheet.page(source="ocr", confidence=0.7)], lambda text: False)
    assert all("low_confidence" in row.doubts for row in report.rows)


def test_every_cell_says_where_it_stands() -> None:
    sheet = top().table(_COLUMNS, [_HEADS, *_THREE])
    page = sheet.page()
    words = {word.text: word.box for word in page.words}
    row = rows_of(sheet)[0]
    assert dict(row.cells) == {
        "name": words["总胆固醇"],
        "value": words["6.05"],
        "unit": row.cells[2][1],
        "range": words["<5.20"],
    }
    assert row.box[0] == words["总胆固醇"][0]
    assert row.box[2] == words["<5.20"][2]
