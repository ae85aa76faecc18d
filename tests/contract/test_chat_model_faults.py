"""The model port over a network that fails: what is tried again, what is told, and what never leaks."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Iterator
from typing import Any

import pytest

from kangban.adapters.openai_chat import OpenAIChat, OpenAIChatSettings
from kangban.kernel.errors import InvalidInput, KangbanError, SettingsRefused, Unavailable
from kangban.kernel.texts import has_text
from kangban.ports.chat_model import ChatEvent, ChatRequest, Finished, TextDelta, say
from tests.support.dialects import DONE, llama_cpp, sse, vllm
from tests.support.model_server import ModelServer, play, running_model_server

KEY = "sk-very-secret-0123456789"
RECORD = "张三丰 血肌酐 187"
ASK = ChatRequest((say("user", RECORD),))
GOOD = play(vllm.text())


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with running_model_server() as running:
        yield running


class Patience:
    """Takes the place of sleeping, and remembers for how long."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    async def sleep(self, for_s: float) -> None:
        self.waits.append(for_s)


def model_at(base: str, patience: Patience | None = None, **limits: Any) -> OpenAIChat:
    settings = OpenAIChatSettings(base, "m", KEY, **limits)
    return OpenAIChat(settings, sleep=(patience or Patience()).sleep, chance=lambda: 1.0)


async def heard(model: OpenAIChat) -> list[ChatEvent]:
    try:
        return [event async for event in model.stream(ASK)]
    finally:
        await model.close()


async def failing(model: OpenAIChat) -> KangbanError:
    with pytest.raises(KangbanError) as caught:
        await heard(model)
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + caught.value.message
    assert KEY not in told
    assert RECORD not in told
    assert "张三" not in told
    assert has_text(caught.value.key, "zh")
    assert has_text(caught.value.key, "en")
    return caught.value


def refusal(status: int, words: str, **headers: str) -> dict[str, Any]:
    return play([words.encode()], status=status, headers={"content-type": "application/json", **headers})


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 529])
async def test_a_passing_refusal_is_tried_again(server: ModelServer, status: int) -> None:
    patience = Patience()
    base = server.plays(f"again-{status}", refusal(status, "{}"), refusal(status, "{}"), GOOD)
    events = await heard(model_at(base, patience))
    assert isinstance(events[-1], Finished)
    assert patience.waits == [0.5, 1.0]


async def test_waits_grow_and_end(server: ModelServer) -> None:
    patience = Patience()
    error = await failing(model_at(server.plays("ever", refusal(503, "{}")), patience, tries=7))
    assert isinstance(error, Unavailable)
    assert error.key == "model.busy"
    assert patience.waits == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0]
    assert len(server.seen("ever")["requests"]) == 7


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"retry-after": "3"}, 3.05),
        ({"retry-after-ms": "250"}, 0.3),
        ({"retry-after": "Sat, 21 Nov 2026 10:00:07 GMT", "date": "Sat, 21 Nov 2026 10:00:00 GMT"}, 7.05),
        ({"retry-after": "soon"}, 0.5),
    ],
)
async def test_the_servers_wish_is_kept(server: ModelServer, headers: dict[str, str], wait: float) -> None:
    patience = Patience()
    await heard(model_at(server.plays("wish", refusal(429, "{}", **headers), GOOD), patience))
    assert patience.waits == pytest.approx([wait])


async def test_a_wish_too_long_ends_the_tries(server: ModelServer) -> None:
    patience = Patience()
    error = await failing(model_at(server.plays("long", refusal(429, "{}", **{"retry-after": "3600"})), patience))
    assert isinstance(error, Unavailable)
    assert patience.waits == []


async def test_no_server_is_unavailable() -> None:
    patience = Patience()
    error = await failing(model_at("http://127.0.0.1:9", patience, tries=3))
    assert (isinstance(error, Unavailable), error.key) == (True, "model.unreachable")
    assert len(patience.waits) == 2


async def test_a_connection_lost_before_any_word_is_tried_again(server: ModelServer) -> None:
    base = server.plays("lost", play([], then="drop"), play(vllm.text()[:1], then="drop"), GOOD)
    events = await heard(model_at(base))
    assert "".join(each.text for each in events if isinstance(each, TextDelta)) == "你好，world"


@pytest.mark.parametrize(
    "broken",
    [
        play(vllm.text()[:3], then="drop"),
        play(vllm.text()[:3]),  # ends politely, without a finish reason
        play([*vllm.text()[:3], b'data: {"choices": [{"del\n\n', DONE]),
        play([*vllm.text()[:3], b"data: <html>\n\n"]),
        play([*vllm.text()[:3], sse({"error": {"message": RECORD, "type": "InternalServerError", "code": 500}}), DONE]),
        play([*vllm.text()[:3], sse({"object": "error", "message": RECORD, "type": "x", "code": 503})]),
        play([*vllm.text()[:3], b"event: error\ndata: " + RECORD.encode() + b"\n\n"]),
        play([*vllm.text()[:3], *llama_cpp.failing()]),
    ],
    ids=["dropped", "cut", "truncated", "html", "error object", "error in place", "error event", "error field"],
)
async def test_after_the_first_word_nothing_is_tried_again(server: ModelServer, broken: dict[str, Any]) -> None:
    patience = Patience()
    model = model_at(server.plays("midway", broken, GOOD), patience)
    error = await failing(model)
    assert isinstance(error, Unavailable)
    assert patience.waits == []
    assert len(server.seen("midway")["requests"]) == 1


async def test_an_error_inside_a_stream_before_any_word_is_tried_again(server: ModelServer) -> None:
    base = server.plays("early", play([sse({"error": {"message": "overloaded", "code": 503}}), DONE]), GOOD)
    assert isinstance((await heard(model_at(base)))[-1], Finished)


@pytest.mark.parametrize(
    ("status", "words", "key"),
    [
        (
            400,
            '{"error":{"message":"This model\'s maximum context length is 4096; 张三丰","code":"context_length_exceeded"}}',
            "model.too_long",
        ),
        (400, '{"error":{"code":400,"type":"exceed_context_size_error","n_ctx":4096}}', "model.too_long"),
        (400, '{"error":{"message":"registry/m does not support tools: 张三丰"}}', "model.no_tools"),
        (400, '{"object":"error","message":"bad 张三丰 sk-very-secret-0123456789","code":400}', "model.refused"),
        (401, '{"error":{"message":"Incorrect API key provided: sk-very-secret-0123456789"}}', "model.key_refused"),
        (402, "{}", "model.no_credit"),
        (403, "nope", "model.key_refused"),
        (404, '{"error":{"message":"model m not found"}}', "model.unknown_model"),
        (413, "", "model.too_long"),
        (422, '{"detail":[{"msg":"张三丰"}]}', "model.refused"),
        (307, "", "model.refused"),
    ],
)
async def test_a_refusal_names_its_reason_and_echoes_nothing(
    server: ModelServer, status: int, words: str, key: str
) -> None:
    patience = Patience()
    error = await failing(
        model_at(server.plays("refused", refusal(status, words, location="http://127.0.0.1:9/")), patience)
    )
    assert isinstance(error, InvalidInput)
    assert error.key == key
    assert str(status) in error.message
    assert patience.waits == []


async def test_no_credit_is_not_asked_again(server: ModelServer) -> None:
    patience = Patience()
    words = '{"error":{"code":"insufficient_quota"}}'
    error = await failing(model_at(server.plays("quota", refusal(429, words)), patience))
    assert (isinstance(error, Unavailable), error.key, patience.waits) == (True, "model.no_credit", [])


async def test_a_server_that_knows_a_field_not_is_asked_without_it(server: ModelServer) -> None:
    words = '{"error":{"message":"Unsupported parameter: \'max_tokens\'. Use \'max_completion_tokens\' instead."}}'
    base = server.plays("quirk", refusal(400, words), refusal(400, '{"error":"unknown field stream_options"}'), GOOD)
    model = model_at(base)
    request = ChatRequest(ASK.messages, max_tokens=9)
    for _ in range(2):
        assert isinstance([event async for event in model.stream(request)][-1], Finished)
    await model.close()
    bodies = [each["body"] for each in server.seen("quirk")["requests"]]
    assert [("max_tokens" in b, "max_completion_tokens" in b, "stream_options" in b) for b in bodies] == [
        (True, False, True), (False, True, True), (False, True, False), (False, True, False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("silent", "limits"),
    [
        (play([], before_s=30), {"connect_s": 0.1, "first_byte_s": 0.1}),
        (play([], then="hang"), {"first_byte_s": 0.2}),
        (play(vllm.text()[:3], then="hang"), {"idle_s": 0.2}),
    ],
    ids=["no headers", "no first byte", "idle"],
)
async def test_silence_has_an_end(server: ModelServer, silent: dict[str, Any], limits: dict[str, float]) -> None:
    error = await failing(model_at(server.plays("silent", silent), tries=1, **limits))
    assert (isinstance(error, Unavailable), error.key) == (True, "model.too_slow")
    assert server.seen_leaving("silent")


async def test_closing_the_iterator_is_seen_by_the_server(server: ModelServer) -> None:
    model = model_at(server.plays("closed", play(vllm.text()[:3], then="forever")))
    stream = model.stream(ASK)
    got = [await anext(stream) for _ in range(20)]
    assert len(got) == 20
    assert server.seen("closed")["left"] == 0
    await stream.aclose()
    connector = model._wire._session.connector
    assert not connector._acquired  # at once, not when the garbage is collected
    assert not any(connector._conns.values())
    assert await asyncio.to_thread(server.seen_leaving, "closed")
    await model.close()


async def test_a_cancelled_reader_is_seen_by_the_server(server: ModelServer) -> None:
    model = model_at(server.plays("cancelled", play(vllm.text()[:3], then="hang")))
    reading = asyncio.create_task(heard(model))
    while not server.seen("cancelled")["requests"]:  # noqa: ASYNC110  the event is in another process
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert await asyncio.to_thread(server.seen_leaving, "cancelled")


async def test_a_line_without_end_is_given_up(server: ModelServer) -> None:
    endless = play([b"data: " + b"x" * 1_000_000], then="forever")
    error = await failing(model_at(server.plays("endless", endless), tries=1))
    assert (isinstance(error, Unavailable), error.key) == (True, "model.broken_answer")


async def test_the_key_is_in_no_log_and_no_repr(server: ModelServer, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        model = model_at(server.plays("logged", GOOD))
        await heard(model)
    assert KEY not in caplog.text
    assert RECORD not in caplog.text
    assert KEY not in repr(model)
    assert KEY not in repr(OpenAIChatSettings("http://h", "m", KEY))


@pytest.mark.parametrize(
    "url", ["", "h", "ftp://h", "http://", "http://u:p@h", "http://h:x", "http://[", "file:///etc"]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(SettingsRefused):
        OpenAIChat(OpenAIChatSettings(url, "m"))


@pytest.mark.parametrize("key", ["a\nb", " a", "密钥", "a\x00"])
def test_a_key_that_is_none_is_refused(key: str) -> None:
    with pytest.raises(SettingsRefused) as caught:
        OpenAIChat(OpenAIChatSettings("http://h", "m", key))
    assert key not in caught.value.message
