"""Explaining one report at a time: what counts, how soon, over time, beside medicines."""

from __future__ import annotations

from datetime import datetime

import msgspec
import pytest

from kangban.clinical.person import MedicineUse, PersonFacts
from kangban.clinical.report import PrintedRow, ReportRow
from kangban.clinical.report_explanation import Explanation
from kangban.kernel.errors import InvalidInput
from kangban.kernel.texts import area_texts
from kangban.reasoning.labs.explain import explain_report
from kangban.reasoning.labs.glosses import glossary
from kangban.reasoning.labs.patterns import meets
from kangban.reasoning.labs.readings import Reading, Readings, reading_of
from kangban.reasoning.labs.say import begun, breaths, row_sentences
from kangban.reasoning.labs.trend import series_of
from kangban.rules import formulas
from kangban.rules.plain import length, sentences, too_long, unplain
from kangban.rules.schema import ValueIs
from tests.support.reports import ANALYTES, SAMPLED, earlier, report_of, row_of

MAN = PersonFacts(age_years=68, sex="male", conditions=(), medicines=(), allergies=())
WOMAN = PersonFacts(age_years=30, sex="female", pregnant=False, conditions=(), medicines=(), allergies=())


def told(results: dict[str, float | str], person: PersonFacts = MAN, **more: object) -> Explanation:
    return explain_report(report_of(results, person), person, **more)  # pyright: ignore[reportArgumentType]


def doubtful(row: ReportRow, code: str = "flag_disagrees") -> ReportRow:
    return msgspec.structs.replace(row, needs_confirm=True, doubts=(code,))


def ids(one: Explanation) -> set[str]:
    return {p.id for p in (*one.patterns, *one.borderline)}


# --- how soon -----------------------------------------------------------------------------------------------------


def test_an_emergency_stands_in_the_first_line() -> None:
    one = told({"potassium": 6.8, "ldl": 3.6})
    assert one.urgency == "emergency"
    assert "120" in one.first
    assert one.sections[0].sentences[1] == "血钾在 6.0 以上。"


def test_nothing_out_of_range_is_no_all_clear() -> None:
    one = told({"hemoglobin": 150, "potassium": 4.2})
    assert one.urgency == "self_care"
    assert "在已检查的 2 项中，未发现超出范围的结果。" in one.sections[0].sentences
    assert "没有超出范围，也不等于没有病。" in one.sections[-1].sentences


def test_a_critical_value_in_no_pattern_is_an_emergency() -> None:
    one = told({"chloride": 130})
    assert not one.patterns
    assert one.urgency == "emergency"


def test_a_doubtful_critical_value_asks_to_be_checked_first() -> None:
    report = report_of({"ldl": 3.6}, MAN, (doubtful(row_of("potassium", 7.1, MAN)),))
    one = explain_report(report, MAN)
    assert one.urgency == "emergency"
    assert one.first.startswith("请马上核对一个读数")
    assert one.sections[0].sentences[1] == "要核对的是：血钾 7.1 mmol/L。"
    assert "potassium" not in {r.analyte for r in one.rows}
    assert not any(p.startswith("potassium") for p in ids(one))


def test_a_report_of_nothing_but_doubts_says_so() -> None:
    one = explain_report(report_of({}, MAN, (doubtful(row_of("ldl", 3.0, MAN), "unit_missing"),)), MAN)
    assert one.checked == 0
    assert one.first == "请先核对这份报告的读数，再往下看。"
    assert one.not_counted[0].sentence.endswith("没有看清单位。")


def test_an_empty_report_is_explained_without_a_fault() -> None:
    assert explain_report(report_of({}, MAN), MAN).first == "请先核对这份报告的读数，再往下看。"


def test_a_far_result_in_no_pattern_is_worth_a_visit_and_a_near_one_the_next() -> None:
    assert told({"homocysteine": 60}).urgency == "this_week"
    assert told({"homocysteine": 16}).urgency == "self_care"


def test_a_row_with_no_known_test_is_told_by_its_printed_range() -> None:
    row = ReportRow(
        PrintedRow("某某因子", "9.9", 1, (0, 0, 1, 1), 0.99, value=9.9, low=0, high=3), "high", False, low=0, high=3
    )
    one = explain_report(report_of({}, MAN, (row,)), MAN)
    assert one.rows[0].name == "某某因子"
    assert any("含义请问医生" in s for section in one.sections for s in section.sentences)


# --- patterns and facts -------------------------------------------------------------------------------------------


def test_an_unknown_fact_is_asked_and_a_known_one_is_not() -> None:
    unknown = told({"ldl": 2.7}, PersonFacts(age_years=60, sex="male"))
    assert {n.fact for n in unknown.needs} >= {"conditions"}
    assert "ldl_high_risk_goal" not in ids(unknown)
    assert not told({"ldl": 2.7}, MAN).needs
    sick = msgspec.structs.replace(MAN, conditions=("2型糖尿病",))
    assert "ldl_high_risk_goal" in ids(told({"ldl": 2.7}, sick))


def test_kidney_function_is_reckoned_for_adults_only() -> None:
    adult = Readings(report_of({"creatinine": 150}, MAN), MAN)
    reading = adult.find("egfr").reading
    assert reading is not None
    assert reading.value == formulas.egfr_ckd_epi_2021(150, 68, "male")
    child = PersonFacts(age_years=8, sex="male")
    assert Readings(report_of({"creatinine": 150}, child), child).find("egfr").reading is None
    assert Readings(report_of({"creatinine": 150}, PersonFacts()), PersonFacts()).find("egfr").missing == (
        "age_years", "sex",
    )  # fmt: skip
    assert "kidney_creatinine_child" in ids(told({"creatinine": 150}, child))


def test_a_printed_kidney_function_stands_before_the_reckoned_one() -> None:
    readings = Readings(report_of({"creatinine": 150, "egfr": 61}, MAN), MAN)
    assert readings.find("egfr").reading is readings.own["egfr"]


def test_chronic_needs_three_months() -> None:
    low = {"egfr": 50.0}
    assert "kidney_below_60_once" in ids(told(low))
    assert "kidney_below_60_lasting" in ids(told(low, earlier=[earlier("egfr", 90, 55)]))
    assert "kidney_below_60_once" in ids(told(low, earlier=[earlier("egfr", 89, 55)]))
    reckoned = told({"creatinine": 150.0}, earlier=[earlier("creatinine", 200, 148)])
    assert "kidney_below_60_lasting" in ids(reckoned)


def test_a_report_without_a_date_is_compared_with_nothing() -> None:
    report = report_of({"egfr": 50}, MAN, at=None)
    assert "kidney_below_60_once" in ids(explain_report(report, MAN, [earlier("egfr", 400, 50)]))


def test_less_than_is_taken_at_its_word() -> None:
    below = Reading(0.5, "unknown", comparator="<")
    assert meets(ValueIs(of="tsh", below=0.5), below)
    assert not meets(ValueIs(of="tsh", at_least=0.4), below)
    assert not meets(ValueIs(of="tsh", below=0.1), below)
    above = Reading(1000, "high", times_high=4, comparator=">")
    assert meets(ValueIs(of="ferritin", at_least=900), above)
    assert not meets(ValueIs(of="ferritin", below=2000), above)
    assert not meets(ValueIs(of="ferritin", below_times_high=9), above)
    assert not meets(ValueIs(of="ferritin", times_high=2), Reading(9, "high", times_high=3, comparator="<"))


@pytest.mark.parametrize(
    ("text", "positive", "plus"),
    [("阴性", False, 0), ("-", False, 0), ("阳性", True, None), ("弱阳性", True, 0.5), ("±", None, 0.5), ("1+", True, 1),
     ("+++", True, 3), ("2+(5.5)", True, 2), ("黄色", None, None)],
)  # fmt: skip
def test_results_in_words(text: str, positive: bool | None, plus: float | None) -> None:
    reading = reading_of(row_of("u_protein", text, MAN), 0)
    assert (reading.positive, reading.plus) == (positive, plus)


def test_hepatitis_b_markers_combine_however_they_were_measured() -> None:
    big = told({"hbsag": "阳性", "hbsab": "阴性", "hbeag": "阳性", "hbeab": "阴性", "hbcab": "阳性"})
    assert "hepatitis_b_big_three" in ids(big)
    assert "hepatitis_b_vaccine" in ids(told({"hbsag": "阴性", "hbsab_quant": 250, "hbcab": "阴性"}))
    assert "hepatitis_b_none" in ids(told({"hbsag": "阴性", "hbsab_quant": 3, "hbcab": "阴性"}))


# --- beside medicines ---------------------------------------------------------------------------------------------


def test_new_results_run_the_medicine_rules_again() -> None:
    person = msgspec.structs.replace(
        MAN, medicines=(MedicineUse("二甲双胍", ordered=True), MedicineUse("螺内酯", ordered=True))
    )
    one = told({"creatinine": 300, "potassium": 5.7}, person)
    assert {m for f in one.medicines for m in f.medicines} == {"二甲双胍", "螺内酯"}
    assert any("不要自己停药" in s for f in one.medicines for s in f.sentences)
    assert not told({"creatinine": 80, "potassium": 4.5}, person).medicines


def test_what_the_rules_say_without_the_report_is_not_laid_at_its_door() -> None:
    person = msgspec.structs.replace(MAN, medicines=(MedicineUse("华法林"), MedicineUse("布洛芬")))
    one = told({"hemoglobin": 150, "creatinine": 80}, person)
    assert not one.medicines


def test_warfarin_and_its_goal() -> None:
    person = msgspec.structs.replace(MAN, medicines=(MedicineUse("华法林", ordered=True),))
    assert {told({"inr": v}, person).urgency for v in (2.5,)} == {"self_care"}
    assert [told({"inr": v}, person).urgency for v in (1.6, 3.6, 5.0, 11)] == [
        "this_week", "this_week", "same_day", "emergency",
    ]  # fmt: skip


def test_a_long_inr_without_warfarin_is_no_matter_of_dose() -> None:
    assert (told({"inr": 5.0}).urgency, ids(told({"inr": 5.0}))) == ("emergency", {"inr_over_45_no_warfarin"})
    unknown = told({"inr": 5.0}, PersonFacts(age_years=68, sex="male"))
    assert unknown.urgency == "emergency"
    assert "medicines" in {n.fact for n in unknown.needs}


def test_a_fact_that_could_only_calm_is_not_asked() -> None:
    assert "medicines" not in {n.fact for n in told({"inr": 11}, PersonFacts(age_years=68, sex="male")).needs}


def test_what_the_laboratory_reckoned_stands_before_our_own_sum() -> None:
    readings = Readings(report_of({"calcium": 2.0, "albumin": 30, "corrected_calcium": 2.31}, MAN), MAN)
    assert readings.find("calcium_corrected").reading is readings.own["corrected_calcium"]


# --- over time ----------------------------------------------------------------------------------------------------


def test_a_series_keeps_each_point_with_its_own_range() -> None:
    before = [
        earlier("hemoglobin", 400, 145, low=130, high=175, source="甲院"),
        earlier("hemoglobin", 100, 128, low=120, high=160, source="乙院"),
    ]
    report = report_of({"hemoglobin": 126}, MAN)
    (series,) = (s for s in series_of(report, Readings(report, MAN, before)) if s.analyte == "hemoglobin")
    assert [(p.value, p.flag, p.low) for p in series.points] == [
        (145, "normal", 130),
        (128, "normal", 120),
        (126, "low", 130),
    ]
    assert series.change_percent == -1.6
    assert series.moved == "steady"
    assert series.usual_percent == formulas.reference_change_percent(2.8) == 8.7


def test_a_series_is_in_the_own_unit_whatever_was_printed() -> None:
    row = row_of("hemoglobin", 126, MAN)
    printed = msgspec.structs.replace(row.printed, text="12.6", value=12.6, unit="g/dL", low=13.0, high=17.5)
    report = report_of({}, MAN, (msgspec.structs.replace(row, printed=printed, low=13.0, high=17.5),))
    (series,) = series_of(report, Readings(report, MAN))
    assert (series.unit, series.points[-1].low, series.points[-1].high) == ("g/L", 130, 175)


def test_since_last_time_is_said_where_it_tells_something() -> None:
    one = told(
        {"creatinine": 230, "sodium": 140}, earlier=[earlier("creatinine", 120, 150), earlier("sodium", 120, 141)]
    )
    said = next(s.sentences for s in one.sections if s.key == "since")
    assert "肌酐：上次 150，这次 230。" in said
    assert "比上次升了约 53%，超过平常的波动。" in said
    assert not any("血钠" in s for s in said)


def test_results_later_than_the_report_are_not_earlier() -> None:
    report = report_of({"hemoglobin": 126}, MAN)
    readings = Readings(report, MAN, [earlier("hemoglobin", -10, 150)])
    assert not readings.earlier


def test_the_name_of_a_test_holds_no_other_word() -> None:
    assert [t.id for _, t in glossary().find("球蛋白偏高", "zh")] == ["globulin"]
    assert [t.analytes for _, t in glossary().find(ANALYTES["a1m"].name, "zh")] == [("rbp", "a1m")]
    assert [t.id for _, t in glossary().find(ANALYTES["hbsag_quant"].name, "zh")] == ["hbsag"]


# --- words --------------------------------------------------------------------------------------------------------


def test_how_far_off() -> None:
    assert row_sentences(row_of("ldl", 4.08, MAN), "坏胆固醇", "zh")[1] == "它偏高，范围是 3.4 以下，高出约 20%。"
    assert row_sentences(row_of("ggt", 300, MAN), "GGT", "zh")[1].endswith("约是上限的 5 倍。")
    assert row_sentences(row_of("hemoglobin", 129, MAN), "血红蛋白", "zh")[1].endswith("只差一点。")


def test_long_texts_are_cut_into_breaths() -> None:
    text = "低于七十或者有黑便、胸闷、心慌、头晕、乏力、脸色苍白、手脚冰凉的人；要马上就医，并且带上所有正在吃的药和这一份报告。"
    assert all(length(s, "zh") <= 40 for s in breaths(text, "zh"))
    assert "".join(breaths(text, "zh")).replace("。", "").replace("；", "") == text.replace("。", "").replace("；", "")
    assert breaths("One; " * 3 + "two " * 20 + "end.", "en")[0].endswith(".")


def test_decimal_points_end_no_sentence() -> None:
    assert sentences("It is 3.5 now. Go to 2.0. See one.", "en") == ("It is 3.5 now.", "Go to 2.0.", "See one.")
    assert not too_long("Short. " * 40, "en")
    assert list(unplain("请放心。", "zh"))


def test_english_sentences_begin_large_but_not_inside_egfr() -> None:
    assert begun("haemoglobin: 5", "en") == "Haemoglobin: 5"
    assert begun("eGFR: 5", "en") == "eGFR: 5"


def test_both_languages_have_the_same_texts() -> None:
    assert area_texts("explain", "zh").keys() == area_texts("explain", "en").keys()


# --- formulas -----------------------------------------------------------------------------------------------------


def test_formulas() -> None:
    assert formulas.liver_r_factor(6, 1.2) == 5
    assert formulas.corrected_calcium(2.0, 30) == 2.2
    assert formulas.transferrin_saturation(27, 60) == 45
    assert formulas.non_hdl_cholesterol(5.4, 1.1) == 4.3
    assert formulas.reference_change_percent(5.2) == 16.1
    with pytest.raises(InvalidInput):
        formulas.corrected_calcium(2.0, 0)
    with pytest.raises(InvalidInput):
        formulas.liver_r_factor(1, 0)


def test_the_report_has_the_date_of_the_sample() -> None:
    assert isinstance(SAMPLED, datetime)
    assert Readings(report_of({}, MAN), MAN).sampled == SAMPLED.date()
