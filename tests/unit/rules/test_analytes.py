"""The name index over the labs pack."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from kangban.rules import schema
from kangban.rules.analytes import AnalyteNames, analyte_names, known_name, meaning_of
from kangban.rules.compiled import shipped
from kangban.rules.lab_units import read_unit
from kangban.rules.load import Packs
from kangban.rules.proofs_others import prove_labs


@pytest.mark.parametrize(
    ("printed", "analyte"),
    [
        ("ALT", "alt"), ("ＡＬＴ", "alt"), ("ALT 丙氨酸氨基转移酶", "alt"), ("★丙氨酸氨基转移酶(ALT)", "alt"), ("3、谷丙转氨酶", "alt"),
        ("ALT丙氨酸氨基转移酶", "alt"), ("丙氨酸氨基转移酶（速率法）", "alt"), ("γ-谷氨酰转肽酶/GGT", "ggt"), ("r-GT", "ggt"),
        ("血清肌酐测定", "creatinine"), ("*白蛋白（ALB）↓", "albumin"), ("总胆固醇 TC", "total_cholesterol"), ("葡萄糖(空腹)", "glucose"),
        ("25-羟基维生素D", "vitamin_d25"), ("胰岛素样生长因子Ⅰ", "igf1"), ("抗“O”", "aso"), ("Alanine aminotransferase", "alt"),
        ("中性粒细胞#", "neutrophils"), ("嗜酸性粒细胞%", "eosinophils_pct"), ("β2-微球蛋白", "b2m"), ("尿微量白蛋白/肌酐", "urine_acr"),
    ],
)  # fmt: skip
def test_spellings(printed: str, analyte: str) -> None:
    meaning = meaning_of(printed)
    assert analyte in meaning.open
    assert meaning.whole
    assert known_name(printed)


@pytest.mark.parametrize(
    "printed",
    ["", " ", "审核者", "参考范围", "检验日期", "银河酶", "抗月球抗体IgG", "维生素Q9", "结果", "项目名称", "百分比", "测定", "x" * 5000, "白" * 100],
)  # fmt: skip
def test_what_is_no_name(printed: str) -> None:
    assert not known_name(printed)


def test_parts_that_contradict_each_other_mean_nothing() -> None:
    assert not meaning_of("总蛋白(ALB)").ids


def test_an_unknown_chinese_word_beside_a_known_code_is_not_whole() -> None:
    assert not meaning_of("新型肝酶(ALT)").whole
    assert meaning_of("白蛋白(BCG)").whole  # the hospital's own code
    assert not meaning_of("乳酸脱氢酶(LDH3)").whole
    assert not meaning_of("肌酸激酶(CKBB)").whole
    assert not meaning_of("肌酐K9").whole


def test_a_slip_gives_candidates_and_no_meaning() -> None:
    assert not known_name("丙氨酸氨基转栘酶")
    assert analyte_names().near("丙氨酸氨基转栘酶") == ("alt",)


def test_a_name_may_carry_its_specimen() -> None:
    assert meaning_of("尿肌酐").open == {"u_creatinine"}
    assert meaning_of("肌酐(尿)").specimen == "urine"


def test_the_pack_is_wide_and_every_code_says_where_it_was_read() -> None:
    rows = shipped().packs.analytes
    assert len(rows) >= 350
    assert sum(r.loinc is not None for r in rows) >= 400
    assert all(r.loinc_source for r in rows if r.loinc)
    # What a report alone names must not be heard in speech.
    assert not next(r for r in rows if r.id == "insulin").said


def test_units_that_convert_can_be_read() -> None:
    for row in shipped().packs.analytes:
        if row.molar_mass is not None:
            assert read_unit(row.unit) is not None, row.id
    unread = [r.id for r in shipped().packs.analytes if r.unit and read_unit(r.unit) is None]
    assert len(unread) <= 25, unread


def _row(**given: Any) -> schema.Analyte:
    base = {"id": "one", "name": "甲酶", "name_en": "first", "unit": "U/L", "specimen": "serum"}
    return msgspec.convert(base | given, schema.Analyte)


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ((_row(), _row(id="two", name_en="second")), "shares the name"),
        ((_row(), _row(name="乙酶", name_en="second")), "defined twice"),
        ((_row(loinc="1-8"),), "where its LOINC code was read"),
        ((_row(loinc="1-8", loinc_source="nowhere#x"),), "which no source has"),
        ((_row(loinc="abc", loinc_source="nowhere#x"),), "no LOINC code"),
        ((_row(scale="qualitative"),), "has no unit and no range"),
        ((_row(other_units=[{"unit": "mg/L", "factor": 0.0}]),), "factor of zero"),
    ],
)
def test_proofs_find(rows: tuple[schema.Analyte, ...], fault: str) -> None:
    assert any(fault in f.what for f in prove_labs(Packs(analytes=rows)))


def test_namesakes_in_different_units_are_allowed() -> None:
    rows = (_row(), _row(id="two", unit="%", name_en="second"))
    assert not list(prove_labs(Packs(analytes=rows)))
    assert AnalyteNames(rows).meaning("甲酶").open == {"one", "two"}
    assert schema.LabsFile(1, "a", date(2027, 1, 1), rows).analyte == rows
