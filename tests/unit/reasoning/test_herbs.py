"""Chinese herbs in the medicine check: the traditional oppositions, the toxic ones, and everyday herbs kept quiet."""

from __future__ import annotations

import pytest

from kangban.clinical.finding import Finding, MedicineCheck
from kangban.clinical.person import MedicineUse, PersonFacts
from kangban.clinical.urgency import severity_rank
from kangban.reasoning.medication.check import check_medicines
from kangban.reasoning.medication.resolve import resolver

ADULT = PersonFacts(
    age_years=60, sex="male", weight_kg=70, conditions=(), allergies=(), egfr=95, medicines=(), pregnant=False
)


def check(*names: str, person: PersonFacts = ADULT) -> MedicineCheck:
    return check_medicines(person, [MedicineUse(name) for name in names])


def between(outcome: MedicineCheck, kind: str, first: str, second: str) -> list[Finding]:
    return [f for f in outcome.findings if f.kind == kind and {first, second} == set(f.medicines)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("附子理中丸", "半夏"),
        ("小柴胡颗粒", "附子"),
        ("川贝", "草乌"),
        ("甘草", "海藻"),
        ("党参", "藜芦"),
        ("人参", "五灵脂"),
        ("丁香", "郁金"),
        ("肉桂", "赤石脂"),
    ],
)
def test_traditional_oppositions_are_found(first: str, second: str) -> None:
    assert between(check(first, second), "interaction", first, second)


def test_what_a_label_states_is_graver_than_tradition_alone() -> None:
    (stated,) = between(check("附子", "半夏"), "interaction", "附子", "半夏")
    (tradition,) = between(check("丁香", "郁金"), "interaction", "丁香", "郁金")
    assert (stated.severity, tradition.severity) == ("avoid", "caution")


@pytest.mark.parametrize(
    ("first", "second"),
    [("华法林", "当归"), ("地高辛", "六神丸"), ("格列美脲", "人参"), ("华法林", "褪黑素"), ("辛伐他汀", "血脂康")],
)
def test_herbs_and_supplements_warn_beside_ordered_medicines(first: str, second: str) -> None:
    assert any(
        {first, second} == set(f.medicines) and severity_rank(f.severity) <= severity_rank("caution")
        for f in check(first, second).findings
    )


def test_an_everyday_herb_in_two_formulas_is_only_a_note_and_a_toxic_one_is_not() -> None:
    (quiet,) = between(check("橘红丸", "补中益气丸"), "duplicate", "橘红丸", "补中益气丸")
    loud = between(check("附子理中丸", "小活络丸"), "duplicate", "附子理中丸", "小活络丸")
    assert quiet.severity == "note"
    assert "avoid" in {f.severity for f in loud}


def test_a_hidden_medicine_in_a_patent_doubles_with_its_twin() -> None:
    assert any(f.severity == "avoid" for f in between(check("新癀片", "吲哚美辛"), "duplicate", "新癀片", "吲哚美辛"))


def test_thunder_god_vine_is_forbidden_in_pregnancy() -> None:
    mother = PersonFacts(age_years=30, sex="female", pregnant=True, conditions=(), allergies=(), medicines=())
    assert any(
        f.kind == "pregnancy" and f.severity == "contraindicated" for f in check("雷公藤", person=mother).findings
    )


def test_a_recalled_composition_never_clears() -> None:
    assert "composition:连花清瘟胶囊" in {u.fact for u in check("连花清瘟胶囊").unknown}


def test_the_usual_box_resolves() -> None:
    names = [
        "京都念慈菴",
        "牛黄解毒片",
        "安宫牛黄丸",
        "速效救心丸",
        "风油精",
        "褪黑素",
        "维生素B6",
        "鱼油",
        "降压0号",
        "阿斯美",
        "新癀片",
    ]
    assert [n for n in names if resolver().resolve(n).match not in ("exact", "alias")] == []
