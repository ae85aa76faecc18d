"""The offline brain's plan: intents, what is taken and what is asked, and replies joined to their question."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kangban.agent.offline.brain import OfflineBrain
from kangban.agent.offline.plan import Plan, make_plan, whole_question
from kangban.ports.chat_model import (
    ChatMessage,
    ChatRequest,
    Finished,
    TextDelta,
    ToolCallsReady,
    ToolDescription,
    say,
)

INTENTS = [
    # medicine
    ("能吃布洛芬吗", "medicine"), ("布洛芬和阿司匹林能一起吃吗", "medicine"), ("感冒灵里面有什么", "medicine"), ("芬必得一天吃几次", "medicine"),
    ("头疼能吃对乙酰氨基酚吗", "medicine"), ("奶奶在吃华法林，能吃布洛芬吗", "medicine"), ("布洛分能吃吗", "medicine"), ("二甲双胍饭前吃还是饭后吃", "medicine"),
    ("阿莫西林过期一个月还能吃吗", "medicine"), ("降压药能停吗", "medicine"), ("能吃神灵片吗", "medicine"), ("连花清瘟和布洛芬可以一起吃吗", "medicine"),
    ("Can I take ibuprofen?", "medicine"), ("is it safe to take aspirin with warfarin", "medicine"), ("paracetamol dose for adults", "medicine"),
    ("can grandma take amoxicillin", "medicine"), ("side effects of metformin", "medicine"),
    # symptom
    ("头疼", "symptom"), ("胸口疼，出冷汗", "symptom"), ("孩子发烧38.5", "symptom"), ("拉肚子两天了", "symptom"), ("咳嗽一个星期", "symptom"),
    ("肚子疼得厉害", "symptom"), ("血压180/120", "symptom"), ("眼睛突然看不见了", "symptom"), ("我不想活了", "symptom"),
    ("headache for two days", "symptom"), ("crushing chest pain", "symptom"), ("my baby has a fever", "symptom"), ("I feel dizzy", "symptom"),
    # report
    ("血钾6.1 mmol/L", "report"), ("肌酐110 umol/L高吗", "report"), ("尿酸520", "report"), ("谷丙转氨酶85 U/L", "report"),
    ("糖化血红蛋白7.2%", "report"), ("my potassium is 6.1 mmol/L", "report"), ("hemoglobin 95 g/L", "report"),
    # diet
    ("能喝牛奶吗", "diet"), ("可以吃西柚吗", "diet"), ("痛风能吃海鲜吗", "diet"), ("能喝酒吗", "diet"), ("can I eat grapefruit", "diet"),
    # record
    ("我的档案里有什么", "record"), ("她在吃什么药", "record"), ("对什么过敏", "record"), ("最近一次血压是多少", "record"), ("上次化验怎么样", "record"),
    ("what is on my record", "record"), ("which medicines am I on", "record"), ("what allergies does she have", "record"),
    # remember
    ("帮我记一下血压130/80", "remember"), ("记录体重56公斤", "remember"), ("记一下，对青霉素过敏", "remember"), ("please record weight 60 kg", "remember"),
    # calculate
    ("身高170厘米，体重65公斤，bmi多少", "calculate"), ("帮我算一下BMI，身高1.60米体重50kg", "calculate"), ("肌酐88，算一下egfr", "calculate"), ("bmi for height 170 cm weight 65 kg", "calculate"),
    # knowledge
    ("什么是高血压", "knowledge"), ("糖尿病怎么预防", "knowledge"), ("成年人要打什么疫苗", "knowledge"), ("how to prevent diabetes", "knowledge"), ("体检前要注意什么", "knowledge"),
    # small talk
    ("你好", "greeting"), ("您好！", "greeting"), ("早上好", "greeting"), ("在吗", "greeting"), ("Hello", "greeting"), ("good morning", "greeting"),
    ("谢谢你", "thanks"), ("好的，谢谢", "thanks"), ("知道了", "thanks"), ("thank you", "thanks"), ("再见", "thanks"), ("ok", "thanks"),
    ("你是谁", "identity"), ("你是医生吗", "identity"), ("你能做什么", "identity"), ("who are you", "identity"), ("are you a doctor", "identity"),
    ("今天股票怎么样", "out_of_scope"), ("讲个笑话", "out_of_scope"), ("写一首诗", "out_of_scope"), ("tell me a joke", "out_of_scope"), ("🤒🤒", "out_of_scope"),
    ("", "empty"), (" \n\u3000", "empty"),
]  # fmt: skip
SMALL = {"greeting", "thanks", "identity", "out_of_scope", "empty"}


def test_the_table_is_large_enough() -> None:
    assert len(INTENTS) >= 60
    assert len([t for t, _ in INTENTS if t.isascii() and t.strip()]) >= 20


@pytest.mark.parametrize(("text", "intent"), INTENTS)
def test_intent(text: str, intent: str) -> None:
    plan = make_plan(text)
    assert plan.intents[0] == intent
    assert (plan.calls == ()) == (intent in SMALL)


def call(plan: Plan, name: str) -> dict[str, Any]:
    (one,) = [c for c in plan.calls if c.name == name]
    return one.arguments


def names(found: list[dict[str, Any]]) -> list[str]:
    return [m["name"] for m in found]


TAKING = [
    ("奶奶在吃华法林，能吃布洛芬吗", ["布洛芬"], ["华法林"]), ("我一直吃氨氯地平，感冒了可以吃感冒灵吗", ["感冒灵"], ["氨氯地平"]),
    ("平时吃二甲双胍，能吃阿司匹林吗", ["阿司匹林"], ["二甲双胍"]), ("长期服用华法林，布洛芬和对乙酰氨基酚哪个能吃", ["布洛芬", "对乙酰氨基酚"], ["华法林"]),
    ("She is on warfarin, can she take ibuprofen?", ["ibuprofen"], ["warfarin"]), ("I am taking metformin. Can I take aspirin?", ["aspirin"], ["metformin"]),
    ("能吃布洛芬吗", ["布洛芬"], []), ("布洛芬和感冒灵能一起吃吗", ["布洛芬", "感冒灵"], []), ("Can I take ibuprofen with aspirin?", ["ibuprofen", "aspirin"], []),
    ("我在吃华法林", ["华法林"], []),  # only told: that is what is looked at
]  # fmt: skip


@pytest.mark.parametrize(("text", "asked", "taken"), TAKING)
def test_taking_and_asking(text: str, asked: list[str], taken: list[str]) -> None:
    arguments = call(make_plan(text), "check_medication")
    assert names(arguments["medicines"]) == asked
    assert names(arguments.get("also_taking", [])) == taken
    assert not any("taking" in m for m in [*arguments["medicines"], *arguments.get("also_taking", [])])


def test_doses_go_along() -> None:
    (one,) = call(make_plan("布洛芬每次400mg一天三次行吗"), "check_medication")["medicines"]
    assert one == {"name": "布洛芬", "dose": "400mg", "per_day": 3.0}


def test_the_record_is_read_before_medicines_are_checked_and_knowledge_comes_last() -> None:
    order = [c.name for c in make_plan("头疼，能吃布洛芬吗").calls]
    assert order == ["look_up_record", "check_medication", "triage", "search_knowledge"]


def test_a_misspelt_name_stays_as_it_was_written() -> None:
    assert names(call(make_plan("布洛分能吃吗"), "check_medication")["medicines"]) == ["布洛分"]


def test_values_and_sizes() -> None:
    value = call(make_plan("血钾6.1 mmol/L"), "judge_lab_value")
    assert (value["value"], value["unit"].casefold()) == (6.1, "mmol/l")
    bmi = call(make_plan("身高170厘米，体重65公斤，bmi多少"), "calculate")
    assert bmi == {"what": "bmi", "height_cm": 170.0, "weight_kg": 65.0}
    kept = [c.arguments for c in make_plan("帮我记一下血压130/80").calls]
    assert {(k["name"], k["value"]) for k in kept} == {("sbp", 130.0), ("dbp", 80.0)}


def said(*texts: str) -> list[ChatMessage]:
    """user, assistant, user, …"""
    return [say("assistant" if n % 2 else "user", text) for n, text in enumerate(texts)]


REPLIES = [
    (("能吃布洛芬吗", "多大了？", "16岁"), "能吃布洛芬吗，16岁"), (("豆豆能吃布洛芬吗", "豆豆有多重？", "16公斤"), "豆豆能吃布洛芬吗，16公斤"),
    (("布洛分能吃吗", "你说的是布洛芬吗？", "布洛芬"), "布洛分能吃吗，布洛芬"), (("能吃布洛芬吗", "怀孕了吗?", "没有"), "能吃布洛芬吗，没有"),
    (("能吃布洛芬吗", "多大了？", "3岁", "多重？", "15公斤"), "能吃布洛芬吗，3岁，15公斤"), (("Can she take ibuprofen", "How old is she?", "16"), "Can she take ibuprofen，16"),
    (("能吃布洛芬吗", "先不要吃。", "16岁"), "16岁"),  # nothing was asked
    (("能吃布洛芬吗", "多大了？", "那阿司匹林能吃吗？"), "那阿司匹林能吃吗？"),  # a new question
    (("能吃布洛芬吗", "多大了？", "现在胸口疼"), "现在胸口疼"),  # a new complaint
    (("能吃布洛芬吗", "多大了？", "他昨天吃了阿司匹林和华法林还有别的药"), "他昨天吃了阿司匹林和华法林还有别的药"),
    (("能吃布洛芬吗", "多大了？", "啊" * 61), "啊" * 61), (("头疼",), "头疼"), ((), ""),
    (("头疼", "多久了？"), ""),  # nobody spoke after us
]  # fmt: skip


@pytest.mark.parametrize(("texts", "whole"), REPLIES)
def test_replies_belong_to_their_question(texts: tuple[str, ...], whole: str) -> None:
    assert whole_question(said(*texts)) == whole


def test_system_and_tool_messages_are_no_words_of_a_person() -> None:
    messages = [
        say("system", "规则？"),
        *said("能吃布洛芬吗", "多大了？", "16岁"),
        ChatMessage("assistant"),
        ChatMessage("tool", "{}"),
    ]
    assert whole_question(messages) == "能吃布洛芬吗，16岁"


async def hear(text: str, tools: tuple[str, ...]) -> list[Any]:
    offered = tuple(ToolDescription(n, "", {}) for n in tools)
    return [e async for e in OfflineBrain().stream(ChatRequest((say("user", text),), offered))]


async def test_it_calls_only_what_is_offered() -> None:
    events = await hear("能吃布洛芬吗", ("check_medication",))
    assert isinstance(events[0], ToolCallsReady)
    assert [c.name for c in events[0].calls] == ["check_medication"]
    assert events[-1] == Finished("tool_calls")
    silent = await hear("能吃布洛芬吗", ())
    assert not any(isinstance(e, ToolCallsReady) for e in silent)
    assert any(isinstance(e, TextDelta) and e.text for e in silent)


@pytest.mark.parametrize("text", ["你好", "你是谁", "谢谢", "讲个笑话", ""])
async def test_small_talk_speaks_at_once(text: str) -> None:
    events = await hear(text, ("check_medication", "search_knowledge"))
    assert all(isinstance(e, TextDelta) for e in events[:-1])
    assert "".join(e.text for e in events[:-1])
    assert events[-1] == Finished("stop")


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.text(max_size=80),
        st.lists(
            st.sampled_from(
                [
                    "布洛芬",
                    "华法林",
                    "能吃",
                    "吗",
                    "在吃",
                    "头疼",
                    "没有",
                    "3岁",
                    "？",
                    "，",
                    "bmi",
                    "血钾",
                    "6.1",
                    "记一下",
                    " ",
                    "\ufffd",
                ]
            ),
            max_size=14,
        ).map("".join),
    )
)
def test_a_plan_never_fails_and_is_always_the_same(text: str) -> None:
    plan = make_plan(text)
    assert plan.intents
    assert len(plan.calls) <= 14
    assert make_plan(text) == plan
