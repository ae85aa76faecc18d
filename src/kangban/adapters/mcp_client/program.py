"""A program of this machine that speaks MCP on stdin and stdout: bounded lines, and nothing left of it at the end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.client.stdio import get_default_environment
from mcp.shared.message import SessionMessage
from mcp_types import jsonrpc_message_adapter

from kangban.adapters.mcp_client.wire import MOST_BYTES, TooMuch

_GRACE_S: Final = 2.0
_Incoming = SessionMessage | Exception


@asynccontextmanager
async def program(
    command: Sequence[str], folder: str, secrets: Mapping[str, str], most_bytes: int = MOST_BYTES
) -> AsyncGenerator[tuple[MemoryObjectReceiveStream[_Incoming], MemoryObjectSendStream[SessionMessage]]]:
    """Run it with a bare environment and these secrets; what it complains of is not kept.

    Raises OSError where it cannot be started, and at the end TooMuch when one of its lines went past the bound.
    """
    process = await asyncio.create_subprocess_exec(
        *command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, cwd=folder or None, limit=most_bytes,
        env={**get_default_environment(), **secrets}, start_new_session=os.name == "posix",
    )  # fmt: skip
    told, incoming = anyio.create_memory_object_stream[_Incoming](0)
    outgoing, asked = anyio.create_memory_object_stream[SessionMessage](0)
    reading = asyncio.create_task(_read(process, told))
    writing = asyncio.create_task(_write(process, asked))
    try:
        yield incoming, outgoing
    finally:
        for stream in (incoming, outgoing):
            stream.close()
        too_much = reading.done() and not reading.cancelled() and reading.result()
        for task in (reading, writing):
            task.cancel()
        await _ended(process)
        if too_much:
            # Rather than that the connection was closed, which it was by us.
            raise TooMuch("the answer is too large") from None


async def _read(process: Process, told: MemoryObjectSendStream[_Incoming]) -> bool:
    """Pass on every line that is a message; whether one was too long to be read."""
    stdout = process.stdout
    async with told:
        while stdout is not None:
            try:
                line = await stdout.readline()
            except ValueError:
                return True
            if not line:
                return False
            try:
                message: Any = jsonrpc_message_adapter.validate_json(line, by_name=False)
            except ValueError:
                continue  # no message: a greeting, or a log line that went the wrong way
            try:
                await told.send(SessionMessage(message))
            except (anyio.BrokenResourceError, anyio.ClosedResourceError):
                return False
    return False


async def _write(process: Process, asked: MemoryObjectReceiveStream[SessionMessage]) -> None:
    stdin = process.stdin
    async with asked:
        async for one in asked:
            if stdin is None:
                return
            stdin.write(one.message.model_dump_json(by_alias=True, exclude_unset=True).encode() + b"\n")
            with contextlib.suppress(ConnectionError):  # it has gone; whoever waits for its answer is told
                await stdin.drain()


async def _ended(process: Process) -> None:
    """The end of its input, a moment to go, then the end of it and of all it started."""
    try:
        if process.stdin is not None:
            process.stdin.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_GRACE_S):
                await process.wait()
    finally:
        # Nothing here waits: whoever is cancelled a second time must not leave a program behind.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if os.name == "posix":
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
        # The library closes its pipes once they were read to the end, and has no way to say that nobody will.
        transport: Any = getattr(process, "_transport", None)
        if transport is not None:
            transport.close()
    await process.wait()
