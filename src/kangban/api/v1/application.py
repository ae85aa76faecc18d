"""The HTTP face, mounted under /v1: bearer keys, JSON, server-sent events, and a stop when the client goes away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Any, Final

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route, Router, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from kangban.api.door import Caller
from kangban.api.v1.asked import Chat
from kangban.api.v1.completions import Chunks, model_list, model_of, whole
from kangban.api.v1.face import Face
from kangban.api.v1.faults import Fault, fault_of
from kangban.api.v1.reading import read_body
from kangban.api.v1.responses import Create, asked_of, response_events, response_of
from kangban.api.v1.sockets import Sockets
from kangban.api.v1.told import Event, Working
from kangban.api.wire import NO_STORE
from kangban.clinical.urgency import Lang

_STREAM: Final = {**NO_STORE, "X-Accel-Buffering": "no"}
_ALIVE: Final = b": working\n\n"
Talk = Callable[[Request, Caller, Send], Awaitable[None]]


def build_v1(face: Face) -> ASGIApp:
    """The application, mounted under /v1 by the server."""
    desk = _Desk(face)
    routes = [
        Route("/models", _Address(face, {"GET": desk.models})),
        Route("/models/{model}", _Address(face, {"GET": desk.model})),
        Route("/chat/completions", _Address(face, {"POST": desk.chat})),
        Route("/responses", _Address(face, {"POST": desk.respond})),
        Route("/embeddings", _Address(face, {"POST": desk.no_embeddings})),
        WebSocketRoute("/ws", Sockets(face)),
    ]
    return Router(routes, redirect_slashes=False, default=_Address(face, {}))


class _Address:
    """One path with its methods, behind the key; whatever goes wrong is told in the one shape."""

    def __init__(self, face: Face, by_method: dict[str, Talk]) -> None:
        self._face, self._by_method = face, by_method

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; a client that goes away ends the work for it."""
        if scope["type"] != "http":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        request, begun = Request(scope, receive), False

        async def watch(message: Any) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._answer(request, watch)
        except (ClientDisconnect, OSError):
            return
        except Exception as error:  # noqa: BLE001 - the trace with its values would be printed
            fault = fault_of(error)
            if not begun:
                await refused(fault)(scope, receive, send)

    async def _answer(self, request: Request, send: Send) -> None:
        remote = request.client.host if request.client else ""
        caller = await self._face.entry.let_in(request.headers.getlist("authorization"), remote)
        talk = self._by_method.get("GET" if request.method == "HEAD" else request.method)
        if talk is None:
            if self._by_method:
                raise Fault(405, "no such method here", code="method_not_allowed")
            raise Fault(404, "no such address", code="unknown_url")
        await talk(request, caller, send)


class _Desk:
    """The work behind each address."""

    def __init__(self, face: Face) -> None:
        self._face = face

    async def models(self, request: Request, caller: Caller, send: Send) -> None:
        """GET /models."""
        await _tell(request, send, model_list(await self._face.models(caller)))

    async def model(self, request: Request, caller: Caller, send: Send) -> None:
        """GET /models/NAME."""
        await _tell(request, send, model_of(await self._face.model(caller, str(request.path_params["model"]))))

    async def chat(self, request: Request, caller: Caller, send: Send) -> None:
        """POST /chat/completions."""
        asked = await read_body(request, self._face.entry.limits.body_within_s, Chat)
        events = self._face.chat(caller, asked, _lang(request))
        if not asked.stream:
            await _while_here(request, _tell_later(request, send, whole(events)))
            return
        chunks = Chunks(asked)

        async def lines() -> AsyncGenerator[bytes, None]:
            async with aclosing(events):
                async for event in events:
                    made = chunks.of(event)
                    yield b"".join(_line(one) for one in made) if made else _ALIVE
            yield b"data: [DONE]\n\n"

        await _while_here(request, _stream(lines(), send))

    async def respond(self, request: Request, caller: Caller, send: Send) -> None:
        """POST /responses."""
        create = await read_body(request, self._face.entry.limits.body_within_s, Create)
        asked = asked_of(create)
        events: AsyncGenerator[Event, None] = self._face.chat(caller, asked, _lang(request))
        if not create.stream:
            await _while_here(request, _tell_later(request, send, response_of(create, events)))
            return

        async def lines() -> AsyncGenerator[bytes, None]:
            async with aclosing(response_events(create, events)) as told:
                async for one in told:
                    yield _ALIVE if isinstance(one, Working) else _named(one)

        await _while_here(request, _stream(lines(), send))

    async def no_embeddings(self, _request: Request, _caller: Caller, _send: Send) -> None:
        """POST /embeddings."""
        raise Fault(404, "no embeddings here: agents answer in words", code="not_supported")


def refused(fault: Fault) -> Response:
    """A fault as an answer."""
    headers = dict(NO_STORE)
    if fault.wait_s:
        headers["Retry-After"] = str(fault.wait_s)
    if fault.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="kangban"'
    return Response(msgspec.json.encode(fault.answer), fault.status, headers, media_type="application/json")


def _lang(request: Request) -> Lang | None:
    wanted = request.headers.get("accept-language", "").strip().casefold()
    if wanted.startswith(("zh", "en")):
        return "en" if wanted.startswith("en") else "zh"
    return None


async def _tell(request: Request, send: Send, value: Any) -> None:
    answer = Response(msgspec.json.encode(value), 200, dict(NO_STORE), media_type="application/json")
    await answer(request.scope, request.receive, send)


async def _tell_later(request: Request, send: Send, value: Awaitable[Any]) -> None:
    await _tell(request, send, await value)


async def _stream(lines: AsyncGenerator[bytes, None], send: Send) -> None:
    """Send as it comes. The first is awaited before the status, so that a refusal is one."""
    async with aclosing(lines):
        first = await anext(lines)
        head = [(b"content-type", b"text/event-stream; charset=utf-8")]
        head += [(name.lower().encode(), value.encode()) for name, value in _STREAM.items()]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": first, "more_body": True})
        try:
            async for line in lines:
                await send({"type": "http.response.body", "body": line, "more_body": True})
        except Fault as fault:
            # The status is out: an event is the only answer left.
            await send({"type": "http.response.body", "body": _line(fault.answer), "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _while_here(request: Request, work: Awaitable[None]) -> None:
    """Do it until it is done or the client has gone, which cancels it; raises what it raises."""
    task = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_left(request))
    try:
        await asyncio.wait((task, leaving), return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
    finally:
        for one in (task, leaving):
            one.cancel()
        await asyncio.gather(task, leaving, return_exceptions=True)


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _line(value: Any) -> bytes:
    return b"data: " + msgspec.json.encode(value) + b"\n\n"


def _named(value: dict[str, Any]) -> bytes:
    return b"event: " + str(value["type"]).encode() + b"\n" + _line(value)
