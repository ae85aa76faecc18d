"""A printed report understood: flags by value and range, doubts where a person must look."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangban.clinical.person import PersonFacts
from kangban.clinical.report import PrintedReport, PrintedRow, ReportPatient, ReportRow
from kangban.reasoning.labs.settle import settle

WOMAN = PersonFacts(age_years=40, sex="female")
AT = datetime(2026, 3, 1, tzinfo=UTC)


def row(
    name: str,
    value: float | None = None,
    unit: str = "",
    low: float | None = None,
    high: float | None = None,
    **more: Any,
) -> PrintedRow:
    text = more.pop("text", "" if value is None else f"{value:g}")
    return PrintedRow(
        name, text, 1, (0, 0, 1, 1), more.pop("confidence", 0.99), value=value, unit=unit, low=low, high=high, **more
    )


def settled(*rows: PrintedRow, person: PersonFacts = WOMAN, earlier: Any = (), **report: Any) -> tuple[ReportRow, ...]:
    return settle(PrintedReport("laboratory", (1,), "", rows=rows, **report), person, earlier).rows


def one(*args: Any, person: PersonFacts = WOMAN, earlier: Any = (), **more: Any) -> ReportRow:
    return settled(row(*args, **more), person=person, earlier=earlier)[0]


def test_a_plain_row_is_sure() -> None:
    found = one("血红蛋白(HGB)", 132, "g/L", 115, 150)
    assert (found.analyte, found.loinc, found.flag, found.needs_confirm) == ("hemoglobin", "718-7", "normal", False)
    assert (found.own_value, found.own_unit, found.range_from) == (132, "g/L", "report")


def test_values_convert_and_the_range_stays_as_printed() -> None:
    found = one("Hemoglobin", 10.2, "g/dL", 12, 16)
    assert (found.own_value, found.flag, found.low, found.high, found.needs_confirm) == (102, "low", 12, 16, False)


@pytest.mark.parametrize(
    ("value", "comparator", "low", "high", "flag"),
    [
        (3.5, None, 3.5, 9.5, "normal"), (9.5, None, 3.5, 9.5, "normal"), (3.49, None, 3.5, 9.5, "low"), (9.51, None, 3.5, 9.5, "high"),
        (0.5, "<", 0, 10, "normal"), (0.5, "<", None, 10, "normal"), (20, "<", None, 10, "unknown"), (1, "<", 2, 10, "low"), (2, "<", 2, 10, "low"),
        (5, "<", 2, 10, "unknown"), (1000, ">", None, 10, "high"), (10, ">", None, 10, "high"), (10, ">=", None, 10, "unknown"), (5, ">", 2, 10, "unknown"),
        (5, ">", 2, None, "normal"), (1, ">", 2, None, "unknown"), (2, "<=", 2, 10, "unknown"),
        (-10, "<", -3, 3, "low"), (1, "<", -3, 3, "unknown"), (-2, None, -3, 3, "normal"), (5, None, 10, 2, "unknown"),
    ],
)  # fmt: skip
def test_bounds_against_ranges(value: float, comparator: Any, low: Any, high: Any, flag: str) -> None:
    assert one("未知项", value, "", low, high, comparator=comparator).flag == flag


def test_a_printed_strict_range_excludes_its_edge() -> None:
    assert one("总胆固醇", 5.2, "mmol/L", None, 5.2, range_text="<5.2").flag == "high"
    assert one("总胆固醇", 5.2, "mmol/L", None, 5.2, range_text="≤5.2").flag == "normal"
    assert one("高密度脂蛋白胆固醇", 1.0, "mmol/L", 1.0, None, range_text=">1.0").flag == "low"


@pytest.mark.parametrize(
    ("text", "range_text", "flag"),
    [
        ("阴性", "阴性", "normal"), ("-", "阴性", "normal"), ("(-)", "阴性(-)", "normal"), ("阳性", "阴性", "abnormal"), ("±", "阴性", "abnormal"),
        ("1+", "阴性", "abnormal"), ("+++", "阴性(-)", "abnormal"), ("阴性(0.02)", "阴性", "normal"), ("阳性（3.2）", "阴性", "abnormal"),
        ("Negative", "Negative", "normal"), ("淡黄色", "淡黄色/黄色", "normal"), ("浑浊", "清亮", "unknown"), ("阴性", "", "normal"),
    ],
)  # fmt: skip
def test_words_against_words(text: str, range_text: str, flag: str) -> None:
    name = "尿蛋白" if "色" not in text and "浑" not in text else "尿液颜色"
    assert one(name, text=text, range_text=range_text).flag == flag


def test_the_printed_arrow_never_decides_and_is_doubted_when_it_disagrees() -> None:
    found = one("白细胞计数", 7.0, "10^9/L", 3.5, 9.5, printed_flag="↑")
    assert (found.flag, found.doubts, found.needs_confirm) == ("normal", ("flag_disagrees",), True)
    agreed = one("白细胞计数", 12.0, "10^9/L", 3.5, 9.5, printed_flag="H")
    assert (agreed.flag, agreed.needs_confirm) == ("high", False)


def test_a_mark_missing_beside_marked_rows_is_doubted() -> None:
    high = row("白细胞计数", 12.0, "10^9/L", 3.5, 9.5, printed_flag="↑")
    bare = row("血小板计数", 900.0, "10^9/L", 125, 350)
    first, second = settled(high, bare)
    assert not first.needs_confirm
    assert second.doubts == ("flag_disagrees",)
    assert not settled(bare)[0].doubts  # no row carries marks: the column is not there


def test_a_unit_that_cannot_be() -> None:
    found = one("血红蛋白", 132, "mmHg", 115, 150)
    assert "unit_impossible" in found.doubts
    assert (found.analyte, found.loinc, found.own_value) == ("hemoglobin", None, None)


def test_a_missing_unit_is_suggested_by_its_range_and_still_confirmed() -> None:
    found = one("血红蛋白", 13.2, "", 11.5, 15.0)
    assert (found.own_value, found.own_unit) == (132, "g/L")
    assert found.doubts == ("unit_missing",)
    assert one("血红蛋白", 13.2, "", 1, 2).own_value is None


def test_the_pack_judges_where_no_range_is_printed() -> None:
    found = one("血红蛋白", 11.0, "g/dL")
    assert (found.flag, found.range_from, found.low, found.high) == ("low", "pack", 11.5, 15.0)
    assert found.citations


def test_sex_is_asked_for_only_where_it_matters() -> None:
    nobody = PersonFacts(age_years=40)
    assert one("血红蛋白", 120, "g/L", person=nobody).doubts == ("sex_needed",)
    assert one("血红蛋白", 60, "g/L", person=nobody).flag == "critical_low"
    assert one("血红蛋白", 140, "g/L", person=nobody).flag == "normal"
    printed = (("male", 130.0, 175.0), ("female", 115.0, 150.0))
    assert one("血红蛋白", 120, "g/L", sex_ranges=printed, person=nobody).doubts == ("sex_needed",)
    assert one("血红蛋白", 120, "g/L", sex_ranges=printed).flag == "normal"
    assert one("血红蛋白", 100, "g/L", sex_ranges=printed, person=nobody).flag == "low"


def test_sex_and_age_of_the_document_stand_in() -> None:
    patient = ReportPatient(sex="male", age_years=50)
    assert settled(row("血红蛋白", 120, "g/L"), person=PersonFacts(), patient=patient)[0].flag == "low"


def test_critical_values_outrank_and_never_override_a_printed_normal() -> None:
    assert one("钾", 6.8, "mmol/L", 3.5, 5.3).flag == "critical_high"
    found = one("钾", 6.8, "mmol/L", 3.5, 7.5)
    assert (found.flag, found.doubts) == ("normal", ("flag_disagrees",))
    assert one("钾", 6.8, "mmol/L", 3.5, 5.3, comparator=">").flag == "high"


def test_a_tenfold_jump_and_the_implausible() -> None:
    earlier = (("creatinine", 700.0, AT.replace(year=2020)), ("creatinine", 70.0, AT))
    assert one("肌酐", 705, "umol/L", 41, 73, earlier=earlier).doubts == ("tenfold_jump",)
    assert one("肌酐", 85, "umol/L", 41, 73, earlier=earlier).doubts == ()
    assert "implausible" in one("血红蛋白", 1320, "g/L", 115, 150).doubts
    assert "implausible" in one("钾", 4.1, "mmol/L", 137, 147).doubts  # the range of the row above


def test_repeated_rows() -> None:
    same = settled(row("钾", 4.1, "mmol/L", 3.5, 5.3), row("K+", 4.1, "mmol/L", 3.5, 5.3))
    assert [r.doubts for r in same] == [(), ("duplicate_row",)]
    other = settled(row("钾", 4.1, "mmol/L", 3.5, 5.3), row("K+", 4.9, "mmol/L", 3.5, 5.3))
    assert [r.doubts for r in other] == [("duplicate_row",), ("duplicate_row",)]


def test_names_that_are_unknown_ambiguous_or_misspelt() -> None:
    assert one("银河蛋白", 3, "g/L", 1, 5).doubts == ("unknown_analyte",)
    assert one("银河蛋白", 9, "g/L", 1, 5).flag == "high"  # value and range need no name
    assert one("TG", 1.2).doubts == ("ambiguous_analyte",)
    assert one("丙氨酸氨基转栘酶", 20, "U/L", 7, 40).doubts == ("unknown_analyte",)
    assert one("TG", 1.2, "mmol/L", 0.4, 1.7).doubts == ()


def test_a_code_column_helps_and_may_contradict() -> None:
    assert one("丙氨酸氨基转栘酶", 20, "U/L", 7, 40, code="ALT").analyte == "alt"
    assert one("白蛋白", 42, "g/L", 40, 55, code="TP").doubts == ("ambiguous_analyte",)


def test_doubts_and_low_confidence_of_the_reader_are_kept() -> None:
    assert one("钾", 4.1, "mmol/L", 3.5, 5.3, doubts=("cell_moved",)).needs_confirm
    unsure = one("钾", 4.1, "mmol/L", 3.5, 5.3, confidence=0.6)
    assert (unsure.doubts, unsure.needs_confirm) == ((), True)


def test_a_long_report_is_settled_once_per_row() -> None:
    rows = [row("血红蛋白", 100 + n % 60, "g/L", 115, 150, taken_on=None) for n in range(300)]
    assert len(settled(*rows)) == 300


@given(
    st.floats(min_value=-1000, max_value=1000), st.floats(min_value=-100, max_value=100), st.floats(min_value=0.01, max_value=100),
    st.sampled_from([None, "<", "<=", ">", ">="]),
)  # fmt: skip
def test_a_flag_never_contradicts_the_numbers(value: float, low: float, width: float, comparator: Any) -> None:
    """Whatever the true value behind a bound, a decided flag holds for it (quantities are not negative)."""
    low = abs(low)
    value = abs(value)
    found = one("未知项", value, "", low, low + width, comparator=comparator).flag
    inside = {
        None: (value,),
        "<": (value * 0.5, 0.0),
        "<=": (value, 0.0),
        ">": (value * 2 + 1,),
        ">=": (value, value * 2 + 1),
    }[comparator]
    for true in inside:
        truth = "low" if true < low else "high" if true > low + width else "normal"
        assert found in (truth, "unknown")


def test_a_possible_unit_far_from_the_usual_one_is_the_next_rows() -> None:
    assert one("三碘甲状腺原氨酸", 1.56, "pmol/L", 1.3, 3.1).doubts == ("implausible", "unit_impossible")
    assert one("三碘甲状腺原氨酸", 1.56, "nmol/L", 1.3, 3.1).doubts == ()
    assert one("睾酮", 500, "ng/dL", 280, 1100).doubts == ()


@pytest.mark.parametrize(
    ("name", "unit", "low", "high"),
    [
        ("睾酮", "ng/mL", 0.1, 0.75), ("睾酮", "ng/mL", 1.75, 7.81), ("FSH", "mIU/mL", 25.8, 134.8), ("LH", "mIU/mL", 7.7, 58.5), ("雌二醇", "pg/mL", 27, 433),
        ("铜蓝蛋白", "mg/L", 200, 600), ("甲状腺球蛋白抗体", "IU/mL", 0, 115), ("醛固酮", "pg/mL", 30, 160), ("血锌", "umol/L", 11.6, 23), ("白介素8", "pg/mL", 0, 62),
    ],
)  # fmt: skip
def test_a_range_of_another_sex_method_or_unit_is_no_doubt(name: str, unit: str, low: float, high: float) -> None:
    assert one(name, (low + high) / 2, unit, low, high).doubts == ()


def test_saturation_among_blood_gases_is_arterial_without_a_heading() -> None:
    gases = row("pCO2", 40, "mmHg", 35, 45), row("pO2", 90, "mmHg", 80, 100)
    for name in ("氧饱和度", "血氧饱和度", "Oxygen saturation"):
        assert settled(*gases, row(name, 97, "%", 95, 99))[-1].loinc == "2708-6", name
        assert one(name, 97, "%", 95, 99).loinc == "59408-5", name
        assert one(name, 97, "%", 95, 99, panel="血气分析").loinc == "2708-6", name
    assert settled(gases[0], row("氧饱和度", 97, "%", 95, 99))[-1].loinc == "59408-5"
    assert settled(*gases, row("体温", 37.0, "℃"))[-1].analyte == "temp"
    assert settled(*gases, row("指脉氧", 97, "%"))[-1].loinc == "59408-5"


def test_two_impossible_units_make_the_whole_column_ask() -> None:
    slipped = settled(
        row("上皮细胞", 1.2, "/HP", 0, 5, panel="尿沉渣"), row("钾", 4.1, "g/L", 3.5, 5.3, panel="尿沉渣"), row("尿比重", 1.02, "s", panel="尿沉渣"),
        row("血红蛋白", 132, "g/L", 115, 150, panel="血常规"),
    )  # fmt: skip
    assert ["unit_impossible" in r.doubts for r in slipped] == [True, True, True, False]


def test_traditional_characters_of_a_picture_are_the_same_words() -> None:
    assert one("尿液颜色", text="黃色", range_text="黄色").flag == "normal"
    assert one("尿蛋白", text="陰性", range_text="阴性").flag == "normal"


@pytest.mark.parametrize(
    "printed",
    [
        ("葡萄糖", 5.1, "g/L", 3.9, 6.1), ("空腹血糖", 5.1, "g/L", 3.9, 6.1), ("肌酐", 80, "mg/dL", 57, 97), ("肌酐", 80, "mg/L", 57, 97), ("尿酸", 320, "mg/L", 208, 428),
        ("钙", 2.3, "mg/dL", 2.1, 2.6), ("总胆红素", 12, "mg/L", 3.4, 20.5), ("总胆固醇", 5.0, "g/L", None, 5.2), ("葡萄糖", 5.1, "g/L"), ("肌酐", 80, "mg/dL"), ("甲胎蛋白", 3, "mg/L", 0, 7),
    ],
)  # fmt: skip
def test_a_possible_unit_that_the_numbers_beside_it_contradict_asks(printed: Any) -> None:
    assert one(*printed).needs_confirm


@pytest.mark.parametrize(
    "printed",
    [
        ("Glucose", 92, "mg/dL", 70, 99), ("Creatinine", 0.9, "mg/dL", 0.6, 1.1), ("Hemoglobin", 13.2, "g/dL", 12, 16), ("Calcium", 9.4, "mg/dL", 8.6, 10.3), ("尿酸", 320, "μmol/L", 155, 357),
        ("Total cholesterol", 180, "mg/dL", None, 200), ("总胆红素", 12, "μmol/L", 3.4, 20.5), ("Uric acid", 5.1, "mg/dL", 2.6, 6.0), ("肌酐", 620, "μmol/L", 41, 73), ("空腹血糖", 19.5, "mmol/L", 3.9, 6.1),
    ],
)  # fmt: skip
def test_a_unit_that_the_range_bears_out_does_not_ask(printed: Any) -> None:
    assert one(*printed).doubts == ()


def test_one_impossible_unit_makes_the_whole_column_ask() -> None:
    slipped = settled(
        row("钾", 4.1, "g/L", 3.5, 5.3, panel="电解质"), row("钠", 140, "mmol/L", 137, 147, panel="电解质"), row("尿比重", 1.02, "", panel="电解质"),
    )  # fmt: skip
    assert ["unit_impossible" in r.doubts for r in slipped] == [True, True, False]


def test_a_unit_the_reader_could_not_read_says_nothing_of_the_column() -> None:
    rows = settled(row("钾", 4.1, "g/L", 3.5, 5.3, doubts=("unit_unread",)), row("钠", 140, "mmol/L", 137, 147))
    assert [r.needs_confirm for r in rows] == [True, False]


def test_units_one_row_too_low_ask_though_each_is_possible() -> None:
    slipped = settled(
        row("酸碱度", 5.5, "", 4.5, 8, specimen="尿液"), row("红细胞(高倍视野)", 1, "", 0, 3, specimen="尿液"), row("白细胞(镜检)", 3, "/HP", 0, 5, specimen="尿液"), row("上皮细胞", 1.2, "/HP", 0, 31, specimen="尿液"),
    )[1:]  # fmt: skip
    assert all(r.needs_confirm for r in slipped)


def test_a_missing_unit_in_a_column_that_did_not_move_asks_alone() -> None:
    rows = settled(
        row("钾", 4.1, "mmol/L", 3.5, 5.3),
        row("白蛋白", 42, "", 40, 55),
        row("丙氨酸氨基转移酶", 20, "U/L", 7, 40),
        row("肌酐", 60, "μmol/L", 41, 73),
    )
    assert [r.needs_confirm for r in rows] == [False, True, False, False]


def test_morning_and_evening_of_a_home_table_are_two_readings() -> None:
    rows = [
        row("收缩压", 128, "mmHg", text="128 早"),
        row("收缩压", 132, "mmHg", text="132 晚"),
        row("收缩压", 132, "mmHg", text="132 晚"),
    ]
    found = settle(PrintedReport("home_measurements", (1,), "", rows=tuple(rows)), WOMAN).rows
    assert ["duplicate_row" in r.doubts for r in found] == [False, False, True]
