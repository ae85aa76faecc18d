"""The interpreter behind the port: places for children, notebooks with kept names, and one honest word on isolation."""

from __future__ import annotations

import ast
import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import msgspec

from kangban.adapters.sandbox.child import Child
from kangban.kernel.errors import Conflict, InvalidInput, Unavailable
from kangban.ports.sandbox import USUAL, CellLimits, Ran, SandboxState

_MOST_CODE = 100_000  # characters


class SandboxSettings(msgspec.Struct, frozen=True):
    """How many cells run at once, how long one waits for a place, and how many notebooks stay open for how long."""

    at_once: int = 2
    wait_s: float = 30.0
    notebooks: int = 6
    notebooks_each: int = 2
    idle_s: float = 600.0
    notebook_cpu_s: int = 300


class _Notebook:
    def __init__(self, child: Child) -> None:
        self.child = child
        self.busy = False
        self.used = time.monotonic()


class JailedInterpreter:
    """CodeSandbox over jailed children; see `walls` for what holds them."""

    def __init__(self, settings: SandboxSettings | None = None) -> None:
        self._settings = settings = settings or SandboxSettings()
        self._state: SandboxState | None = None
        self._places = asyncio.Semaphore(settings.at_once)
        self._open: dict[tuple[str, str], _Notebook] = {}
        self._opening = asyncio.Lock()

    async def state(self) -> SandboxState:
        """Started once, knocked on, remembered."""
        if self._state is None:
            try:
                child = await Child.start((), 64, 5)
            except Unavailable as error:
                self._state = SandboxState(False, (), error.message)
            else:
                await child.kill()
                self._state = SandboxState(True, child.walls)
        return self._state

    async def run(self, code: str, limits: CellLimits = USUAL) -> Ran:
        """One cell in a child of its own; only the libraries it names are loaded."""
        libraries = _libraries(code)
        async with self._place():
            child = await Child.start(libraries, limits.memory_mb, int(limits.seconds) + 2)
            try:
                return await child.ask(code, limits, spare=False)
            finally:
                await child.kill()

    async def run_cell(self, owner: str, notebook: str, code: str, limits: CellLimits = USUAL) -> Ran:
        """One cell of a notebook; raises Conflict while another runs in it."""
        _libraries(code)
        async with self._place():
            kept = await self._notebook(owner, notebook, limits)
            if kept.busy:
                raise Conflict("this notebook is busy; interrupt it or wait", field="notebook")
            kept.busy = True
            try:
                return await kept.child.ask(code, limits, spare=True)
            finally:
                kept.busy, kept.used = False, time.monotonic()
                if not kept.child.alive and self._open.get((owner, notebook)) is kept:
                    del self._open[(owner, notebook)]

    async def _notebook(self, owner: str, notebook: str, limits: CellLimits) -> _Notebook:
        async with self._opening:
            await self._end_idle()
            kept = self._open.get((owner, notebook))
            if kept is not None and (kept.busy or kept.child.alive):
                return kept
            if len(self.notebooks(owner)) >= self._settings.notebooks_each:
                raise Unavailable("too many notebooks of yours are open; end one", field="notebook")
            if len(self._open) >= self._settings.notebooks:
                raise Unavailable("too many notebooks are open here", field="notebook")
            child = await Child.start(("numpy", "matplotlib"), limits.memory_mb, self._settings.notebook_cpu_s)
            self._open[(owner, notebook)] = found = _Notebook(child)
            return found

    async def interrupt(self, owner: str, notebook: str) -> bool:
        """Pass an interrupt to the running cell."""
        kept = self._open.get((owner, notebook))
        if kept is None or not kept.busy:
            return False
        kept.child.interrupt()
        return True

    async def end(self, owner: str, notebook: str) -> None:
        """Kill and forget."""
        kept = self._open.pop((owner, notebook), None)
        if kept is not None:
            await kept.child.kill()

    def notebooks(self, owner: str) -> tuple[str, ...]:
        """Open ones by how long they are idle."""
        mine = [(kept.used, name) for (whose, name), kept in self._open.items() if whose == owner]
        return tuple(name for _, name in sorted(mine))

    async def close(self) -> None:
        """Kill every notebook; single cells end with their own call."""
        for owner, notebook in tuple(self._open):
            await self.end(owner, notebook)

    async def _end_idle(self) -> None:
        before = time.monotonic() - self._settings.idle_s
        for key, kept in tuple(self._open.items()):
            if not kept.busy and (kept.used < before or not kept.child.alive):
                await self.end(*key)

    @asynccontextmanager
    async def _place(self) -> AsyncGenerator[None]:
        try:
            async with asyncio.timeout(self._settings.wait_s):
                await self._places.acquire()
        except TimeoutError as error:
            raise Unavailable("the interpreter is busy", field="sandbox") from error
        try:
            yield
        finally:
            self._places.release()


def _libraries(code: str) -> tuple[str, ...]:
    """Which heavy libraries a cell imports; a cell that is no Python is left for its child to complain about."""
    if len(code) > _MOST_CODE:
        raise InvalidInput(f"a cell has at most {_MOST_CODE} characters", field="code", key="error.too_big")
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    named = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    named |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    tops = {name.partition(".")[0] for name in named}
    return ("numpy", "matplotlib") if "matplotlib" in tops else ("numpy",) if "numpy" in tops else ()
