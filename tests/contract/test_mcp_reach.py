"""MCP servers that mean no good: garbage, half a stream, silence, bombs, and ways to elsewhere. Each ends in our words."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from kangban.adapters.mcp_client import McpReach, McpSettings
from kangban.kernel.errors import InvalidInput, KangbanError, NotPermitted, Unavailable
from kangban.ports.tool_servers import AcceptedTool, LocalCommand, RemoteTool, ToolServer, fingerprint

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter, bytes], Awaitable[None]]
JSON = b"Content-Type: application/json\r\n"
TOOL = RemoteTool("look", "Looks.", {"type": "object", "properties": {}})
ACCEPTED = AcceptedTool("else__look", TOOL, fingerprint(TOOL))


@asynccontextmanager
async def serving(answer: Answer) -> AsyncIterator[str]:
    """A server that reads a request and answers as told."""
    going: set[asyncio.Task[Any]] = set()

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        going.add(asyncio.current_task())  # type: ignore[arg-type]
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = next(
                    (int(x.split(b":")[1]) for x in head.split(b"\r\n") if x.lower().startswith(b"content-length")), 0
                )
                await answer(reader, writer, await reader.readexactly(length))
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(one, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/mcp"
    finally:
        for task in going:
            task.cancel()
        server.close()


def says(status: str, headers: bytes, body: bytes) -> Answer:
    async def answer(_reader: Any, writer: asyncio.StreamWriter, _asked: bytes) -> None:
        writer.write(b"HTTP/1.1 %s\r\n%sContent-Length: %d\r\n\r\n" % (status.encode(), headers, len(body)) + body)
        await writer.drain()

    return answer


async def silent(_reader: Any, _writer: Any, _asked: bytes) -> None:
    await asyncio.sleep(3600)


async def half(_reader: Any, writer: asyncio.StreamWriter, _asked: bytes) -> None:
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: {"jsonrpc"')
    await writer.drain()
    writer.close()


async def endless(_reader: Any, writer: asyncio.StreamWriter, _asked: bytes) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
    while True:
        writer.write(b": " + b"x" * 65_536 + b"\n")
        await writer.drain()


def reach(**more: Any) -> McpReach:
    async def addresses(url: str) -> list[str]:
        return ["127.0.0.1"]

    def command(name: str) -> LocalCommand:
        raise NotPermitted("no command")

    return McpReach(McpSettings(addresses, command, lambda name: "", **{"list_s": 5.0, "call_s": 5.0, **more}))


def at(address: str) -> ToolServer:
    return ToolServer("else", "mcp", address)


HELLO = {"protocolVersion": "2025-11-25", "capabilities": {}, "serverInfo": {"name": "x", "version": "1"}}


@pytest.mark.parametrize(
    "answer",
    [
        says("200 OK", JSON, b"{"), says("200 OK", JSON, b"[]"), says("200 OK", JSON, b'{"jsonrpc":"2.0","id":99,"result":{}}'),
        says("200 OK", b"Content-Type: text/html\r\n", b"<h1>hi</h1>"), says("500 Oops", JSON, b"{}"),
        says("401 Who", JSON, b"{}"), says("429 Slow", JSON, b"{}"), says("204 No", b"", b""),
        says("307 There", b"Location: http://169.254.169.254/latest\r\n", b""), says("302 There", b"Location: /other\r\n", b""),
        says("200 OK", JSON + b"Content-Encoding: gzip\r\n", gzip.compress(b" " * 50_000_000)), half, silent, endless,
    ],
)  # fmt: skip
async def test_a_bad_server_is_told_and_costs_little(answer: Answer) -> None:
    async with serving(answer) as address:
        with pytest.raises((Unavailable, InvalidInput)) as told:
            async with asyncio.timeout(30):
                await reach(list_s=3.0).offered(at(address), "KEY-VALUE")
    assert "KEY-VALUE" not in told.value.message
    assert "169.254" not in told.value.message


def talking(listed: Any, called: Any) -> Answer:
    """A server of the handshake era that lists and answers as told."""

    async def answer(_reader: Any, writer: asyncio.StreamWriter, asked: bytes) -> None:
        message = json.loads(asked) if asked else {}
        results = {"initialize": HELLO, "tools/list": listed, "tools/call": called, "ping": {}}
        method = message.get("method", "")
        if "id" not in message:
            await says("202 OK", b"", b"")(_reader, writer, asked)
        elif method in results:
            await says(
                "200 OK", JSON, json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": results[method]}).encode()
            )(_reader, writer, asked)
        else:
            error = {"code": -32601, "message": "no such method"}
            body = json.dumps({"jsonrpc": "2.0", "id": message["id"], "error": error}).encode()
            await says("200 OK", JSON, body)(_reader, writer, asked)

    return answer


LISTED = {"tools": [{"name": "look", "description": "Looks.", "inputSchema": TOOL.parameters}]}


async def test_a_plain_server_of_the_old_era_is_read_and_called() -> None:
    async with serving(talking(LISTED, {"content": [{"type": "text", "text": "seen"}]})) as address:
        assert list(await reach().offered(at(address), "")) == [TOOL]
        told = await reach().call(at(address), "", ACCEPTED, {}, None)
    assert (told.ok, told.content) == (True, {"text": "seen"})


@pytest.mark.parametrize(
    "called",
    [
        {"content": [{"type": "image", "data": "###", "mimeType": "image/png"}]},
        {"content": [{"type": "resource_link", "uri": "file:///etc/passwd", "name": "x"}]},
        {"content": [{"type": "text", "text": "x" * 500_000}]}, {"content": []},
        {"content": [{"type": "text", "text": "no"}], "isError": True},
    ],
)  # fmt: skip
async def test_odd_results_are_read_as_far_as_they_go(called: dict) -> None:
    async with serving(talking(LISTED, called)) as address:
        told = await reach().call(at(address), "", ACCEPTED, {}, None)
    assert told.media == ()
    assert len(told.content["text"]) <= 200_000
    assert told.ok is not called.get("isError", False)


@pytest.mark.parametrize("called", [{}, {"content": "text"}, {"content": [{"type": "nothing"}]}, []])
async def test_results_in_no_shape_are_an_error(called: Any) -> None:
    async with serving(talking(LISTED, called)) as address:
        try:
            told = await reach().call(at(address), "", ACCEPTED, {}, None)
        except KangbanError:
            return
    assert told.ok is False
    assert "error" in told.content


async def test_a_list_without_end_is_read_to_a_bound() -> None:
    page = {"tools": [{"name": f"t{n}", "inputSchema": {"type": "object"}} for n in range(100)], "nextCursor": "again"}
    async with serving(talking(page, {})) as address:
        # Every page has the same names, so that the bound of pages is met first.
        assert len(await reach(list_s=30.0).offered(at(address), "")) == 100


async def test_a_call_given_up_closes_its_connection() -> None:
    closed = asyncio.Event()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, asked: bytes) -> None:
        if b"tools/call" not in asked:
            await talking(LISTED, {})(reader, writer, asked)
            return
        await reader.read()
        closed.set()

    async with serving(hang) as address:
        calling = asyncio.create_task(reach(call_s=60.0).call(at(address), "", ACCEPTED, {}, None))
        await asyncio.sleep(0.5)
        calling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await calling
        async with asyncio.timeout(20):
            await closed.wait()


def running(code: str, **more: Any) -> McpReach:
    """A reach whose only server is a small program."""

    def command(_: str) -> LocalCommand:
        return LocalCommand((sys.executable, "-c", code))

    async def addresses(_: str) -> list[str]:
        return []

    return McpReach(McpSettings(addresses, command, lambda name: "", **{"list_s": 20.0, **more}))


STDIO = ToolServer("else", "mcp", "stdio:x")
# Answers what it is asked from a table, after greeting in words that are no message.
TALKS = f"""
import json, sys
print("hello, I am no message", flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    results = {{"initialize": {HELLO!r}, "tools/list": {{"tools": [{{"name": "look", "inputSchema": {{"type": "object"}}}}]}}}}
    if "id" in asked and asked["method"] in results:
        print(json.dumps({{"jsonrpc": "2.0", "id": asked["id"], "result": results[asked["method"]]}}), flush=True)
    elif "id" in asked:
        told = {{"code": -32601, "message": "no such method"}}
        print(json.dumps({{"jsonrpc": "2.0", "id": asked["id"], "error": told}}), flush=True)
"""


async def test_a_program_is_read_although_it_says_more_than_messages() -> None:
    assert [one.name for one in await running(TALKS).offered(STDIO, "")] == ["look"]


@pytest.mark.parametrize(
    "code",
    [
        "", "import sys; sys.exit(3)", "print('{' * 100_000)", "import time; time.sleep(60)",
        "import sys\nwhile True: sys.stdout.write('x' * 1_000_000)", "import os; os.write(1, b'\\xff\\x00' * 99)",
    ],
)  # fmt: skip
async def test_a_program_that_does_not_speak_is_told_and_ended(code: str) -> None:
    with pytest.raises(Unavailable) as told:
        await running(code, list_s=3.0).offered(STDIO, "")
    assert told.value.message.startswith("the tool server")


async def test_what_a_program_started_ends_with_it(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    child = f"import os, time; open({str(mark)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    code = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {child!r}]); time.sleep(600)"
    asking = asyncio.create_task(running(code, list_s=60.0).offered(STDIO, ""))
    async with asyncio.timeout(50):
        while not (mark.exists() and mark.read_text()):  # noqa: ASYNC110 - another program writes it
            await asyncio.sleep(0.05)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    pid = int(mark.read_text())
    async with asyncio.timeout(20):
        while is_running(pid):  # noqa: ASYNC110 - nobody tells when a stranger's child has ended
            await asyncio.sleep(0.02)


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        # Ended, and not yet fetched by whoever inherited it.
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


async def test_a_program_that_is_none_is_told() -> None:
    def command(_: str) -> LocalCommand:
        return LocalCommand(("/no/such/program",))

    async def addresses(_: str) -> list[str]:
        return []

    with pytest.raises(Unavailable):
        await McpReach(McpSettings(addresses, command, lambda name: "")).offered(STDIO, "")
