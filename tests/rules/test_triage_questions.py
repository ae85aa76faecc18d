"""Questions about a medicine, a food or a fact are no complaint, and nothing may fire on them."""

from __future__ import annotations

import pytest

from kangban.clinical.person import PersonFacts
from kangban.perception.language.read import read
from kangban.reasoning.triage import triage


def urgency(text: str) -> str:
    return triage(read(text), PersonFacts()).urgency


QUESTIONS = (
    "Is ibuprofen ok at 24 weeks pregnant?",
    "能喝酒吗",
    "可以喝点酒吗",
    "吃了4片布洛芬可以吗",
    "may I take two paracetamol",
    "can I take two paracetamol at once?",
    "Can I drink alcohol with metronidazole?",
    "吃头孢能喝酒吗",
    "头孢和酒能一起吗",
    "喝酒后多久能吃头孢",
    "布洛芬一次吃几片",
    "对乙酰氨基酚一天最多吃多少",
    "阿莫西林和布洛芬能一起吃吗",
    "can i take amoxicillin with ibuprofen",
    "What is the maximum dose of paracetamol per day?",
    "how many ibuprofen can I take in 24 hours",
    "Is it safe to take 8 paracetamol in 24 hours?",
    "孕妇能吃对乙酰氨基酚吗",
    "怀孕30周能吃布洛芬吗",
    "哺乳期能吃阿莫西林吗",
    "吃他汀能吃柚子吗",
    "can I eat grapefruit with my statin",
    "华法林能吃菠菜吗",
    "降压药早上吃还是晚上吃",
    "高血压的人能喝咖啡吗",
    "糖尿病能吃西瓜吗",
    "漏服了一次降压药怎么办",
    "I missed one blood pressure tablet, what should I do?",
    "二甲双胍要饭前吃吗",
    "孩子体重15公斤布洛芬吃多少毫升",
    "how much calpol for a 2 year old weighing 12kg",
    "布洛芬的副作用有哪些",
    "what are the side effects of amlodipine",
    "感冒药和退烧药能一起吃吗",
    "维生素D每天吃多少",
    "is vitamin D 4000 IU too much",
    "流感疫苗什么时候打",
    "打了狂犬疫苗能喝酒吗",
    "吃了蘑菇能吃药吗",
    "吃螃蟹能吃柿子吗",
    "牛奶可以送药吗",
    "can I take my levothyroxine with coffee",
    "安眠药会上瘾吗",
    "褪黑素可以天天吃吗",
    "血压多少算高",
    "正常心率是多少",
    "what is a normal blood pressure",
    "What temperature is a fever?",
    "发烧多少度要吃退烧药",
    "hba1c 6.0 正常吗",
    "医生开了两盒布洛芬，一盒20片，怎么吃",
    "I was prescribed 30 tablets of amoxicillin, how do I take them",
    "一盒感冒灵有几包",
    "这个药过期三个月还能吃吗",
    "Can I give my 3 year old ibuprofen and paracetamol together?",
    "胰岛素没开封要放冰箱吗",
    "酒精能不能给宝宝退烧",
    "运动后能马上喝冰水吗",
    "阿司匹林能长期吃吗",
    "中风有哪些症状",
    "what are the symptoms of a stroke",
    "心梗怎么预防",
    "孕妇能喝茶吗",
    "避孕药和抗生素能一起吃吗",
    "does amoxicillin affect the pill",
    "每天吃20片钙片",
    "每次吃10片复方丹参片，一天三次，还要吃多久",
    "I take 10 tablets every day, is that normal?",
    "流感疫苗和带状疱疹疫苗能一起打吗",
    "Can I have the flu jab while on antibiotics?",
    "吃了8片维C要紧吗",
    "医生让我一天吃12片钙片",
)


@pytest.mark.parametrize("text", QUESTIONS)
def test_a_question_raises_nothing(text: str) -> None:
    assert urgency(text) == "unknown"


@pytest.mark.parametrize(
    "text",
    [
        "有点流鼻涕，能吃感冒灵吗",
        "slight headache, can I take two paracetamol?",
        "嗓子有点疼能喝酒吗",
    ],
)
def test_a_question_with_a_mild_complaint_is_self_care(text: str) -> None:
    assert urgency(text) == "self_care"


@pytest.mark.parametrize(
    "text",
    [
        "took 40 paracetamol an hour ago, feel fine",
        "she swallowed all her sertraline, about 30 tabs",
        "ive taken a whole box of propranolol",
        "24F intentional ingestion of 32 x 500mg paracetamol 2h ago",
        "一口气吃了二十多片阿普唑仑",
        "把爷爷的降压药吃了半瓶",
        "吞了一整盒普萘洛尔",
        "服用阿米替林约50片，1小时前",
        "吃了头孢又喝了半斤白酒，现在胸闷喘不上气",
    ],
)
def test_what_was_taken_is_no_question(text: str) -> None:
    assert urgency(text) == "emergency"


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("she can't breathe", "she cant breathe"),
        ("she can’t breathe", "she cannot breathe"),
        ("he isn't making sense", "he isnt making sense"),
        ("I don't want to be here", "i dont want to be here"),
        ("I couldn't lift my arm", "i was unable to lift my arm"),
    ],
)
def test_apostrophes_change_nothing(text: str, same: str) -> None:
    assert read(text).present() == read(same).present() != frozenset()


def test_negation_without_apostrophe() -> None:
    assert "chest_pain" not in read("he doesnt have chest pain").present()
    assert "chest_pain" not in read("she hasnt had any chest pain").present()


@pytest.mark.parametrize("text", ["咬伤，邻居家的狗", "摔了手肘，肿，伸不直"])
def test_short_notes_are_understood(text: str) -> None:
    assert urgency(text) == "same_day"
