"""The whole turn on real stores, packs, brain and guard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kangban.app import close_house, open_house
from kangban.clinical.draft import Answer
from kangban.clinical.record import Observation
from kangban.journeys.attachments import Upload
from kangban.journeys.chat_turn import Question, chat_turn
from kangban.journeys.family import correct_fact, decide_proposal, proposals, write_fact
from kangban.journeys.house import House
from kangban.journeys.replay import replay_case
from kangban.journeys.turn_events import StepShown, Stored, TurnDone, TurnEvent, UrgencyJudged
from kangban.kernel.errors import InvalidInput, NotFound
from kangban.settings import Settings


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    opened = await open_house(Settings(data_dir=tmp_path, demo=True))
    yield opened
    await close_house(opened)


async def events_of(house: House, question: Question) -> list[TurnEvent]:
    return [event async for event in chat_turn(house, question)]


async def ask(house: House, member: str, text: str, client_id: str = "c1") -> Answer:
    done = [e for e in await events_of(house, Question(member, text, client_id)) if isinstance(e, TurnDone)]
    assert len(done) == 1
    return done[0].answer


WARFARIN = (
    "奶奶在吃华法林，感冒发烧，家里有布洛芬和感冒灵，能吃吗？",
    "奶奶吃着华法林呢 现在感冒发烧了 布洛芬跟感冒灵能不能吃",
    "我奶奶平时吃华法林，今天发烧38.2，可以吃布洛芬加感冒灵颗粒吗",
    "家里只有感冒灵和布洛芬，奶奶发烧能吃吗？她在吃华法林",
    "华法林 布洛芬 感冒灵 奶奶感冒发烧了能一起吃吗",
    "布洛芬缓释胶囊和999感冒灵，奶奶发烧能吃不",
    "奶奶感冒，想给她吃感冒灵再加一粒布洛芬退烧，行吗",
    "我给奶奶吃布洛芬和感冒灵颗粒退烧可以吗",
    "Can grandma take ibuprofen and 感冒灵 for her cold and fever? She is on warfarin",
    "发烧了，感冒灵能和布洛芬一起吃吗",
    "奶奶发热，布洛芬、感冒灵哪个能吃？",
    "请问吃华法林的奶奶感冒发烧可以用布洛芬和感冒灵吗，谢谢",
)


@pytest.mark.parametrize("text", WARFARIN)
async def test_the_main_question(house: House, text: str) -> None:
    answer = await ask(house, "nainai", text)
    found = {(f.kind, frozenset(f.ingredients)) for f in answer.findings}
    assert ("interaction", frozenset({"ibuprofen", "warfarin"})) in found
    assert ("duplicate", frozenset({"ibuprofen", "paracetamol"})) in found
    assert any(f.rule == "hidden-ingredient@1" and "paracetamol" in f.ingredients for f in answer.findings)
    if any(word in text for word in ("发烧", "发热", "fever")):
        assert answer.urgency == "same_day"  # an elder with a fever
    assert answer.verdict in ("release", "amend")
    assert "对乙酰氨基酚" in answer.text
    assert "120" in answer.text or "就医" in answer.text
    assert answer.citations
    assert all(c.passage for c in answer.citations)
    assert "AI 生成" in answer.text


OTHERS = (
    ("xiaoyu", "我头疼，能吃布洛芬吗", "ibuprofen", {"pregnancy"}),
    ("doudou", "豆豆嗓子发炎，家里有阿莫西林，能吃吗", "amoxicillin", {"allergy"}),
    ("zhiyuan", "我牙疼，能吃布洛芬吗", "ibuprofen", {"allergy", "condition"}),
    ("mama", "妈妈腰疼，能吃布洛芬吗", "ibuprofen", {"condition"}),
    ("yeye", "爷爷过敏流鼻涕，能吃氯苯那敏吗", "chlorphenamine", {"condition"}),
    ("yeye", "爷爷鼻塞，家里有白加黑，能吃吗", "pseudoephedrine", {"condition"}),
)


@pytest.mark.parametrize(("member", "text", "ingredient", "kinds"), OTHERS)
async def test_other_members_and_boxes(house: House, member: str, text: str, ingredient: str, kinds: set[str]) -> None:
    answer = await ask(house, member, text)
    grave = [f for f in answer.findings if f.severity in ("contraindicated", "avoid") and ingredient in f.ingredients]
    assert kinds & {f.kind for f in grave}, [(f.kind, f.severity, f.message) for f in answer.findings]
    assert answer.verdict != "refuse" or answer.review == "nobody"


async def test_order_of_events(house: House) -> None:
    kinds = [type(e) for e in await events_of(house, Question("nainai", "胸口疼，出冷汗", "c1"))]
    assert kinds[0] is Stored
    assert kinds.index(UrgencyJudged) < kinds.index(StepShown)
    assert kinds[-1] is TurnDone


async def test_the_same_submit_is_one_turn(house: House) -> None:
    first, second = await asyncio.gather(ask(house, "nainai", "头疼", "same"), ask(house, "nainai", "头疼", "same"))
    assert first == second
    assert len(await house.store.entries(house.family_id, "nainai", kinds=["Communication"])) == 1
    assert len(await house.store.entries(house.family_id, "nainai", kinds=["AnswerGiven"])) == 1


@pytest.mark.parametrize(
    "text", ["你好", "谢谢你", "你是谁", "今天股票怎么样", "hello", "讲个笑话"],
)  # fmt: skip
async def test_small_talk_needs_no_tool(house: House, text: str) -> None:
    answer = await ask(house, "baba", text)
    assert (answer.urgency, answer.verdict, answer.findings) == ("unknown", "release", ())
    assert not [s for s in answer.steps if s.key not in ("step.guarded",)]


async def test_it_says_that_no_model_is_connected(house: House) -> None:
    assert "没有连接语言模型" in (await ask(house, "baba", "你是谁")).text


async def test_a_misspelt_medicine_is_asked_about(house: House) -> None:
    answer = await ask(house, "baba", "布洛分能吃吗")
    assert "布洛芬" in (answer.question or "")
    assert "布洛芬" in answer.options
    assert [n.name for n in answer.not_in_catalogue] == ["布洛分"]


async def test_a_reply_belongs_to_the_question_asked(house: House) -> None:
    await ask(house, "baba", "布洛分能吃吗", "c1")
    answer = await ask(house, "baba", "布洛芬", "c2")
    assert any("ibuprofen" in f.ingredients for f in answer.findings)


async def test_unknown_medicine_is_said(house: House) -> None:
    answer = await ask(house, "baba", "能吃神灵片吗")
    assert "未收录，未检查" in answer.text


async def test_a_question_about_a_child_is_not_answered_from_an_elders_record(house: House) -> None:
    answer = await ask(house, "nainai", "孩子3岁能吃阿司匹林吗")
    assert answer.question
    assert "奶奶" in answer.question or "沈桂兰" in answer.question


@pytest.mark.parametrize(("text", "field"), [("", "text"), ("   ", "text"), ("疼" * 200_001, "text")])
async def test_bad_input_is_refused_before_anything_is_stored(house: House, text: str, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        await events_of(house, Question("nainai", text, "c1"))
    assert caught.value.field == field
    assert not await house.store.entries(house.family_id, "nainai", kinds=["Communication"])


async def test_unknown_member(house: House) -> None:
    with pytest.raises(NotFound):
        await events_of(house, Question("nobody", "头疼", "c1"))


async def test_emoji_only_gets_an_answer(house: House) -> None:
    assert (await ask(house, "nainai", "🤒🤒")).verdict == "release"


async def test_a_file_is_kept_and_named(house: House) -> None:
    png = b"\x89PNG\r\n\x1a\n" + b"0" * 64
    events = await events_of(house, Question("nainai", "这是什么", "c1", uploads=(Upload("../../药盒.png", png),)))
    (kept,) = await house.store.entries(house.family_id, "nainai", kinds=["DocumentReference"])
    assert kept.body.name == "药盒.png"
    assert kept.body.media_type == "image/png"
    assert await house.blobs.get(kept.body.sha256) == png
    assert "step.attachment_unreadable" in [e.step.key for e in events if isinstance(e, StepShown)]


async def test_a_proposal_counts_only_when_confirmed(house: House) -> None:
    answer = await ask(house, "baba", "帮我记一下血压130/80")
    waiting = await proposals(house, "baba")
    assert {p.id for p in waiting} == set(answer.proposals)
    assert len(waiting) == 2
    assert not await house.store.entries(house.family_id, "baba", kinds=["Observation"], known_at=None) or all(
        e.body.code not in ("sbp", "dbp")
        for e in await house.store.entries(house.family_id, "baba", kinds=["Observation"])
    )
    first = await decide_proposal(house, waiting[0].id, confirm=True)
    assert await decide_proposal(house, waiting[0].id, confirm=True) == first
    assert len(await proposals(house, "baba")) == 1


async def test_replay_is_byte_equal_and_a_new_fact_reopens(house: House) -> None:
    await ask(house, "nainai", "能吃布洛芬吗", "c1")
    await ask(house, "nainai", "感冒发烧", "c2")
    case = await replay_case(house, "nainai")
    assert len(case.conclusions) >= 2
    assert all(c.same for c in case.conclusions)
    assert case.reopened == ()
    (egfr,) = [
        e for e in await house.store.entries(house.family_id, "nainai", kinds=["Observation"]) if e.body.code == "egfr"
    ]
    await write_fact(house, "nainai", Observation("egfr", 22.0, egfr.body.unit))
    after = await replay_case(house, "nainai")
    assert all(c.same for c in after.conclusions)
    assert [r.function for r in after.reopened] == ["medicine_check"]
    assert "egfr" in after.reopened[0].changed


async def test_a_correction_keeps_the_old_entry(house: House) -> None:
    entries = await house.store.entries(house.family_id, "nainai", kinds=["Observation"])
    old = next(e for e in entries if e.body.code == "egfr")
    await correct_fact(house, old.id, Observation("egfr", 58.0, old.body.unit))
    whole = await house.store.entries(house.family_id, "nainai", kinds=["Observation"], include_superseded=True)
    assert old.id in {e.id for e in whole}


async def test_stopping_keeps_the_message(house: House) -> None:
    turn = chat_turn(house, Question("nainai", "头疼", "c1"))
    assert isinstance(await anext(turn), Stored)
    await turn.aclose()
    assert len(await house.store.entries(house.family_id, "nainai", kinds=["Communication"])) == 1
    answer = await ask(house, "nainai", "头疼", "c1")
    assert answer.verdict == "release"


async def test_the_answer_survives_the_store(house: House) -> None:
    answer = await ask(house, "nainai", "能吃布洛芬吗")
    (entry,) = await house.store.entries(house.family_id, "nainai", kinds=["AnswerGiven"])
    assert entry.body.answer == answer
