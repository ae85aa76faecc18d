"""One jailed child as we see it: started, asked cell by cell, killed. What it sends is data of a stranger."""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import os
import re
import signal
import struct
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from kangban.kernel.errors import Unavailable
from kangban.kernel.fonts import chinese_font
from kangban.ports.media import Media
from kangban.ports.sandbox import CellLimits, Ran

_FRAME = 24 * 1024 * 1024  # the most a child may send at once
_START_S = 60.0  # loading the figures on a busy machine
_GRACE_S = 2.0  # for an interrupted cell to tell what it had
_SOURCE = Path(__file__).parents[3]
_START = f"import sys; sys.path.insert(0, {str(_SOURCE)!r}); from kangban.adapters.sandbox.worker import main; main()"
_OURS = re.compile("|".join(re.escape(p) for p in sorted({sys.prefix, sys.base_prefix, str(_SOURCE)}, key=len)[::-1]))
_PNG = b"\x89PNG\r\n\x1a\n"
_ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL")}


class _Ready(msgspec.Struct):
    walls: tuple[str, ...]


class _Told(msgspec.Struct):
    stdout: str
    result: str
    error: str
    figures: list[str]
    cut: bool
    stopped: Literal["", "memory", "interrupted", "time"]


class BadFrame(Exception):
    """The child sent what is no answer, or too much."""


class Child:
    """A launcher, the jailed interpreter behind it, and the pipe between us."""

    def __init__(self, running: asyncio.subprocess.Process, walls: tuple[str, ...]) -> None:
        self._running = running
        self.walls = walls

    @classmethod
    async def start(cls, libraries: Sequence[str], memory_mb: int, cpu_seconds: int) -> Child:
        """Start and wait until the walls stand; raises Unavailable, saying why, when they do not."""
        if sys.platform != "linux":
            raise Unavailable("the interpreter needs the isolation of a Linux kernel", field="sandbox")
        order = {
            "libraries": list(libraries),
            "memory_mb": memory_mb,
            "cpu_seconds": cpu_seconds,
            "font": str(chinese_font() or ""),
        }
        running = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-B", "-X", "utf8", "-c", _START, msgspec.json.encode(order).decode(),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            env={**_ONE_THREAD, "MPL_IGNORE_SYSTEM_FONTS": "1", "MPLBACKEND": "Agg"}, cwd="/", start_new_session=True,
        )  # fmt: skip
        child = cls(running, ())
        try:
            async with asyncio.timeout(_START_S):
                ready = msgspec.json.decode(await child._frame(), type=_Ready)
        except (TimeoutError, BadFrame, msgspec.MsgspecError) as error:
            told = await child._last_words()
            await child.kill()
            raise Unavailable(
                f"the interpreter is off: {told or 'its child did not start'}", field="sandbox"
            ) from error
        except BaseException:
            await child.kill()
            raise
        child.walls = ready.walls
        return child

    async def ask(self, code: str, limits: CellLimits, *, spare: bool) -> Ran:
        """One cell. With `spare` an overlong one is interrupted first, so that the names may be kept.

        A child that did not answer, or answered nonsense, is killed.
        """
        began = time.monotonic()
        try:
            told = await self._asked(code, limits, spare=spare)
        except TimeoutError:
            await self.kill()
            return Ran(stopped="time", seconds=time.monotonic() - began)
        except (BadFrame, msgspec.MsgspecError, ConnectionError) as error:
            await self.kill()
            over = isinstance(error, BadFrame) and error.args == ("too much",)
            ended = self._running.returncode
            late = ended in (128 + signal.SIGXCPU, 256 - signal.SIGXCPU, 256 - signal.SIGKILL)
            stopped = "output" if over else "time" if late else "crashed"
            return Ran(stopped=stopped, seconds=time.monotonic() - began)
        except BaseException:
            await self.kill()
            raise
        return _checked(told, limits, time.monotonic() - began)

    async def _asked(self, code: str, limits: CellLimits, *, spare: bool) -> _Told:
        ask = {"code": code, "output_chars": limits.output_chars, "figures": limits.figures}
        content = msgspec.json.encode(ask)
        stdin = self._running.stdin
        assert stdin is not None  # noqa: S101 - asked for as a pipe
        stdin.write(struct.pack(">I", len(content)) + content)
        reading = asyncio.ensure_future(self._frame())
        try:
            done, _ = await asyncio.wait({reading}, timeout=limits.seconds)
            if not done and spare:
                self.interrupt()
                await asyncio.wait({reading}, timeout=_GRACE_S)
            if not reading.done():
                raise TimeoutError
            told = msgspec.json.decode(reading.result(), type=_Told)
            return msgspec.structs.replace(told, stopped="time") if not done and told.stopped else told
        finally:
            reading.cancel()

    def interrupt(self) -> None:
        """Ask the running cell to stop; the launcher passes it on."""
        if self.alive:
            self._running.send_signal(signal.SIGINT)

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._running.returncode is None

    async def kill(self) -> None:
        """End the launcher and everything behind it, and wait until it is gone. Idempotent."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._running.pid, signal.SIGKILL)
        await self._running.wait()

    async def _frame(self) -> bytes:
        stdout = self._running.stdout
        assert stdout is not None  # noqa: S101 - asked for as a pipe
        try:
            length = struct.unpack(">I", await stdout.readexactly(4))[0]
            if length > _FRAME:
                raise BadFrame("too much")
            return await stdout.readexactly(length)
        except asyncio.IncompleteReadError as error:
            raise BadFrame("ended") from error

    async def _last_words(self) -> str:
        stderr = self._running.stderr
        assert stderr is not None  # noqa: S101 - asked for as a pipe
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                return _OURS.sub("…", (await stderr.read(500)).decode("utf-8", "replace")).strip()
        return ""


def _checked(told: _Told, limits: CellLimits, seconds: float) -> Ran:
    most = limits.output_chars
    figures: list[Media] = []
    for number, text in enumerate(told.figures[: limits.figures], 1):
        with contextlib.suppress(binascii.Error, ValueError):
            content = base64.b64decode(text, validate=True)
            if content.startswith(_PNG):
                figures.append(Media("image", "image/png", content, f"figure-{number}.png"))
    return Ran(
        stdout=_OURS.sub("…", told.stdout[:most]),
        result=_OURS.sub("…", told.result[:most]),
        error=_OURS.sub("…", told.error[-most:]),
        figures=tuple(figures),
        stopped=told.stopped,
        cut=told.cut,
        seconds=round(seconds, 3),
    )
