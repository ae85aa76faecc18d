"""One call of a tool: within its limits and ours, with signs of life while it runs, and only a few at once."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Any, Final

import msgspec
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolRequestParams, CallToolResult, InputRequiredResult

from kangban.agent.calling import run_tool
from kangban.api.mcp.approval import Approvals
from kangban.api.mcp.offer import put_on_shelf
from kangban.api.mcp.results import failed, shown
from kangban.clinical.urgency import Lang
from kangban.journeys.workshop.tool_words import released_result
from kangban.kernel.errors import Broken, KangbanError, NotFound, Unavailable
from kangban.ports.media import MediaShelf
from kangban.ports.tool import ToolContext, ToolSpec

_log = logging.getLogger(__name__)

Session = ServerRequestContext[Any, Any]
# The context a tool runs in, for whoever stands behind this request.
Contexts = Callable[[ToolSpec, Session], Awaitable[ToolContext]]
GUARDED: Final = "ask"  # the group of tools whose words went through the guard already


class CallLimits(msgspec.Struct, frozen=True):
    """Calls at once and waiting, seconds of one that says nothing of its own time, seconds between signs of life."""

    at_once: int = 8
    waiting: int = 64
    seconds: float = 120.0
    beat_s: float = 5.0


class Caller:
    """Calls the offered tools by name."""

    def __init__(
        self,
        tools: Mapping[str, ToolSpec],
        contexts: Contexts,
        approvals: Approvals,
        lang: Lang,
        limits: CallLimits | None = None,
    ) -> None:
        self._tools = tools
        self._contexts = contexts
        self._approvals = approvals
        self._lang: Lang = lang
        self._limits = limits or CallLimits()
        self._free = asyncio.Semaphore(self._limits.at_once)
        self._inside = 0

    async def call(self, session: Session, params: CallToolRequestParams) -> CallToolResult | InputRequiredResult:
        """The result, or what went wrong as one; raises nothing but what cancels it."""
        try:
            spec = self._tools.get(params.name)
            if spec is None:
                raise NotFound(f"there is no tool {params.name[:64]!r}", field="name")
            # Asked before the queue: a person who thinks about it holds nobody up.
            if spec.effect != "reads":
                question = await self._approvals.ask(session, params, spec)
                if question is not None:
                    return question
            async with self._place():
                return await self._run(session, spec, params.arguments or {})
        except KangbanError as error:
            return failed(error)
        except TimeoutError:
            return failed(Unavailable("the tool did not finish in time", field="name"))
        except MCPError:
            raise
        except Exception as error:  # noqa: BLE001 - a tool of somebody else's may raise anything; the server goes on
            # Without the traceback: it may hold what somebody asked.
            _log.error("tool %s failed with %s", params.name[:64], type(error).__name__)
            return failed(Broken("the tool failed"))

    @contextlib.asynccontextmanager
    async def _place(self) -> AsyncGenerator[None]:
        if self._inside >= self._limits.at_once + self._limits.waiting:
            raise Unavailable("too many calls at once; try again later")
        self._inside += 1
        try:
            async with self._free:
                yield
        finally:
            self._inside -= 1

    async def _run(self, session: Session, spec: ToolSpec, arguments: dict[str, Any]) -> CallToolResult:
        context, shelf = await self._contexts(spec, session), MediaShelf()
        context = msgspec.structs.replace(context, media=shelf)
        asked = put_on_shelf(spec, arguments, shelf)
        beating = asyncio.create_task(self._beat(session, spec))
        try:
            limit = None if spec.timeout_s is not None else self._limits.seconds
            result = await run_tool(spec, context, asked, limit)
        finally:
            beating.cancel()
        if spec.group != GUARDED:
            result = await asyncio.to_thread(released_result, spec, asked, result, self._lang)
        return shown(spec, result, self._lang)

    async def _beat(self, session: Session, spec: ToolSpec) -> None:
        """Say how long it has run, of how long it may; nothing where the client did not ask for it."""
        began, most = time.monotonic(), spec.timeout_s or self._limits.seconds
        with contextlib.suppress(Exception):  # whoever listened has gone; the call itself will notice
            while True:
                await asyncio.sleep(self._limits.beat_s)
                await session.session.report_progress(round(time.monotonic() - began, 1), most, spec.name)
