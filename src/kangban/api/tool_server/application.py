"""The tool server as one ASGI application under /tools: door, limits, the call, one shape for what goes wrong."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from kangban.api.door import Caller, Door
from kangban.api.houses import Houses
from kangban.api.rate import Limits, Rate
from kangban.api.tool_server.description import document
from kangban.api.tool_server.incoming import read_call
from kangban.api.tool_server.shapes import answer_of
from kangban.api.v1.entry import Entry, may_ask
from kangban.api.v1.faults import Fault
from kangban.api.wire import NO_STORE, answer, error_answer, refusal
from kangban.clinical.urgency import Lang
from kangban.journeys.workshop.kept import Workshop, workshop_of
from kangban.journeys.workshop.tool_calls import call_tool, find, offered
from kangban.kernel.errors import Broken, KangbanError, NotPermitted
from kangban.ports.media import MediaShelf

LOG = logging.getLogger("kangban.api.tools")
DESCRIBED: Final = "openapi.json"
_T = TypeVar("_T")


def build_tool_server(houses: Houses, limits: Limits | None = None) -> ASGIApp:
    """The application. Everything stands behind the door, the description too: it names what the operator imported."""
    return _ToolServer(houses, limits or Limits())


class _Gone(Exception):
    """Whoever asked went away."""


class _ToolServer:
    def __init__(self, houses: Houses, limits: Limits) -> None:
        self._houses, self._limits = houses, limits
        self._door, self._entry = Door(houses, limits), Entry(houses, limits)
        self._rate, self._heavy = Rate(limits.per_minute), Rate(limits.heavy_per_minute)
        self._under_way: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, whatever happens, in the documented shape."""
        if scope["type"] != "http":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        try:
            response = await self._answered(Request(scope, receive))
        except (ClientDisconnect, _Gone):
            return
        await response(scope, receive, send)

    async def _answered(self, request: Request) -> Response:
        try:
            caller = await self._let_in(request)
            return caller if isinstance(caller, Response) else await self._answer(request, caller)
        except KangbanError as error:
            return answer(error_answer(error), error.http_status)
        except (ClientDisconnect, _Gone):
            raise
        except Exception as error:  # noqa: BLE001 - caught here, or the trace with its values would be printed
            LOG.error("the tool server failed: %s", type(error).__name__)
            return answer(error_answer(Broken("unexpected")), 500)

    async def _let_in(self, request: Request) -> Caller | Response:
        told = request.headers.getlist("authorization")
        if not told or not self._houses.settings.demo:
            return await self._door.let_in(request)
        try:
            # A demo has no keys of its own: the one word that opens it, and only on this machine.
            return await self._entry.let_in(told, request.client.host if request.client else "")
        except Fault as fault:
            return refusal(fault.status, "too_many" if fault.status == 429 else "not_permitted", fault.message)

    async def _answer(self, request: Request, caller: Caller) -> Response:
        if waits := self._rate.take(caller.name):
            return _wait(waits)
        name = _name(request)
        if name == DESCRIBED:
            if request.method not in ("GET", "HEAD"):
                return refusal(405, "invalid_input", "no such method here", {"Allow": "GET, HEAD"})
            tools = offered(await self._workshop(caller))
            return Response(document(tools), 200, NO_STORE, media_type="application/json")
        if request.method != "POST":
            return refusal(405, "invalid_input", "no such method here", {"Allow": "POST"})
        busy = self._under_way[caller.name] >= self._limits.streams_at_once
        if waits := 1 if busy else self._heavy.take(caller.name):
            return _wait(waits)
        self._under_way[caller.name] += 1
        try:
            return await self._call(request, caller, name)
        finally:
            self._under_way[caller.name] -= 1
            if not self._under_way[caller.name]:
                del self._under_way[caller.name]

    async def _call(self, request: Request, caller: Caller, name: str) -> Response:
        workshop = await self._workshop(caller)
        spec = find(workshop, name)
        shelf = MediaShelf()
        arguments = await read_call(request, spec, shelf, self._limits)
        if isinstance(arguments, Response):
            return arguments
        work = call_tool(workshop, spec, arguments, self._lang(request), shelf)
        called = await _while_listened(request, work)
        return answer(answer_of(called))

    async def _workshop(self, caller: Caller) -> Workshop:
        may_ask(caller)
        if not caller.actor.family_id:
            raise NotPermitted("no family in view", field="family", key="error.no_family")
        return workshop_of(await self._houses.house_for(caller.actor, demo=caller.demo))

    def _lang(self, request: Request) -> Lang:
        wanted = request.headers.get("accept-language", "").strip().casefold()
        if wanted.startswith(("zh", "en")):
            return "en" if wanted.startswith("en") else "zh"
        return self._houses.settings.lang


def _name(request: Request) -> str:
    """The one part behind the mount; what has more parts is no tool."""
    path = str(request.scope["path"]).removeprefix(str(request.scope.get("root_path", "")))
    return path.removeprefix("/")


def _wait(seconds: int) -> Response:
    return refusal(429, "too_many", "too many requests", {"Retry-After": str(seconds)})


async def _while_listened(request: Request, work: Coroutine[Any, Any, _T]) -> _T:
    """The work, stopped when whoever asked goes away; raises _Gone then."""
    doing = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait({doing, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not doing.done():
            raise _Gone
        return doing.result()
    finally:
        for task in (doing, leaving):
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await doing


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
