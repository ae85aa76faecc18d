"""The wire under the model port against raw sockets: what servers and boxes in between really send."""

from __future__ import annotations

import asyncio
import gzip
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from kangban.adapters.openai_chat import OpenAIChat, OpenAIChatSettings
from kangban.kernel.errors import Unavailable
from kangban.ports.chat_model import ChatEvent, ChatRequest, Finished, say

SAID = b'data: {"choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
LAST = HEAD + b"connection: close\r\n"
KEPT = HEAD + b"set-cookie: seen=1\r\ncontent-length: %d\r\n\r\n%s" % (len(SAID), SAID)


def _request(connection: socket.socket) -> tuple[bytes, int]:
    """Head and length of the body of the next request; (b"", 0) when the client has gone."""
    with connection.makefile("rb") as file:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = file.readline()
            if not line:
                return b"", 0
            head += line
        sizes = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")]
        return head, len(file.read(sizes[0])) if sizes else 0


@contextmanager
def raw_server(answer: bytes) -> Iterator[tuple[int, list[tuple[bytes, int]]]]:
    """(port, requests seen) of a server that says these bytes to every request."""
    seen: list[tuple[bytes, int]] = []

    def talk(connection: socket.socket) -> None:
        with connection:
            while (request := _request(connection))[0]:
                seen.append(request)
                connection.sendall(answer)
                if not answer.startswith(HEAD + b"set-cookie"):
                    return

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=talk, args=(connection,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1], seen
        listener.shutdown(socket.SHUT_RDWR)


async def heard(model: OpenAIChat, text: str = "hi") -> list[ChatEvent]:
    return [event async for event in model.stream(ChatRequest([say("user", text)]))]


def model_at(port: int) -> OpenAIChat:
    async def at_once(_seconds: float) -> None: ...

    settings = OpenAIChatSettings(f"http://127.0.0.1:{port}", "m", "key", tries=2, first_byte_s=5, idle_s=5)
    return OpenAIChat(settings, sleep=at_once)


@pytest.mark.parametrize(
    "answer",
    [
        HEAD + b"content-length: %d\r\n\r\n%s" % (len(SAID), SAID),
        HEAD + b"content-encoding: gzip\r\nconnection: close\r\n\r\n" + gzip.compress(SAID),
        LAST + b"\r\n" + SAID,
        LAST.replace(b"1.1", b"1.0") + b"\r\n" + SAID,
        (LAST + b"\r\n" + SAID).replace(b"\r\n", b"\n"),
        LAST + b"transfer-encoding: chunked\r\n\r\n%x;note=1\r\n%s\r\n0\r\n\r\n" % (len(SAID), SAID),
    ],
    ids=["length", "gzip-unasked", "until-closed", "http-1.0", "bare-newlines", "chunk-extension"],
)
async def test_ways_of_answering(answer: bytes) -> None:
    with raw_server(answer) as (port, seen):
        model = model_at(port)
        assert isinstance((await heard(model))[-1], Finished)
        assert len(seen) == 1
        await model.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"220 this is no web server\r\n\r\n",
        LAST + b"content-encoding: gzip\r\n\r\nno gzip",
        LAST + b"content-length: 999\r\n\r\n" + SAID[:40],
        LAST + b"transfer-encoding: chunked\r\n\r\nzz\r\n" + SAID,
        LAST + b"content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(SAID), SAID),
        LAST + b"x-long: " + b"a" * 100_000 + b"\r\n\r\n" + SAID,
        b"",
    ],
    ids=["no-http", "broken-gzip", "short", "broken-chunk", "two-lengths", "endless-header", "closed-at-once"],
)
async def test_what_is_no_answer_is_tried_again_and_then_told(answer: bytes) -> None:
    with raw_server(answer) as (port, seen):
        model = model_at(port)
        with pytest.raises(Unavailable) as told:
            await heard(model)
        assert told.value.key in ("model.unreachable", "model.broken_answer")
        assert len(seen) == 2
        await model.close()


async def test_no_cookie_is_kept_and_one_connection_serves(caplog: pytest.LogCaptureFixture) -> None:
    with raw_server(KEPT) as (port, seen):
        model = model_at(port)
        for _ in range(3):
            await heard(model)
        assert not any(b"cookie" in head.lower() for head, _ in seen)
        await model.close()
    assert caplog.records == []


def test_a_model_outlives_its_event_loop() -> None:
    with raw_server(KEPT) as (port, seen):
        model = model_at(port)
        for _ in range(3):
            assert isinstance(asyncio.run(heard(model))[-1], Finished)
        asyncio.run(model.close())
        assert len(seen) == 3


async def test_a_request_with_pictures_is_sent_whole() -> None:
    with raw_server(KEPT) as (port, seen):
        model = model_at(port)
        assert isinstance((await heard(model, "长" * 2_000_000))[-1], Finished)
        assert seen[0][1] > 6_000_000
        await model.close()


async def test_the_proxy_of_the_environment_is_for_others_only(monkeypatch: pytest.MonkeyPatch) -> None:
    with raw_server(KEPT) as (proxy, asked), raw_server(KEPT) as (here, seen):
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy}")
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        near = model_at(here)
        await heard(near)
        assert (len(asked), len(seen)) == (0, 1)
        far = OpenAIChat(OpenAIChatSettings("http://model.invalid/v1", "m", place="abroad", tries=1))
        await heard(far)
        assert asked[0][0].startswith(b"POST http://model.invalid/v1/chat/completions ")
        await near.close()
        await far.close()
