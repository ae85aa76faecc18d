"""Running the tools a model asked for. Whatever goes wrong becomes a result the model can read; nothing here raises."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from kangban.kernel.canonical import canonical_json
from kangban.kernel.errors import InvalidInput, KangbanError
from kangban.ports.chat_model import ToolCall
from kangban.ports.tool import ToolContext, ToolResult, ToolSpec

Approve = Callable[[ToolSpec, dict[str, Any]], Awaitable[bool]]

_log = logging.getLogger(__name__)

REPEATED = "This call was made before with the same arguments; this is its first result."


class ToolCaller:
    """Calls tools for one run; the same call with the same arguments runs once.

    A tool with effect "acts" runs only when `approve` says yes; people are asked one question at a time.
    """

    def __init__(self, tools: Sequence[ToolSpec], context: ToolContext, approve: Approve | None) -> None:
        self._tools = {each.name: each for each in tools}
        self._context = context
        self._approve = approve
        self._asking = asyncio.Lock()
        self._first: dict[tuple[str, str], asyncio.Task[ToolResult]] = {}

    def start(self, call: ToolCall, limit_s: float | None) -> tuple[asyncio.Task[ToolResult], bool]:
        """Begin one call, at most `limit_s` long; the flag is False when an equal call was begun before."""
        key = (call.name, call.raw_arguments if call.arguments is None else _key(call.arguments))
        known = self._first.get(key)
        if known is not None:
            return known, False
        task = asyncio.create_task(self._call(call, limit_s))
        self._first[key] = task
        return task, True

    async def stop(self) -> None:
        """Cancel what still runs and wait until it has stopped."""
        running = [each for each in self._first.values() if not each.done()]
        for each in running:
            each.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _call(self, call: ToolCall, limit_s: float | None) -> ToolResult:
        tool = self._tools.get(call.name)
        if tool is None:
            return failure("unknown_tool", "there is no tool of this name", tools=sorted(self._tools))
        if call.arguments is None:
            return failure("broken_arguments", "the arguments are not one complete JSON object; call again")
        try:
            if tool.effect == "acts" and not await self._agreed(tool, call.arguments):
                return failure("not_permitted", "the person did not agree to this action; do not try again")
            async with asyncio.timeout(limit_s):
                result = await tool.call(self._context, call.arguments)
            canonical_json(result.content)
        except InvalidInput as error:
            return failure(error.code, error.message, field=error.field)
        except KangbanError as error:
            return failure(error.code, error.message)
        except TimeoutError:
            return failure("unavailable", "the tool did not finish in time")
        except Exception as error:  # noqa: BLE001  a tool of somebody else's may raise anything; the run goes on
            # Without the traceback: it may hold record values.
            _log.error("tool %s failed with %s", tool.name, type(error).__name__)
            return failure("broken", "the tool failed; answer without it and say what could not be checked")
        return result

    async def _agreed(self, tool: ToolSpec, arguments: dict[str, Any]) -> bool:
        if self._approve is None:
            return False
        async with self._asking:
            return await self._approve(tool, arguments)


def failure(code: str, message: str, **more: Any) -> ToolResult:
    """A result that says what went wrong: {"error": {"code", "message", …}}, without record values."""
    return ToolResult({"error": {"code": code, "message": message, **{k: v for k, v in more.items() if v}}}, ok=False)


def _key(arguments: dict[str, Any]) -> str:
    try:
        return canonical_json(arguments)
    except InvalidInput:
        return repr(sorted(arguments))
