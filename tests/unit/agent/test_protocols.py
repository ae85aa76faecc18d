"""One tool loop over four protocols: what the model reads, what a person sees, what is executed."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from kangban.agent.protocols import speak
from kangban.agent.protocols.dialects import DIALECTS
from kangban.agent.scripted import ScriptedCall, ScriptedMessage, ScriptedModel
from kangban.kernel.errors import InvalidInput
from kangban.ports.agents import ProtocolName
from kangban.ports.chat_model import (
    ChatEvent,
    ChatMessage,
    ChatModel,
    ChatRequest,
    Finished,
    TextDelta,
    ToolCall,
    ToolCallsReady,
    ToolDescription,
    say,
)

WEATHER = ToolDescription(
    "weather",
    "Weather of a city.",
    {
        "type": "object",
        "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
        "required": ["city"],
    },
)
PYTHON = ToolDescription(
    "python", "Runs a program.", {"type": "object", "properties": {"code": {"type": "string"}}, "required": ["code"]}
)
CALL = ToolCall("c1", "weather", {"city": "北京"}, '{"city":"北京"}')
ASKED = ChatRequest((say("system", "be brief"), say("user", "天气？")), (WEATHER, PYTHON), context={"lang": "zh"})
AFTER = msgspec.structs.replace(
    ASKED,
    messages=(
        *ASKED.messages,
        ChatMessage("assistant", "我查一下", tool_calls=(CALL,)),
        ChatMessage("tool", "<tool_data>晴</tool_data>", tool_call_id="c1", name="weather"),
    ),
)
PROTOCOLS: list[ProtocolName] = ["native", "react_text", "internlm2", "json_object"]
SAID_CALL = {
    "native": '<tool_call>{"name": "weather", "arguments": {"city": "上海", "days": "2"}}</tool_call>',
    "react_text": '思考：要查\n动作：weather\n动作输入：{"city": "上海", "days": "2"}',
    "internlm2": '<|action_start|><|plugin|>\n{"name": "weather", "parameters": {"city": "上海", "days": "2"}}<|action_end|>',
    "json_object": '{"thought": "要查", "calls": [{"name": "weather", "arguments": {"city": "上海", "days": "2"}}]}',
}
SAID_ANSWER = {
    "native": "上海 21 ℃，肌酐 88 µmol/L。",
    "react_text": "思考：知道了\n最终答案：上海 21 ℃，肌酐 88 µmol/L。",
    "internlm2": "上海 21 ℃，肌酐 88 µmol/L。",
    "json_object": '{"thought": "知道了", "answer": "上海 21 ℃，肌酐 88 \\u00b5mol/L。"}',
}


async def heard(model: ChatModel, request: ChatRequest = ASKED) -> list[ChatEvent]:
    return [event async for event in model.stream(request)]


def text(events: list[ChatEvent]) -> str:
    return "".join(each.text for each in events if isinstance(each, TextDelta))


def calls(events: list[ChatEvent]) -> list[tuple[str, object]]:
    return [(c.name, c.arguments) for each in events if isinstance(each, ToolCallsReady) for c in each.calls]


@pytest.mark.parametrize("piece", [1, 3, 1000])
@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_call_comes_out_whole_and_none_of_it_is_shown(protocol: ProtocolName, piece: int) -> None:
    events = await heard(speak(ScriptedModel([SAID_CALL[protocol]], piece=piece), protocol))
    assert calls(events) == [("weather", {"city": "上海", "days": 2})]
    assert text(events) == ""
    assert isinstance(events[-1], Finished)
    assert events[-1].reason == "tool_calls"


@pytest.mark.parametrize("piece", [1, 3, 1000])
@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_an_answer_is_shown_to_the_last_byte(protocol: ProtocolName, piece: int) -> None:
    events = await heard(speak(ScriptedModel([SAID_ANSWER[protocol]], piece=piece), protocol))
    assert text(events) == "上海 21 ℃，肌酐 88 µmol/L。"
    assert calls(events) == []


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_an_answer_is_shown_while_it_is_written(protocol: ProtocolName) -> None:
    events = await heard(speak(ScriptedModel([SAID_ANSWER[protocol]], piece=1), protocol))
    assert sum(isinstance(each, TextDelta) for each in events) > 15


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_broken_call_is_sent_back_with_the_schema(protocol: ProtocolName) -> None:
    broken = SAID_CALL[protocol].replace('"days": "2"', '"days": "2.5"')
    model = ScriptedModel([broken, SAID_CALL[protocol]])
    events = await heard(speak(model, protocol))
    assert calls(events) == [("weather", {"city": "上海", "days": 2})]
    told = model.requests[1].messages[-1].content
    assert "arguments.days" in told
    assert '"required":["city"]' in told


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_what_stays_unreadable_is_never_executed_and_the_tries_are_bounded(protocol: ProtocolName) -> None:
    model = ScriptedModel(lambda _: SAID_CALL[protocol].replace("weather", "forecast"))
    events = await heard(speak(model, protocol, corrections=2))
    assert calls(events) == []
    assert text(events) == ""
    assert len(model.requests) == 3
    assert "weather, python" in model.requests[1].messages[-1].content


async def test_native_calls_of_the_server_are_fitted_and_sent_back() -> None:
    model = ScriptedModel([
        ScriptedMessage(calls=(ScriptedCall("weather", raw="{'city': '北京'"), ScriptedCall("weather", {"town": "x"}))),
        ScriptedMessage(calls=(ScriptedCall("weather", {"city": "北京", "days": "3"}),)),
    ])  # fmt: skip
    events = await heard(speak(model, "native"))
    assert calls(events) == [("weather", {"city": "北京", "days": 3})]
    told = model.requests[1].messages[-2:]
    assert [each.role for each in told] == ["tool", "tool"]
    assert "another call" in told[0].content
    assert "town is no argument" in told[1].content


async def test_the_tokens_of_every_try_are_counted() -> None:
    model = ScriptedModel([
        ScriptedMessage(text="动作：nothing\n动作输入：{}", tokens=11), ScriptedMessage(text="最终答案：好", tokens=5),
    ])  # fmt: skip
    events = await heard(speak(model, "react_text"))
    assert events[-1] == Finished("stop", None, 16)


def sent(protocol: str, request: ChatRequest) -> ChatRequest:
    return DIALECTS[protocol].ask(request)


def test_react_text_is_written_in_the_language_of_the_run() -> None:
    asked = sent("react_text", AFTER)
    assert asked.tools == ()
    assert "最终答案" in asked.messages[0].content
    assert asked.messages[2].content == '思考：我查一下\n动作：weather\n动作输入：{"city":"北京"}'
    assert asked.messages[3] == say("user", "返回：[weather] <tool_data>晴</tool_data>")
    english = sent("react_text", msgspec.structs.replace(AFTER, context={"lang": "en"}))
    assert "Final Answer" in english.messages[0].content
    assert english.messages[3].content.startswith("Response: [weather]")


def test_internlm2_tokens_name_plugins_and_programs_apart() -> None:
    asked = sent("internlm2", AFTER)
    plugin = next(each for each in asked.messages if each.name == "plugin")
    program = next(each for each in asked.messages if each.name == "interpreter")
    assert "weather" in plugin.content
    assert "python" not in plugin.content
    assert program.role == "system"
    written = next(each for each in asked.messages if each.role == "assistant").content
    assert (
        written == '我查一下<|action_start|><|plugin|>\n{"name":"weather","parameters":{"city":"北京"}}<|action_end|>'
    )
    assert asked.messages[-1].role == "tool"


async def test_an_internlm2_program_goes_to_the_interpreter() -> None:
    said = "算一下。<|action_start|><|interpreter|>\n```python\nprint(70 / 1.7**2)\n```<|action_end|>"
    events = await heard(speak(ScriptedModel([said]), "internlm2"))
    assert text(events) == "算一下。"
    assert calls(events) == [("python", {"code": "print(70 / 1.7**2)"})]


def test_json_mode_is_asked_for_and_results_of_one_round_stand_in_one_message() -> None:
    two = msgspec.structs.replace(AFTER, messages=(*AFTER.messages, AFTER.messages[-1]))
    asked = sent("json_object", two)
    assert asked.json_only
    assert [each.role for each in asked.messages] == ["system", "user", "assistant", "user"]
    assert asked.messages[-1].content.count("晴") == 2


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Final Answer: line one\nAction: rest well\nResult: fine", "line one\nAction: rest well\nResult: fine"),
        ("Thought: a\nFinal Answer: yes\nThought: more", "yes"),
        ("just words", "just words"),
        ("Thought: a\nFinal Answer: the range is [1, 2] {ok}", "the range is [1, 2] {ok}"),
    ],
)
@pytest.mark.parametrize("piece", [1, 4, 1000])
async def test_only_the_final_answer_is_the_answer(said: str, shown: str, piece: int) -> None:
    assert text(await heard(speak(ScriptedModel([said], piece=piece), "react_text"))) == shown


@pytest.mark.parametrize("piece", [1, 5, 1000])
@pytest.mark.parametrize(
    "said",
    ['a <b> {c: 1} [d] `e` 3 < 4 | {"x": 1}', '{"name": "张三", "age": 5}', '```json\n{"id": 1}\n```', "< | [", "{"],
)
async def test_prose_that_only_looks_like_a_call_is_an_answer(said: str, piece: int) -> None:
    assert text(await heard(speak(ScriptedModel([said], piece=piece), "native"))) == said


async def test_a_message_cut_by_its_length_is_not_executed_and_not_asked_for_again() -> None:
    model = ScriptedModel([ScriptedMessage(text='动作：weather\n动作输入：{"city": "上海"}', finish="length")])
    events = await heard(speak(model, "react_text"))
    assert calls(events) == []
    assert events[-1] == Finished("length", None, None)


class _NoTools(ScriptedModel):
    """A server that refuses tools."""

    async def stream(self, request: ChatRequest):
        if request.tools:
            raise InvalidInput("no tools here", field="model", key="model.no_tools")
        async for event in super().stream(request):
            yield event


async def test_auto_turns_to_text_for_good_when_the_server_takes_no_tools() -> None:
    model = _NoTools([SAID_CALL["react_text"], SAID_ANSWER["react_text"]])
    spoken = speak(model, "auto")
    assert calls(await heard(spoken)) == [("weather", {"city": "上海", "days": 2})]
    assert text(await heard(spoken)).startswith("上海")


async def test_other_refusals_are_not_swallowed() -> None:
    class Refusing(ScriptedModel):
        async def stream(self, request: ChatRequest):
            raise InvalidInput("too long", field="model", key="model.too_long")
            yield

    with pytest.raises(InvalidInput, match="too long"):
        await heard(speak(Refusing([]), "auto"))


def test_every_protocol_of_the_port_is_spoken() -> None:
    build: Callable[[ProtocolName], ChatModel] = lambda name: speak(ScriptedModel([]), name)  # noqa: E731
    for name in (*PROTOCOLS, "auto"):
        assert build(name).name == "scripted"
