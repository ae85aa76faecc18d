# ruff: noqa: DTZ001 - the clock of a hospital has no zone printed beside it.
from __future__ import annotations

from datetime import date, datetime

import msgspec
import pytest

from kangban.clinical.page import Page
from kangban.clinical.report import PrintedReport
from kangban.perception.reports.read import read_documents
from tests.support.pages import Sheet, csv_page, plain_page

_HEADS = ("项目名称", "结果", "单位", "参考范围")
_COLUMNS = (0.06, 0.40, 0.52, 0.66)
_ROWS = (
    ("白细胞计数", "5.2", "10^9/L", "3.5-9.5"),
    ("血红蛋白", "139", "g/L", "130-175"),
    ("血小板计数", "203", "10^9/L", "125-350"),
)


def unknown(text: str) -> bool:
    return False


def read(*pages: Page) -> tuple[PrintedReport, ...]:
    return read_documents(pages, unknown)


def sheet(name: str = "张三", title: str = "某市人民医院 血常规检验报告单", sampled: str = "2026-03-02 07:40") -> Sheet:
    made = Sheet(placed=[]).line((0.3, title))
    made.line((0.06, f"姓名:{name}"), (0.3, "性别:男"), (0.5, "年龄:40岁"), (0.7, "门诊号:20260302-1046"))
    made.line((0.06, "样本类型:全血"), (0.3, f"采样时间:{sampled}"), (0.65, "报告时间:2026-03-02 10:05"))
    return made.table(_COLUMNS, [_HEADS, *_ROWS]).lines("检验者:李四  审核者:王五")


def test_a_laboratory_report() -> None:
    (report,) = read(sheet().page())
    assert (report.kind, report.pages, report.hospital) == ("laboratory", (1,), "某市人民医院")
    assert (report.patient.name, report.patient.sex, report.patient.age, report.patient.age_years) == (
        "张三",
        "male",
        "40岁",
        40.0,
    )
    assert (report.dates.sampled, report.dates.reported) == (datetime(2026, 3, 2, 7, 40), datetime(2026, 3, 2, 10, 5))
    assert [(row.name, row.text, row.unit, row.range_text) for row in report.rows] == list(_ROWS)
    assert {(row.panel, row.specimen, row.doubts) for row in report.rows} == {("血常规", "全血", ())}


def test_no_number_that_identifies_is_kept_in_a_field() -> None:
    (report,) = read(sheet().page())
    fields = msgspec.structs.replace(report, text="")
    assert "1046" not in str(msgspec.to_builtins(fields))


def test_a_page_without_words_is_a_document_of_no_kind() -> None:
    assert [(report.kind, report.text, report.rows) for report in read(Page(1, (), 1.4, "ocr"))] == [("other", "", ())]


def test_another_patient_always_starts_a_document() -> None:
    reports = read(sheet("张三").page(1), sheet("李小四").page(2))
    assert [(r.patient.name, r.pages, len(r.rows)) for r in reports] == [("张三", (1,), 3), ("李小四", (2,), 3)]


def test_two_patients_on_one_page() -> None:
    both = sheet("张三")
    both.line((0.3, "某市人民医院 血常规检验报告单"))
    both.line((0.06, "姓名:李小四"), (0.3, "性别:女"), (0.5, "年龄:9岁"))
    both.table(_COLUMNS, [_HEADS, ("白细胞计数", "8.8", "10^9/L", "3.5-9.5")])
    reports = read(both.page())
    assert [(r.patient.name, r.patient.sex, [row.text for row in r.rows]) for r in reports] == [
        ("张三", "male", ["5.2", "139", "203"]),
        ("李小四", "female", ["8.8"]),
    ]


def test_a_second_page_without_header_goes_on() -> None:
    second = Sheet(placed=[]).table(_COLUMNS, [("红细胞计数", "4.6", "10^12/L", "4.3-5.8")]).lines("第2页 共2页")
    (report,) = read(sheet().page(1), second.page(2))
    assert [(row.name, row.text, row.page, row.doubts) for row in report.rows][-1] == ("红细胞计数", "4.6", 2, ())


def test_the_same_header_on_both_pages_is_one_document_and_another_date_is_two() -> None:
    assert len(read(sheet().page(1), sheet().page(2))) == 1
    assert len(read(sheet().page(1), sheet(sampled="2026-04-09 07:40").page(2))) == 2


def test_files_of_an_archive_are_never_one_document() -> None:
    first, second = (
        msgspec.structs.replace(sheet().page(1), document="a.pdf"),
        msgspec.structs.replace(sheet().page(2), document="b.pdf"),
    )
    assert len(read(first, second)) == 2


@pytest.mark.parametrize(
    ("printed", "age", "years"),
    [("年龄:3岁2月", "3岁2月", 3.167), ("Age: 45Y", "45Y", 45.0), ("年龄:8个月", "8个月", 0.667), ("年龄 12天", "12天", 0.033), ("年 龄:60", "60", 60.0)],
)  # fmt: skip
def test_ages(printed: str, age: str, years: float) -> None:
    (report,) = read(plain_page(f"检验报告单\n姓名:张三  性别:女  {printed}  科室:儿科\n"))
    assert (report.patient.name, report.patient.sex, report.patient.age, report.patient.age_years) == (
        "张三",
        "female",
        age,
        years,
    )


@pytest.mark.parametrize(
    ("printed", "sampled"),
    [
        ("采样日期:2026/3/2", datetime(2026, 3, 2)),
        ("采集时间: 2026年3月2日 7:40", datetime(2026, 3, 2, 7, 40)),
        ("采样时间:26-03-02 07:40:12", datetime(2026, 3, 2, 7, 40)),
        ("送检日期:20260302", datetime(2026, 3, 2)),
        ("Collected: 02 Mar 2026 07:40", datetime(2026, 3, 2, 7, 40)),
        ("采样时间:2026-02-30", None),
    ],
)
def test_dates(printed: str, sampled: datetime | None) -> None:
    (report,) = read(plain_page(f"检验报告单\n姓名:张三  性别:女\n{printed}\n"))
    assert report.dates.sampled == sampled


def test_a_text_file_set_in_columns() -> None:
    text = (
        "某市医院 检验报告单\n姓名:张三    性别:男    年龄:60岁\n样本类型:血清    检测日期:2026-01-05\n\n【肾功能】\n"
        "项目缩写   项目名称            结果     单位        参考范围        提示\n"
        "BUN        尿素氮              7.8      mmol/L      3.1 - 8.0       正常\n"
        "UA         尿酸                452      umol/L      208 - 428       ↑\n"
    )
    (report,) = read(plain_page(text))
    assert [
        (r.code, r.name, r.value, r.unit, r.low, r.high, r.printed_flag, r.panel, r.doubts) for r in report.rows
    ] == [
        ("BUN", "尿素氮", 7.8, "mmol/L", 3.1, 8.0, "正常", "肾功能", ()),
        ("UA", "尿酸", 452.0, "umol/L", 208.0, 428.0, "↑", "肾功能", ()),
    ]


def test_ten_thousand_rows_of_a_table_file() -> None:
    rows = [list(_HEADS), *([f"项目{i}", f"{i % 97}.{i % 10}", "mmol/L", "3.9-6.1"] for i in range(10_000))]
    (report,) = read(csv_page(rows))
    assert len(report.rows) == 10_000
    assert all(
        row.text == f"{i % 97}.{i % 10}" and row.name == f"项目{i}" and not row.doubts
        for i, row in enumerate(report.rows)
    )


def test_a_table_file_that_names_several_patients_is_one_document_for_each() -> None:
    head = ("姓名", "项目名称", "结果", "单位", "参考范围")
    lines = [("张三", *_ROWS[0]), ("李小四", *_ROWS[1]), ("张三", *_ROWS[2])]
    reports = read(csv_page([head, *lines]))
    assert [(r.patient.name, [row.name for row in r.rows]) for r in reports] == [
        ("张三", ["白细胞计数", "血小板计数"]),
        ("李小四", ["血红蛋白"]),
    ]
    assert "李小四" not in reports[0].text


def test_home_measurements() -> None:
    page = Sheet(placed=[]).lines("家庭血压/血糖自测记录", "姓名:张三  性别:男  年龄:61岁")
    columns = (0.06, 0.2, 0.3, 0.5, 0.65, 0.85)
    page.table(columns, [("日期", "时间", "收缩压/舒张压(mmHg)", "心率(次/分)", "空腹血糖(mmol/L)", "备注")])
    page.table(
        columns,
        [("2026-04-01", "06:50", "138/86", "72", "7.2", "左臂 坐位"), ("2026-04-05", "06:55", "142/88", "75", "", "")],
    )
    (report,) = read(page.page())
    assert report.kind == "home_measurements"
    assert [(r.name, r.value, r.unit, r.taken_on, r.doubts) for r in report.rows] == [
        ("收缩压", 138.0, "mmHg", date(2026, 4, 1), ()),
        ("舒张压", 86.0, "mmHg", date(2026, 4, 1), ()),
        ("心率", 72.0, "次/分", date(2026, 4, 1), ()),
        ("空腹血糖", 7.2, "mmol/L", date(2026, 4, 1), ()),
        ("收缩压", 142.0, "mmHg", date(2026, 4, 5), ()),
        ("舒张压", 88.0, "mmHg", date(2026, 4, 5), ()),
        ("心率", 75.0, "次/分", date(2026, 4, 5), ()),
    ]
    assert "左臂 坐位" in report.rows[0].text
    assert "空腹" in report.rows[3].text


def test_vaccinations() -> None:
    page = Sheet(placed=[]).lines("预防接种记录", "姓名:张小三  性别:女  出生日期:2025-01-03")
    page.table(
        (0.06, 0.35, 0.5, 0.7),
        [
            ("疫苗名称", "剂次", "接种日期", "批号"),
            ("乙肝疫苗", "第1剂", "2025-01-03", "A2024110"),
            ("乙肝疫苗", "第2剂", "2025-02-03", "A2024115"),
        ],
    )
    (report,) = read(page.page())
    assert (report.kind, report.patient.born_on) == ("vaccination", date(2025, 1, 3))
    assert [(r.name, r.text, r.taken_on, r.code, r.doubts) for r in report.rows] == [
        ("乙肝疫苗", "第1剂", date(2025, 1, 3), "A2024110", ()),
        ("乙肝疫苗", "第2剂", date(2025, 2, 3), "A2024115", ()),
    ]


def test_a_range_of_two_lines_at_the_top_of_the_next_page_stays_whole() -> None:
    second = Sheet(placed=[]).line((0.66, "男:50-310"), down=0.5)
    second.line((0.06, "肌酸激酶"), (0.40, "286"), (0.52, "U/L"), down=0.5).line((0.66, "女:40-200")).table(
        _COLUMNS, _ROWS
    )
    (report,) = read(sheet().page(1), second.page(2))
    assert set(report.rows[3].sex_ranges) == {("male", 50.0, 310.0), ("female", 40.0, 200.0)}
