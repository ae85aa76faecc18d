"""Tools that turn words into sound or a picture: what nobody reads afterwards passes the guard before it is made."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import msgspec

from kangban.journeys.workshop.tool_words import released_words
from kangban.kernel.texts import t
from kangban.ports.tool import ToolContext, ToolResult, ToolSpec

_DRAWN: Final = frozenset({"drawing"})
_WRITTEN_ON: Final = frozenset({"mark_image"})


def guarded(spec: ToolSpec) -> ToolSpec:
    """The tool as an agent calls it: with words that would be held in an answer it is not run at all."""
    if "audio" not in spec.gives and spec.group not in _DRAWN and spec.name not in _WRITTEN_ON:
        return spec

    async def call(context: ToolContext, arguments: dict[str, Any]) -> ToolResult:
        # Judging reads for a while; the loop goes on meanwhile.
        if await asyncio.to_thread(released_words, arguments, context.lang) != arguments:
            return ToolResult({"withheld": t("tool_server.paper_withheld", context.lang)}, ok=False)
        return await spec.call(context, arguments)

    return msgspec.structs.replace(spec, call=call)
