"""Tables kept at home: heads in several lines, days side by side, titles over a table file."""

from __future__ import annotations

from datetime import date

import pytest

from kangban.adapters.page_reader.plain import PlainDocument, lines_of_text
from kangban.clinical.report import PrintedReport
from kangban.perception.reports.read import read_documents
from tests.support.pages import Sheet

FIRST, SECOND = date(2026, 3, 1), date(2026, 3, 2)
BOTH = [
    ("收缩压", 128.0, FIRST, "早"), ("舒张压", 82.0, FIRST, "早"), ("收缩压", 132.0, FIRST, "晚"), ("舒张压", 84.0, FIRST, "晚"),
    ("收缩压", 126.0, SECOND, "早"), ("舒张压", 80.0, SECOND, "早"), ("收缩压", 130.0, SECOND, "晚"), ("舒张压", 83.0, SECOND, "晚"),
]  # fmt: skip


def read(text: str) -> PrintedReport:
    document = PlainDocument(lines_of_text(text.encode(), "text/plain"))
    (report,) = read_documents([document.read(n) for n in range(1, document.pages + 1)], lambda text: False)
    return report


def of_pressure(report: PrintedReport) -> list[tuple[str, float | None, date | None, str]]:
    rows = [row for row in report.rows if "压" in row.name]
    assert all(row.unit == "mmHg" and not row.doubts for row in rows), rows
    return [(row.name, row.value, row.taken_on, row.text.split()[-1]) for row in rows]


@pytest.mark.parametrize(
    "text",
    [
        "家庭血压监测记录\n日期,早,,晚,\n,收缩压(mmHg),舒张压(mmHg),收缩压(mmHg),舒张压(mmHg)\n2026-03-01,128,82,132,84\n2026-03-02,126,80,130,83\n",
        "日期,血压(mmHg),,,,心率(次/分)\n,早,,晚,,\n,收缩压,舒张压,收缩压,舒张压,\n2026-03-01,128,82,132,84,70\n2026-03-02,126,80,130,83,72\n",
    ],
)
def test_heads_in_two_and_three_lines(text: str) -> None:
    report = read(text)
    assert report.kind == "home_measurements"
    assert of_pressure(report) == BOTH
    assert [row.value for row in report.rows if row.name == "心率"] in ([], [70.0, 72.0])


def test_a_printed_head_stands_in_the_middle_over_its_columns() -> None:
    sheet = Sheet(placed=[]).lines("家庭血压监测记录")
    sheet.table((0.06, 0.35, 0.65), [("日期", "早(mmHg)", "晚(mmHg)")])
    columns = (0.06, 0.27, 0.42, 0.57, 0.72)
    sheet.table(columns, [("", "收缩压", "舒张压", "收缩压", "舒张压")])
    sheet.table(columns, [("2026-03-01", "128", "82", "132", "84"), ("2026-03-02", "126", "80", "130", "83")])
    (report,) = read_documents([sheet.page()], lambda text: False)
    found = [(row.name, row.value, row.taken_on) for row in report.rows]
    assert found == [(name, value, day) for name, value, day, _ in BOTH]


def test_days_side_by_side() -> None:
    report = read(
        "血压监测记录\n日期,2026-03-01,2026-03-02,2026-03-03\n收缩压(mmHg),128,,130\n舒张压(mmHg),82,80,84\n心率(次/分),70,72,71\n"
    )
    assert [(r.name, r.value, r.taken_on and r.taken_on.day) for r in report.rows] == [
        ("收缩压", 128.0, 1), ("收缩压", 130.0, 3), ("舒张压", 82.0, 1), ("舒张压", 80.0, 2), ("舒张压", 84.0, 3), ("心率", 70.0, 1), ("心率", 72.0, 2), ("心率", 71.0, 3),
    ]  # fmt: skip
    assert not any(row.doubts for row in report.rows)


def test_days_side_by_side_with_a_column_of_units_and_no_title() -> None:
    report = read("项目,单位,2026-03-01,2026-05-01\n空腹血糖,mmol/L,6.1,5.8\n体重,kg,70.5,70.1\n")
    assert report.kind == "home_measurements"
    assert [(r.name, r.value, r.unit) for r in report.rows] == [
        ("空腹血糖", 6.1, "mmol/L"), ("空腹血糖", 5.8, "mmol/L"), ("体重", 70.5, "kg"), ("体重", 70.1, "kg"),
    ]  # fmt: skip


def test_titles_over_a_table_file() -> None:
    report = read(
        "家庭血糖记录\n姓名：沈建国\n导出时间,2026-03-05\n\n日期,时间,空腹血糖(mmol/L),早餐后(mmol/L)\n2026-03-01,07:00,6.1,8.2\n2026-03-02,07:10,5.9,8.0\n"
    )
    assert report.patient.name == "沈建国"
    assert [(r.name, r.value, r.taken_on) for r in report.rows] == [
        ("空腹血糖", 6.1, FIRST), ("血糖", 8.2, FIRST), ("空腹血糖", 5.9, SECOND), ("血糖", 8.0, SECOND),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "Dear all,\nit rained, and rained, and rained\nthen, at last, it stopped\nwe went out, all of us\n",
        "早上 2026-03-01 散步\n",
    ],
)
def test_prose_is_no_table(text: str) -> None:
    assert read(text).rows == ()
