"""The whole offer of one server: the tools of the shelf with what they reach, and the question to Kangban."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from mcp.server.lowlevel import Server

from kangban.adapters.sandbox import one_interpreter
from kangban.api.mcp.ask import ask_tool
from kangban.api.mcp.calls import CallLimits, Session
from kangban.api.mcp.houses import Houses
from kangban.api.mcp.offer import offered
from kangban.api.mcp.server import build_server
from kangban.app.reach import make_outside
from kangban.app.tool_context import tool_context
from kangban.clinical.urgency import Lang
from kangban.journeys.house import House
from kangban.ports.tool import ToolContext, ToolSpec
from kangban.settings import Settings
from kangban.toolbox.shelf import all_tools

# The API key of a request, "" where none was given.
KeyOf = Callable[[Session], str]


class _Asking(msgspec.Struct, frozen=True):
    """What the asking tool needs of its request; no tool of the shelf sees it."""

    secret: str

    def __repr__(self) -> str:
        return "_Asking()"


@asynccontextmanager
async def opened_server(
    settings: Settings, houses: Houses, lang: Lang, key_of: KeyOf, limits: CallLimits | None = None
) -> AsyncGenerator[Server[dict[str, Any]]]:
    """The server over every tool that works without a record; at the end the interpreter and the model are closed.

    Raises SettingsRefused.
    """
    outside = make_outside(settings)

    async def house_of(context: ToolContext) -> House:
        asking = context.services
        return await houses.house_of(asking.secret if isinstance(asking, _Asking) else "")

    asking = ask_tool(house_of)

    async def contexts(spec: ToolSpec, session: Session) -> ToolContext:
        context = tool_context(settings, spec, lang, outside=outside)
        if spec.needs:
            # The operator's keys work for somebody who may ask here, never for a stranger on this machine.
            await houses.house_of(key_of(session))
        if spec is asking:
            return msgspec.structs.replace(context, services=_Asking(key_of(session)))
        return context

    try:
        yield build_server((*offered(all_tools()), asking), contexts, lang, limits)
    finally:
        await one_interpreter().close()
        if outside.model is not None:
            await outside.model.close()
        await houses.close()
