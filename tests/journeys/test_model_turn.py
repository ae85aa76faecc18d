"""A whole turn through a model that calls tools, and through one that fails."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kangban.agent.scripted import Script, ScriptedCall, ScriptedMessage, ScriptedModel
from kangban.agent.wrapping import unwrap_result
from kangban.app import close_house, open_house
from kangban.clinical.draft import Answer
from kangban.journeys.chat_turn import Question, chat_turn
from kangban.journeys.house import House
from kangban.journeys.turn_events import StepShown, TurnDone
from kangban.ports.chat_model import ChatRequest
from kangban.settings import Settings

QUESTION = "能吃布洛芬吗"
CHECK = ScriptedCall("check_medication", {"medicines": [{"name": "布洛芬"}]})


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    opened = await open_house(Settings(data_dir=tmp_path, demo=True))
    yield opened
    await close_house(opened)


def with_script(house: House, script: Script) -> tuple[House, ScriptedModel]:
    model = ScriptedModel(script, name="scripted-8b")
    return msgspec.structs.replace(house, model=model), model


async def ask(house: House, text: str = QUESTION, member: str = "nainai") -> tuple[Answer, list[str]]:
    events = [e async for e in chat_turn(house, Question(member, text, "c1"))]
    (done,) = [e for e in events if isinstance(e, TurnDone)]
    return done.answer, [e.step.key for e in events if isinstance(e, StepShown)]


def from_result(request: ChatRequest) -> dict[str, Any]:
    found = unwrap_result(request.messages[-1].content)
    assert isinstance(found, dict)
    return found


def truthful(request: ChatRequest) -> ScriptedMessage:
    if request.messages[-1].role == "user":
        return ScriptedMessage(text="我先查一下。", calls=(CHECK,))
    grave = next(f for f in from_result(request)["findings"] if "warfarin" in f["ingredients"])
    mark = f"[{grave['citations'][0]['id']}]"
    return ScriptedMessage(
        text=f"先不要吃布洛芬。{grave['message']}{mark}\n【问】现在体温多少？\n【选】不到38.5|38.5以上"
    )


async def test_a_turn_with_tool_calls(house: House) -> None:
    with_model, model = with_script(house, truthful)
    answer, steps = await ask(with_model)
    assert answer.brain == "scripted-8b"
    assert len(model.requests) == 2
    first = model.requests[0]
    assert first.messages[0].role == "system"
    assert "沈桂兰" in first.messages[0].content
    assert first.messages[-1].content == QUESTION
    assert "check_medication" in {t.name for t in first.tools}
    assert [m.role for m in model.requests[1].messages[-3:]] == ["user", "assistant", "tool"]
    assert "step.checked_medicines" in steps
    assert any({"ibuprofen", "warfarin"} == set(f.ingredients) for f in answer.findings)
    assert answer.verdict in ("release", "amend")
    assert answer.citations
    assert answer.question == "现在体温多少？"
    assert answer.options == ("不到38.5", "38.5以上")
    assert "我先查一下" not in answer.text  # only the last round is the answer
    (kept,) = await house.store.entries(house.family_id, "nainai", kinds=["AnswerGiven"])
    assert kept.body.answer == answer


async def test_the_red_flag_needs_no_model(house: House) -> None:
    with_model, model = with_script(house, ["没事，喝点热水就好。"])
    answer, _ = await ask(with_model, "胸口压榨样疼，出冷汗，喘不上气", "baba")
    assert answer.urgency == "emergency"
    assert "120" in answer.text
    assert "没事" not in answer.text
    assert "急症" in model.requests[0].messages[0].content


FAILING: dict[str, Script] = {
    "unreachable": [ScriptedMessage(unavailable=True)],
    "breaks off in the middle": [ScriptedMessage(text="可以吃布洛芬，放心", unavailable=True)],
    "fails after a tool": [ScriptedMessage(calls=(CHECK,)), ScriptedMessage(unavailable=True)],
    "says nothing": [""],
    "blank": ["  \n "],
    "cut by its length": [ScriptedMessage(text="可以吃布洛芬，", finish="length")],
    "filtered": [ScriptedMessage(text="可以", finish="content_filter")],
    "script at its end": [],
}


@pytest.mark.parametrize("case", FAILING)
async def test_a_model_that_fails_falls_back(house: House, case: str) -> None:
    with_model, _ = with_script(house, FAILING[case])
    answer, steps = await ask(with_model)
    assert answer.brain == "offline"
    assert "step.model_failed" in steps
    assert "step.model_failed" in [s.key for s in answer.steps if not s.ok]
    assert "可以吃布洛芬" not in answer.text
    assert steps.index("step.model_failed") < len(steps) - 1  # the offline brain's own steps follow
    alone, _ = await ask(msgspec.structs.replace(house, model=house.offline), member="baba")
    assert alone.brain == "offline"


async def test_the_fallback_says_what_the_offline_brain_says(house: House, tmp_path: Path) -> None:
    with_model, _ = with_script(house, FAILING["fails after a tool"])
    answer, _ = await ask(with_model)
    other = await open_house(Settings(data_dir=tmp_path / "other", demo=True))
    try:
        plain, _ = await ask(other)
    finally:
        await close_house(other)
    assert (answer.text, answer.findings, answer.verdict, answer.urgency) == (
        plain.text,
        plain.findings,
        plain.verdict,
        plain.urgency,
    )


BAD_CALLS = {
    "unknown tool": ScriptedCall("run_shell", {"command": "ls"}),
    "broken arguments": ScriptedCall("check_medication", raw='{"medicines": ['),
    "names a person": ScriptedCall("look_up_record", {"member_id": "yeye"}),
    "wrong type": ScriptedCall("check_medication", {"medicines": "布洛芬"}),
}


@pytest.mark.parametrize("case", BAD_CALLS)
async def test_a_bad_call_is_told_to_the_model_and_the_turn_goes_on(house: House, case: str) -> None:
    def script(request: ChatRequest) -> ScriptedMessage:
        if request.messages[-1].role == "user":
            return ScriptedMessage(calls=(BAD_CALLS[case],))
        assert "error" in from_result(request)
        return ScriptedMessage(text="这一项没有查到，未检查。")

    with_model, model = with_script(house, script)
    answer, steps = await ask(with_model, "头疼怎么办")
    assert len(model.requests) == 2
    assert answer.brain == "scripted-8b"
    assert "step.tool_failed" in steps
    assert "周德山" not in str(model.requests)


async def test_a_model_that_never_stops_calling_ends(house: House) -> None:
    def script(request: ChatRequest) -> ScriptedMessage:
        if request.tools:
            return ScriptedMessage(
                calls=(ScriptedCall("search_knowledge", {"query": f"头疼 {len(request.messages)}"}),)
            )
        return ScriptedMessage(text="多休息，多喝水。")

    with_model, model = with_script(house, script)
    answer, _ = await ask(with_model, "头疼怎么办", "baba")
    assert answer.brain == "scripted-8b"
    assert len(model.requests) <= 8
