"""The model port over the network: the same answer, whichever server speaks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from types import ModuleType

import pytest

from kangban.adapters.openai_chat import OpenAIChat, OpenAIChatSettings
from kangban.ports.chat_model import (
    ChatEvent,
    ChatModel,
    ChatRequest,
    Finished,
    ReasoningDelta,
    TextDelta,
    ToolCallsReady,
    ToolDescription,
    say,
)
from tests.support.dialects import ADD, LOOK_UP, cloud, llama_cpp, lmdeploy, ollama, vllm
from tests.support.model_server import ModelServer, play, running_model_server

DIALECTS = [lmdeploy, vllm, ollama, llama_cpp, cloud]
ASK = ChatRequest(
    (say("system", "be brief"), say("user", "你好")),
    (ToolDescription("look_up", "looks up", {"type": "object", "properties": {"name": {"type": "string"}}}),),
    temperature=0.2,
    max_tokens=64,
    context={"secret": "never sent"},
)


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with running_model_server() as running:
        yield running


def cuts(pieces: list[bytes], how: str) -> list[bytes]:
    """The same bytes in other network pieces or line ends."""
    whole = b"".join(pieces)
    return {
        "as sent": pieces,
        "one piece": [whole],
        "seven bytes at a time": [whole[at : at + 7] for at in range(0, len(whole), 7)],
        "crlf": [whole.replace(b"\n", b"\r\n")],
        "no space": [whole.replace(b"data: ", b"data:")],
        "with keep-alives": [b": ping\n\n" + each + b":\n\n" for each in pieces],
        "without done": [whole.replace(b"data: [DONE]\n\n", b"")],
        "no last newline": [whole.rstrip(b"\n")],
    }[how]


HOW = [
    "as sent",
    "one piece",
    "seven bytes at a time",
    "crlf",
    "no space",
    "with keep-alives",
    "without done",
    "no last newline",
]


async def heard(model: ChatModel, request: ChatRequest = ASK) -> list[ChatEvent]:
    events = [event async for event in model.stream(request)]
    await model.close()
    return events


def text(events: list[ChatEvent]) -> str:
    return "".join(each.text for each in events if isinstance(each, TextDelta))


def thoughts(events: list[ChatEvent]) -> str:
    return "".join(each.text for each in events if isinstance(each, ReasoningDelta))


def model_at(server: ModelServer, name: str, pieces: list[bytes]) -> OpenAIChat:
    return OpenAIChat(OpenAIChatSettings(server.plays(name, play(pieces)), "m", "key-1"))


def name_of(dialect: ModuleType) -> str:
    return dialect.__name__.rpartition(".")[2]


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("dialect", DIALECTS, ids=name_of)
async def test_text_arrives_whole(server: ModelServer, dialect: ModuleType, how: str) -> None:
    events = await heard(model_at(server, f"text-{name_of(dialect)}-{HOW.index(how)}", cuts(dialect.text(), how)))
    assert text(events) == "你好，world"
    assert thoughts(events) == ""
    assert events[-1] == Finished("stop", 11, 7)


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("dialect", DIALECTS, ids=name_of)
async def test_parallel_calls_arrive_whole(server: ModelServer, dialect: ModuleType, how: str) -> None:
    events = await heard(model_at(server, f"tools-{name_of(dialect)}-{HOW.index(how)}", cuts(dialect.tools(), how)))
    ready, finished = events
    assert isinstance(ready, ToolCallsReady)
    assert [(each.name, each.arguments) for each in ready.calls] == [("look_up", LOOK_UP), ("add", ADD)]
    assert len({each.id for each in ready.calls}) == 2
    assert finished == Finished("tool_calls", 11, 7)


@pytest.mark.parametrize("dialect", DIALECTS, ids=name_of)
async def test_thoughts_are_no_answer(server: ModelServer, dialect: ModuleType) -> None:
    events = await heard(model_at(server, f"thought-{name_of(dialect)}", dialect.thought()))
    assert (thoughts(events), text(events)) == ("let me see", "42")


@pytest.mark.parametrize("dialect", DIALECTS, ids=name_of)
def test_each_dialect_says_what_it_was_read_from(dialect: ModuleType) -> None:
    assert "@ " in dialect.SOURCE or "3.54.0" in dialect.SOURCE


async def test_calls_that_all_have_number_0_are_two_calls(server: ModelServer) -> None:
    events = await heard(model_at(server, "alike", ollama.tools_numbered_alike()))
    assert isinstance(events[0], ToolCallsReady)
    assert [each.name for each in events[0].calls] == ["look_up", "add"]
    assert len({each.id for each in events[0].calls}) == 2


@pytest.mark.parametrize("suffix", ["", "/", "/v1", "/v1/", "/v1/chat/completions"])
async def test_the_address_is_taken_as_it_is_given(server: ModelServer, suffix: str) -> None:
    base = server.plays("address", play(vllm.text()))
    await heard(OpenAIChat(OpenAIChatSettings(base + suffix, "m")))
    assert server.seen("address")["requests"][0]["path"] == "/v1/chat/completions"


async def test_what_is_sent(server: ModelServer) -> None:
    await heard(model_at(server, "sent", cloud.text()))
    (request,) = server.seen("sent")["requests"]
    assert request["headers"]["authorization"] == "Bearer key-1"
    assert request["body"] == {
        "model": "m",
        "messages": [{"role": "system", "content": "be brief"}, {"role": "user", "content": "你好"}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "tools": [
            {
                "type": "function",
                "function": {"name": "look_up", "description": "looks up", "parameters": ASK.tools[0].parameters},
            }
        ],
        "temperature": 0.2,
        "max_tokens": 64,
    }


async def test_an_answer_that_is_not_streamed(server: ModelServer) -> None:
    body = (
        b'{"object":"chat.completion","choices":[{"index":0,"finish_reason":"tool_calls","message":{"role":"assistant",'
        b'"content":"wait","tool_calls":[{"id":"c","type":"function","function":{"name":"add","arguments":{"a":1}}}]}}],'
        b'"usage":{"prompt_tokens":3,"completion_tokens":2}}'
    )
    base = server.plays("whole", play([body], headers={"content-type": "application/json"}))
    events = await heard(OpenAIChat(OpenAIChatSettings(base, "m")))
    assert isinstance(events[1], ToolCallsReady)
    assert (text(events), events[1].calls[0].arguments, events[2]) == ("wait", {"a": 1}, Finished("tool_calls", 3, 2))


async def test_one_connection_serves_many_requests(server: ModelServer) -> None:
    model = OpenAIChat(OpenAIChatSettings(server.plays("pooled", play(vllm.text())), "m"))
    try:
        for _ in range(3):
            stream: AsyncIterator[ChatEvent] = model.stream(ASK)
            assert isinstance([event async for event in stream][-1], Finished)
        kept = model._wire._session.connector._conns.values()
        assert [len(connections) for connections in kept] == [1]
    finally:
        await model.close()
