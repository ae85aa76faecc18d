"""The interface as one ASGI application: door, limits, strict reading, work, and one shape for what goes wrong."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from kangban.api.call import Call, Endpoint, NoWords
from kangban.api.description import document
from kangban.api.door import Caller, Door
from kangban.api.houses import Houses
from kangban.api.rate import Limits, Rate
from kangban.api.table import ENDPOINTS
from kangban.api.wire import NO_STORE, answer, error_answer, read_json, read_query, refusal
from kangban.kernel.errors import Broken, InvalidInput, KangbanError

LOG = logging.getLogger("kangban.api")
VERSIONED = "/v1"
_HEAVY = "kangban.heavy"  # in the scope: whose heavy work this request is


def build_api(houses: Houses, limits: Limits | None = None) -> ASGIApp:
    """The application, mounted under /api by the server."""
    limits = limits or Limits()
    desk = _Desk(houses, limits)
    paths: dict[str, dict[str, Endpoint]] = {}
    for one in ENDPOINTS:
        paths.setdefault(one.path, {})[one.method] = one
    routes = [Route(f"{VERSIONED}{path}", _Address(desk, by_method)) for path, by_method in paths.items()]
    routes.append(Route(f"{VERSIONED}/openapi.json", _described, methods=["GET"]))
    return Router(routes, redirect_slashes=False, default=_Address(desk, {}))


async def _described(_: Request) -> Response:
    """The description names no family and no account: it is open to all who reach the server."""
    return Response(document(), 200, NO_STORE, media_type="application/json")


class _Desk:
    """What all addresses share."""

    def __init__(self, houses: Houses, limits: Limits) -> None:
        self.houses, self.limits = houses, limits
        self.door = Door(houses, limits)
        self._rate, self._heavy = Rate(limits.per_minute), Rate(limits.heavy_per_minute)
        self._under_way: Counter[str] = Counter()

    def too_many(self, caller: Caller, one: Endpoint) -> Response | None:
        """One more of this caller, or the word to wait."""
        waits = self._rate.take(caller.name) or (self._heavy.take(caller.name) if one.heavy else 0)
        if not waits and one.heavy and self._under_way[caller.name] >= self.limits.streams_at_once:
            waits = 1
        return refusal(429, "too_many", "too many requests", {"Retry-After": str(waits)}) if waits else None

    def enter(self, caller: str) -> None:
        """Something heavy has begun; `leave` ends it."""
        self._under_way[caller] += 1

    def leave(self, caller: str) -> None:
        """It has ended; nothing happens for nobody."""
        if self._under_way[caller] > 1:
            self._under_way[caller] -= 1
        else:
            del self._under_way[caller]


class _Address:
    """One path with its methods. A class, so that Starlette hands every method over and we say which there are."""

    def __init__(self, desk: _Desk, by_method: Mapping[str, Endpoint]) -> None:
        self._desk = desk
        self._by_method = by_method

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, whatever happens, in the documented shape."""
        if scope["type"] != "http":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        request = Request(scope, receive)
        try:
            await (await self._answered(request))(scope, receive, send)
        except ClientDisconnect:
            return
        finally:
            self._desk.leave(scope.get(_HEAVY, ""))

    async def _answered(self, request: Request) -> Response:
        try:
            return await self._answer(request)
        except KangbanError as error:
            return answer(error_answer(error), error.http_status)
        except ClientDisconnect:
            raise
        except Exception as error:  # noqa: BLE001 - caught here, or the trace with its values would be printed
            LOG.error("an endpoint failed: %s", type(error).__name__)
            return answer(error_answer(Broken("unexpected")), 500)

    async def _answer(self, request: Request) -> Response:
        desk = self._desk
        caller = await desk.door.let_in(request)
        if isinstance(caller, Response):
            return caller
        one = self._by_method.get("GET" if request.method == "HEAD" else request.method)
        if one is None:
            return self._no_method()
        if busy := desk.too_many(caller, one):
            return busy
        if one.heavy:
            desk.enter(caller.name)
            request.scope[_HEAVY] = caller.name
        query = read_query(request.query_params.multi_items(), one.query)
        body = await self._body(request, one)
        if isinstance(body, Response):
            return body
        found = await one.work(Call(desk.houses, desk.door, request, caller, body=body, query=query))
        return found if isinstance(found, Response) else answer(found, one.status)

    def _no_method(self) -> Response:
        if not self._by_method:
            return refusal(404, "not_found", "no such address")
        allowed: list[str] = sorted({*self._by_method, *(("HEAD",) if "GET" in self._by_method else ())})
        return refusal(405, "invalid_input", "no such method here", {"Allow": ", ".join(allowed)})

    async def _body(self, request: Request, one: Endpoint) -> Any:
        limits = self._desk.limits
        most = one.most_body or limits.most_body
        if one.body is None:
            return NoWords()
        kind = request.headers.get("content-type", "").split(";")[0].strip().casefold()
        if kind != "application/json" or request.headers.get("content-encoding", "identity") != "identity":
            return refusal(415, "invalid_input", "send application/json")
        length = request.headers.get("content-length", "0")
        if not (length.isascii() and length.isdecimal()):
            raise InvalidInput("a length in digits", field="content-length")
        if int(length[:12]) > most:
            return refusal(413, "invalid_input", f"more than {most} bytes")
        raw = bytearray()
        try:
            async with asyncio.timeout(limits.body_within_s):
                async for part in request.stream():
                    raw += part
                    if len(raw) > most:
                        return refusal(413, "invalid_input", f"more than {most} bytes")
        except TimeoutError:
            return refusal(408, "invalid_input", "the body came too slowly", {"Connection": "close"})
        return read_json(bytes(raw), one.body)
