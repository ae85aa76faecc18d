"""The pieces of the chat adapter, on bytes and deltas alone."""

from __future__ import annotations

import contextlib
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangban.adapters.openai_chat.answer import AnswerBuilder
from kangban.adapters.openai_chat.body import Quirks, request_body
from kangban.adapters.openai_chat.calls import CallAssembler
from kangban.adapters.openai_chat.chunks import CallPart, plain_text, read_chunk
from kangban.adapters.openai_chat.faults import Passing
from kangban.adapters.openai_chat.lines import EventLines
from kangban.adapters.openai_chat.settings import OpenAIChatSettings, completions_url
from kangban.adapters.openai_chat.thinking import ThoughtSplitter
from kangban.kernel.errors import InvalidInput, Unavailable
from kangban.ports.chat_model import (
    ChatMessage,
    ChatRequest,
    Finished,
    ModelEndpoint,
    ReasoningDelta,
    TextDelta,
    ToolCall,
    say,
)


def part(index: int | None = None, id: str | None = None, name: str | None = None, arguments: Any = None) -> CallPart:
    return msgspec.convert({"index": index, "id": id, "function": {"name": name, "arguments": arguments}}, CallPart)


def assembled(*deltas: list[CallPart]) -> list[tuple[str, dict[str, Any] | None]]:
    assembler = CallAssembler()
    for delta in deltas:
        assembler.take(delta)
    calls = assembler.calls()
    assert len({each.id for each in calls}) == len(calls)
    assert all(each.id for each in calls)
    return [(each.name, each.arguments) for each in calls]


A, B = ("f", {"x": 1}), ("g", {"y": "二"})


@pytest.mark.parametrize(
    ("deltas", "calls"),
    [
        ([[part(0, "a", "f", '{"x": 1}')]], [A]),
        ([[part(None, "a", "f", '{"x": 1}'), part(None, "b", "g", '{"y": "二"}')]], [A, B]),
        ([[part(None, None, "f", '{"x": 1}'), part(None, None, "g", '{"y": "二"}')]], [A, B]),
        (
            [[part(None, None, "f", '{"x"')], [part(None, None, None, ": 1}")], [part(None, None, "g", '{"y": "二"}')]],
            [A, B],
        ),
        ([[part(0, "a", "f", {"x": 1})], [part(1, "b", "g", {"y": "二"})]], [A, B]),
        ([[part(0, "a", "f", '{"x": 1}')], [part(1, "a", "g", '{"y": "二"}')]], [A, B]),  # one id twice
        ([[part(0, "a", "f", '{"x": 1}')], [part(0, "b", "g", '{"y": "二"}')]], [A, B]),  # all numbered 0
        ([[part(0, None, "f", '{"x": 1}')], [part(0, None, "f", '{"x": 1}')]], [A, A]),
        (
            [[part(0, "a", "check_"), part(1, "b", "g", '{"y": "二"}')], [part(0, None, "drug", '{"x": 1}')]],
            [("check_drug", {"x": 1}), B],
        ),
        (
            [[part(0, "a", "f", "")], [part(0, "a", "f", '{"x"')], [part(0, "a", "f", ": 1}")]],
            [A],
        ),  # name and id echoed
        (
            [[part(1, "b", "g", '{"y"')], [part(0, "a", "f", '{"x": 1}')], [part(1, None, None, ': "二"}')]],
            [B, A],
        ),  # interleaved
        ([[part(0, "a", "f")]], [("f", {})]),
        ([[part(0, "a", "f", "  ")]], [("f", {})]),
        ([[part(0, "a", "f", '"{\\"x\\": 1}"')]], [A]),  # encoded twice
        ([[part(0, "a", "f", '{"x": 1')]], [("f", None)]),
        ([[part(0, "a", "f", "[1]")]], [("f", None)]),
        ([[part(0, "a", "f", '{"x": 1}{"x": 2}')]], [("f", None)]),
        ([[part(0, "a", "f", "null")]], [("f", None)]),
    ],
)
def test_calls_are_put_together(deltas: list[list[CallPart]], calls: list[Any]) -> None:
    assert assembled(*deltas) == calls


def test_broken_arguments_keep_their_words() -> None:
    assembler = CallAssembler()
    assembler.take([part(0, "a", "f", '{"x": ')])
    assert assembler.calls()[0] == ToolCall("a", "f", None, '{"x": ')


@given(st.lists(st.integers(1, 12), min_size=1), st.booleans())
def test_lines_do_not_depend_on_where_the_network_cuts(sizes: list[int], crlf: bool) -> None:
    whole = (
        ': hi\n\ndata: {"a": "你"}\n\ndata:{"b":1}\n\nevent: x\nid: 7\ndata: {\ndata: }\n\ndata: [DONE]\n\n'.encode()
    )
    whole = whole.replace(b"\n", b"\r\n") if crlf else whole
    lines = EventLines()
    found: list[bytes] = []
    at = turn = 0
    while at < len(whole):
        size = sizes[turn % len(sizes)]
        found += lines.feed(whole[at : at + size])
        at, turn = at + size, turn + 1
    found += lines.end()
    assert found == ['{"a": "你"}'.encode(), b'{"b":1}', b"{\n}", b"[DONE]"]


def test_lines_take_a_byte_order_mark_and_two_events_in_one_piece() -> None:
    lines = EventLines()
    assert lines.feed(b"\xef\xbb\xbfdata: {}\n\ndata: {1}\n\nda") == [b"{}", b"{1}"]
    assert lines.feed(b"ta: {2}") == []
    assert lines.end() == [b"{2}"]


@given(st.lists(st.integers(1, 9), min_size=1))
def test_thoughts_are_set_apart_wherever_they_are_cut(sizes: list[int]) -> None:
    whole = "<think>a < b, </thin> so</think>\n答 <b> x<3 <think>more</think>end <thi"
    splitter = ThoughtSplitter()
    events: list[Any] = []
    at = turn = 0
    while at < len(whole):
        size = sizes[turn % len(sizes)]
        events += splitter.feed(whole[at : at + size])
        at, turn = at + size, turn + 1
    events += splitter.end()
    assert "".join(e.text for e in events if isinstance(e, ReasoningDelta)) == "a < b, </thin> somore"
    assert "".join(e.text for e in events if isinstance(e, TextDelta)) == "\n答 <b> x<3 end <thi"


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"null",
        b"[]",
        b'"x"',
        b"{",
        b"<html>",
        b'{"choices": 7}',
        b"[" * 100_000,
        b'{"choices":[{"delta":{"content":"\xff"}}]}',
    ],
)
def test_what_is_no_chunk_is_unavailable(payload: bytes) -> None:
    with pytest.raises(Unavailable):
        read_chunk(payload)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
_FUNCTION = st.fixed_dictionaries({}, optional={"name": _JSON, "arguments": _JSON})
_CALL = st.fixed_dictionaries({}, optional={"index": _JSON, "id": _JSON, "function": _JSON | _FUNCTION})
_DELTA = st.fixed_dictionaries(
    {},
    optional={
        "content": _JSON,
        "reasoning": _JSON,
        "tool_calls": _JSON | st.lists(_CALL, max_size=3),
        "function_call": _FUNCTION,
    },
)
_CHOICE = st.fixed_dictionaries(
    {}, optional={"delta": _JSON | _DELTA, "message": _DELTA, "finish_reason": _JSON, "index": _JSON}
)
_CHUNK = st.fixed_dictionaries(
    {},
    optional={
        "choices": _JSON | st.lists(_CHOICE, max_size=2),
        "usage": _JSON,
        "error": _JSON,
        "object": _JSON,
        "code": _JSON,
    },
)


@given(st.lists(_CHUNK | _JSON, max_size=4))
def test_no_server_can_make_it_fail_in_another_way(chunks: list[Any]) -> None:
    answer = AnswerBuilder()
    try:
        for chunk in chunks:
            answer.take(read_chunk(msgspec.json.encode(chunk)))
        events = answer.end()
    except (Passing, Unavailable, InvalidInput):
        return
    assert isinstance(events[-1], Finished)


@given(st.binary(max_size=60))
def test_bytes_that_are_no_event_stream_do_no_harm(piece: bytes) -> None:
    lines = EventLines()
    for payload in lines.feed(piece) + lines.feed(piece) + lines.end():
        with contextlib.suppress(Unavailable):
            read_chunk(payload)


def test_numbers_written_as_text_are_read() -> None:
    chunk = read_chunk(b'{"choices":[{"index":"0","delta":{"content":"x"}}],"usage":{"prompt_tokens":"3"}}')
    assert chunk.usage is not None
    assert (chunk.usage.prompt_tokens, chunk.choices is not None) == (3, True)


def test_content_in_parts() -> None:
    assert plain_text([{"type": "text", "text": "a"}, {"type": "image"}, "b", 7]) == "ab"


@pytest.mark.parametrize(
    ("given_url", "url"),
    [
        ("http://h:1", "http://h:1/v1/chat/completions"),
        (" https://h/v1/ ", "https://h/v1/chat/completions"),
        ("https://h/v1/chat/completions/", "https://h/v1/chat/completions"),
        ("https://h/api/paas/v4", "https://h/api/paas/v4/chat/completions"),
        ("https://h/v1beta/openai/", "https://h/v1beta/openai/chat/completions"),
        ("https://h/models/qwen", "https://h/models/qwen/v1/chat/completions"),
        ("https://h/x/chat/completions?api-version=1", "https://h/x/chat/completions?api-version=1"),
        ("http://[::1]:8080", "http://[::1]:8080/v1/chat/completions"),
    ],
)
def test_addresses(given_url: str, url: str) -> None:
    assert completions_url(given_url) == url


def test_settings_of_an_endpoint() -> None:
    settings = OpenAIChatSettings.of(ModelEndpoint("http://h", "m", "k", "abroad"))
    assert (settings.url, settings.name, settings.key, settings.place) == ("http://h", "m", "k", "abroad")


def test_history_with_calls_is_written_so_that_servers_can_parse_it() -> None:
    calls = (ToolCall("a", "f", {"x": "二"}, "{}"), ToolCall("b", "g", None, '{"y": '))
    history = (
        say("user", "q"),
        ChatMessage("assistant", "", calls),
        ChatMessage("tool", "r", tool_call_id="a", name="f"),
    )
    body = msgspec.json.decode(request_body("m", ChatRequest(history), Quirks()))
    assert body["messages"][1]["tool_calls"] == [
        {"id": "a", "type": "function", "function": {"name": "f", "arguments": '{"x":"二"}'}},
        {"id": "b", "type": "function", "function": {"name": "g", "arguments": "{}"}},
    ]
    assert body["messages"][2] == {"role": "tool", "content": "r", "tool_call_id": "a"}


def test_half_a_character_is_invalid_input() -> None:
    with pytest.raises(InvalidInput):
        request_body("m", ChatRequest((say("user", "\ud83d"),)), Quirks())
