"""Running the tools a model asked for. Whatever goes wrong becomes a result the model can read; nothing here raises.

What a tool says of itself is held here: its own time limit, its retries, how long an answer may be used again. What
it made goes on the run's shelf, and a result too big for any model is cut, and says so.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

import msgspec

from kangban.kernel.canonical import canonical_json
from kangban.kernel.errors import InvalidInput, KangbanError, Unavailable
from kangban.ports.chat_model import ToolCall
from kangban.ports.tool import ToolContext, ToolResult, ToolSpec

Approve = Callable[[ToolSpec, dict[str, Any]], Awaitable[bool]]

_log = logging.getLogger(__name__)

MOST_CHARACTERS = 100_000  # of one result as JSON: past any model's window, and a page of it must not fill a run
_SHOWN_OF_CUT = 20_000
_FIRST_WAIT_S = 0.2

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
            result = await run_tool(tool, self._context, call.arguments, limit_s)
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


async def run_tool(
    tool: ToolSpec, context: ToolContext, arguments: dict[str, Any], limit_s: float | None = None
) -> ToolResult:
    """Run one tool as it says of itself: within the shorter of both limits, with its retries and its cache.

    Raises what the tool raises, and TimeoutError. What it made lies on the context's shelf afterwards, named in the
    content under "media"; content of more than MOST_CHARACTERS is cut.
    """
    kept = None if tool.effect == "acts" or tool.cache_s <= 0 else _cache_key(tool, context, arguments)
    if kept is not None and (found := _CACHE.find(kept)) is not None:
        return found
    limits = [one for one in (limit_s, tool.timeout_s) if one is not None]
    async with asyncio.timeout(min(limits) if limits else None):
        result = _bounded(_shelved(await _tried(tool, context, arguments), context))
    if kept is not None and result.ok and not result.media:
        _CACHE.keep(kept, result, tool.cache_s)
    return result


async def _tried(tool: ToolSpec, context: ToolContext, arguments: dict[str, Any]) -> ToolResult:
    """A tool that acts is never tried twice: nobody knows how far the first try came."""
    for attempt in range(0 if tool.effect == "acts" else tool.retries):
        try:
            return await tool.call(context, arguments)
        except Unavailable:
            await asyncio.sleep(_FIRST_WAIT_S * 2**attempt)
    return await tool.call(context, arguments)


def _shelved(result: ToolResult, context: ToolContext) -> ToolResult:
    if not result.media:
        return result
    if context.media is None:
        raise InvalidInput("this run takes no pictures, sounds or files", field="media")
    named = [
        {"ref": context.media.put(one), "kind": one.kind, "media_type": one.media_type, "name": one.name}
        for one in result.media
    ]
    content = cast("dict[str, Any]", result.content) if isinstance(result.content, dict) else {"result": result.content}
    return msgspec.structs.replace(result, content={**content, "media": named})


def _bounded(result: ToolResult) -> ToolResult:
    written = canonical_json(result.content)
    if len(written) <= MOST_CHARACTERS:
        return result
    told = {"cut": True, "characters": len(written), "beginning": written[:_SHOWN_OF_CUT]}
    note = "the result was too big; only its beginning is shown. Ask for less, or for a part."
    return msgspec.structs.replace(result, content={**told, "note": note})


class _Cache:
    """Results for a short while, oldest forgotten first. In memory only: no answer about a person goes on a disk."""

    def __init__(self, most: int = 256) -> None:
        self._kept: dict[tuple[Any, ...], tuple[float, ToolResult]] = {}
        self._most = most

    def find(self, key: tuple[Any, ...]) -> ToolResult | None:
        """A result that is still fresh, or None."""
        until, result = self._kept.get(key, (0.0, None))
        return result if time.monotonic() < until else None

    def keep(self, key: tuple[Any, ...], result: ToolResult, for_s: float) -> None:
        """Keep for so many seconds."""
        self._kept.pop(key, None)
        while len(self._kept) >= self._most:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = (time.monotonic() + for_s, result)


_CACHE = _Cache()


def _cache_key(tool: ToolSpec, context: ToolContext, arguments: dict[str, Any]) -> tuple[Any, ...]:
    # The function itself stands in the key: two tools of one name are two tools. So do the facts of the person.
    person = canonical_json(context.person)
    return (tool.call, context.family_id, context.member_id, person, context.lang, _key(arguments))


def failure(code: str, message: str, **more: Any) -> ToolResult:
    """A result that says what went wrong: {"error": {"code", "message", …}}, without record values."""
    return ToolResult({"error": {"code": code, "message": message, **{k: v for k, v in more.items() if v}}}, ok=False)


def _key(arguments: dict[str, Any]) -> str:
    try:
        return canonical_json(arguments)
    except InvalidInput:
        return repr(sorted(arguments))
