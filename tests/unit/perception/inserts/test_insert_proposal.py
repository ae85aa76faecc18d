"""What an insert would make of a catalogue entry."""

from __future__ import annotations

import pytest

from kangban.clinical.insert import Proposal
from kangban.perception.inserts.entities import find_entities
from kangban.perception.inserts.proposal import propose
from kangban.perception.inserts.sections import find_sections


def proposed(text: str) -> Proposal:
    sections = find_sections(text)
    return propose(text, sections, find_entities(text, sections))


def contents(text: str) -> list[tuple[str | None, str | None, str]]:
    return [(c.ingredient, c.amount, c.per) for c in proposed(text).contents]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("【成份】本品每片含布洛芬0.2克。辅料：淀粉5毫克。", [("ibuprofen", "0.2 克", "片")]),
        ("【成份】每片含对乙酰氨基酚500毫克、盐酸伪麻黄碱30毫克。", [("paracetamol", "500 毫克", "片"), ("pseudoephedrine", "30 毫克", "片")]),
        ("【成份】每10毫升含对乙酰氨基酚（以C8计）325毫克。", [("paracetamol", "325 毫克", "10毫升")]),
        ("【成份】每粒含盐酸氨溴索（以氨溴索计）30mg。", [("ambroxol", "30 mg", "粒")]),
        ("【成份】本品主要成份为布洛芬。\n【规格】0.2g", [("ibuprofen", "0.2 g", "")]),
        ("【成份】本品主要成份为布洛芬。\n【规格】100ml:2g", [("ibuprofen", "2 g", "100ml")]),
        ("【成份】本品主要成份为布洛芬。\n【规格】0.1g；0.2g", [("ibuprofen", None, "")]),
        ("Active ingredient (in each caplet)\nIbuprofen 200 mg", [("ibuprofen", "200 mg", "片")]),
    ],
)  # fmt: skip
def test_ingredients_with_what_is_printed_and_no_more(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert contents(text) == expected


def test_a_name_nobody_knows_is_kept_without_an_id() -> None:
    one = proposed("【成份】黄芪、鬼见愁草。")
    assert [(c.name, c.ingredient) for c in one.contents if c.name == "鬼见愁草"] == [("鬼见愁草", None)]
    assert "鬼见愁草" in one.herbs


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("成人一次1~2片，一日3次", (None, None, 1.0, 2.0, "片", 3.0)),
        ("6-12岁儿童一次半片，每日2~3次", (6.0, 13.0, 0.5, 0.5, "片", 3.0)),
        ("1/2片，一日1次", None),
        ("一次1/2片，一日1次", (None, None, 0.5, 0.5, "片", 1.0)),
        ("12岁以下儿童，一次五毫升，一日三次", (None, 12.0, 5.0, 5.0, "毫升", 3.0)),
        ("6个月以上婴儿一次2.5ml，一日2次", (0.5, None, 2.5, 2.5, "ml", 2.0)),
    ],
)
def test_numbers_of_the_directions(words: str, expected: tuple[object, ...] | None) -> None:
    (one,) = proposed(f"【用法用量】{words}。").doses
    found = (one.age_from, one.age_below, one.single_low, one.single_high, one.unit, one.per_day_high)
    assert found == (expected or (None, None, None, None, "", 1.0))


def test_limits_intervals_and_days() -> None:
    text = "【用法用量】每4-6小时1次，24小时内不超过4片。退热不超过3天。按体重一次10~15mg/kg。一次99/0片。"
    first, second, third, fourth = proposed(text).doses
    assert (first.interval_hours, first.max_daily, first.max_daily_unit) == (4.0, 4.0, "片")
    assert second.max_days == 3.0
    assert (third.single_high, third.unit, third.per_kg) == (15.0, "mg", True)
    assert fourth.single_low is None


def test_contraindications_speak_our_vocabulary_only_where_certain() -> None:
    text = (
        "【成份】本品主要成份为布洛芬。\n【禁忌】1.对本品及青霉素过敏者禁用。2.孕妇、12岁以下儿童禁用。"
        "3.活动性消化性溃疡患者禁用。4.对阿司匹林过敏的哮喘患者禁用。5.尚不明确是否影响青光眼。"
    )
    allergy, person, ulcer, both, unclear = proposed(text).contraindications
    assert "ibuprofen" in allergy.allergies
    assert (person.pregnant, person.breastfeeding, person.age_below) == (True, None, 12.0)
    assert ulcer.conditions == ("peptic_ulcer",) or ulcer.conditions == ()
    assert (both.conditions, both.allergies) == ((), ("aspirin",))
    assert (unclear.conditions, unclear.allergies) == ((), ())
    assert all(text[slice(*b.span)] == b.text for b in (allergy, person, ulcer, both, unclear))


def test_the_rest_of_an_entry() -> None:
    text = (
        "OTC\n乙类\n【药品名称】\n通用名称：布洛芬颗粒\n商品名称：安乐宁\n汉语拼音：Buluofen Keli\n【性状】本品为白色颗粒。\n"
        "【孕妇及哺乳期妇女用药】禁用。\n【儿童用药】遵医嘱。\n【贮藏】密封。开启后4周内用完。\n【批准文号】国药准字H20001234"
    )
    one = proposed(text)
    assert one.status == "proposed"
    assert [s.text if s else None for s in (one.generic, one.brand, one.pinyin, one.form, one.approval)] == [
        "布洛芬颗粒", "安乐宁", "Buluofen Keli", "颗粒", "国药准字H20001234",
    ]  # fmt: skip
    assert (one.market, one.opened_days) == ("otc_b", 28)
    assert [(p.who, p.text) for p in one.persons] == [
        ("pregnancy", "禁用。"),
        ("lactation", "禁用。"),
        ("child", "遵医嘱。"),
    ]
    assert one.opened_span is not None
    assert text[slice(*one.opened_span)] == "开启后4周"


@pytest.mark.parametrize(
    ("head", "market"),
    [("OTC 甲类", "otc_a"), ("处方药", "rx"), ("非处方药", "otc"), ("请在医师指导下使用", "rx"), ("精神药品 处方药", "controlled"), ("", "unknown")],
)  # fmt: skip
def test_the_class_is_what_is_printed(head: str, market: str) -> None:
    assert proposed(f"{head}\n【性状】本品为白色片。").market == market
