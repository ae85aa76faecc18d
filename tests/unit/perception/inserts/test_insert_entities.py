"""Entities: kinds, borders, and what holds for any text."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangban.perception.inserts.entities import find_entities
from kangban.perception.inserts.printed import printed
from kangban.perception.inserts.sections import find_sections


def named(text: str) -> list[tuple[str, str]]:
    return [(e.kind, "".join(e.text.split())) for e in find_entities(text, find_sections(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("【成份】荆芥穗、薄荷。辅料为：蔗糖。", [("ingredient", "荆芥穗"), ("ingredient", "薄荷"), ("ingredient", "蔗糖")]),
        ("【性状】本品为棕色的浓缩丸；气微香，味甜、微苦。", [("dosage_form", "浓缩丸"), ("nature_taste", "气微香"), ("nature_taste", "味甜、微苦")]),
        ("【功能主治】疏风散寒，解表清热。用于风寒感冒，头痛发热。", [("efficacy", "疏风散寒"), ("efficacy", "解表清热"), ("disease", "风寒感冒"), ("symptom", "头痛"), ("symptom", "发热")]),
        ("【功能主治】用于肝郁痰阻所致的眩晕。", [("syndrome", "肝郁痰阻"), ("symptom", "眩晕")]),
        ("【禁忌】对本品过敏者、孕妇及6岁以下儿童禁用。", [("person_group", "对本品过敏者"), ("person_group", "孕妇"), ("person_group", "6岁以下儿童")]),
        ("【注意事项】忌烟、酒及辛辣、生冷食物。不宜同时服用滋补性中药。有高血压等慢性病者慎用。", [("food", "酒"), ("food_group", "辛辣"), ("food_group", "生冷食物"), ("drug_group", "滋补性中药"), ("disease", "高血压"), ("disease_group", "慢性病")]),
        ("【药物相互作用】与华法林、布洛芬缓释胶囊合用。", [("drug", "华法林"), ("drug", "布洛芬缓释胶囊")]),
        ("【注意事项】不得与含对乙酰氨基酚的药品同服。", [("ingredient", "对乙酰氨基酚")]),
        ("【禁忌】对阿司匹林过敏的患者禁用。", [("drug", "阿司匹林")]),
        ("【不良反应】可增加出血风险，罕见过敏性休克。", [("disease", "过敏性休克")]),
        ("Do not use if you have asthma or take warfarin.", [("disease", "asthma"), ("drug", "warfarin")]),
    ],
)  # fmt: skip
def test_entities(text: str, expected: list[tuple[str, str]]) -> None:
    assert named(text) == expected


def test_a_name_broken_over_two_lines_is_one_and_its_span_holds_the_break() -> None:
    text = "【适应症】用于缓解普通感冒及流行性感\n冒引起的发热。"
    (one,) = [e for e in find_entities(text, find_sections(text)) if "流" in e.text]
    assert (one.kind, one.text) == ("disease", "流行性感\n冒")
    assert text[slice(*one.span)] == one.text


def test_addresses_and_numbers_name_nothing() -> None:
    assert named("【生产企业】感冒灵制药有限公司\n【批准文号】国药准字H12345678") == []


@given(
    st.text(
        st.sampled_from("【】适应症用法量成份禁忌：。、\n\t 头痛发热孕妇布洛芬5mg岁以下儿童味苦 aspirinΩ⽤")
        | st.characters(),
        max_size=120,
    )
)
def test_spans_are_of_the_source_and_nothing_overlaps(text: str) -> None:
    sections = find_sections(text)
    found = find_entities(text, sections)
    assert all(text[slice(*s.span)] == s.text for s in sections)
    assert all(text[slice(*e.span)] == e.text and e.text.strip() == e.text for e in found)
    assert all(a.span[1] <= b.span[0] for a, b in pairwise(found))


@given(st.text(max_size=60))
def test_printed_text_leads_back_to_the_source(text: str) -> None:
    page = printed(text)
    assert len(page.back) == len(page.text)
    assert list(page.back) == sorted(set(page.back))
