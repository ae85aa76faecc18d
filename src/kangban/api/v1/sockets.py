"""The WebSocket face: JSON messages with an id each, several requests at once on one socket, each stopped by its id.

In: {"id", "type": "chat" | "models" | "cancel", "request"}. Out: {"id", "event", "body"} with the events "chunk",
"completion", "models", "error", "cancelled", "done". The last of an id is "done", or "cancelled" for one that was.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from kangban.api.door import Caller
from kangban.api.v1.asked import Chat
from kangban.api.v1.completions import Chunks, model_list, whole
from kangban.api.v1.entry import gone
from kangban.api.v1.face import Face
from kangban.api.v1.faults import Fault, fault_of
from kangban.api.v1.reading import read

_POLICY: Final = 1008
MOST_AT_ONCE: Final = 8  # requests of one socket
MOST_SOCKETS: Final = 8  # of one caller


class Asked(msgspec.Struct, frozen=True):
    """One message of the client's."""

    id: Annotated[str, Meta(min_length=1, max_length=100)]
    type: Literal["chat", "models", "cancel"] = "chat"
    request: msgspec.Raw = msgspec.Raw(b"{}")


class Sockets:
    """Takes sockets in, by the same key as HTTP does."""

    def __init__(self, face: Face) -> None:
        self._face = face
        self._open: dict[str, int] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One socket, from its key to its end."""
        socket = WebSocket(scope, receive, send)
        await receive()  # the wish to connect
        remote = socket.client.host if socket.client else ""
        try:
            caller = await self._face.entry.let_in(socket.headers.getlist("authorization"), remote)
            if self._open.get(caller.name, 0) >= MOST_SOCKETS:
                raise Fault(429, "too many sockets", code="rate_limit_exceeded", wait_s=1)
        except Exception as error:  # noqa: BLE001 - told by its status, whatever it is
            await _denied(scope, send, fault_of(error))
            return
        self._open[caller.name] = self._open.get(caller.name, 0) + 1
        try:
            await send({"type": "websocket.accept", "subprotocol": None, "headers": []})
            await _Talk(self._face, caller, send).go_on(receive)
        finally:
            self._open[caller.name] -= 1
            if not self._open[caller.name]:
                del self._open[caller.name]


async def _denied(scope: Scope, send: Send, fault: Fault) -> None:
    """A status where the server can send one, else a closed door."""
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": _POLICY})
        return
    head = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    await send({"type": "websocket.http.response.start", "status": fault.status, "headers": head})
    await send({"type": "websocket.http.response.body", "body": msgspec.json.encode(fault.answer)})


class _Talk:
    """One socket's requests."""

    def __init__(self, face: Face, caller: Caller, send: Send) -> None:
        self._face, self._caller, self._send = face, caller, send
        self._sending = asyncio.Lock()
        self._running: dict[str, asyncio.Task[None]] = {}

    async def go_on(self, receive: Receive) -> None:
        """Until the client has gone; what still runs is stopped then."""
        try:
            while (message := await receive())["type"] != "websocket.disconnect":
                text: str | None = message.get("text")
                await self._take(message.get("bytes") or b"" if text is None else text.encode("utf-8", "surrogatepass"))
        except (WebSocketDisconnect, OSError):
            return
        finally:
            await gone(list(self._running.values()))

    async def _take(self, raw: bytes) -> None:
        try:
            asked = read(raw, Asked)
        except Fault as fault:
            await self._tell(None, "error", fault.answer.error)
            return
        if asked.type == "cancel":
            await self._cancel(asked.id)
        elif asked.id in self._running:
            fault = Fault(409, "a request of this id is under way", param="id", code="id_in_use")
            await self._tell(asked.id, "error", fault.answer.error)
        elif len(self._running) >= MOST_AT_ONCE:
            fault = Fault(429, "too many requests at once", code="rate_limit_exceeded", wait_s=1)
            await self._tell(asked.id, "error", fault.answer.error)
        else:
            task = asyncio.create_task(self._work(asked))
            self._running[asked.id] = task

    async def _cancel(self, id: str) -> None:
        task = self._running.pop(id, None)
        if task is None:
            fault = Fault(404, "no request of this id is under way", param="id", code="not_found")
            await self._tell(id, "error", fault.answer.error)
            return
        await gone([task])
        await self._tell(id, "cancelled", None)

    async def _work(self, asked: Asked) -> None:
        try:
            await self._face.entry.again(self._caller)
            if asked.type == "models":
                await self._tell(asked.id, "models", model_list(await self._face.models(self._caller)))
            else:
                await self._chat(asked)
        except Exception as error:  # noqa: BLE001 - every failure of a request is an event of it
            await self._tell(asked.id, "error", fault_of(error).answer.error)
        finally:
            if self._running.get(asked.id) is asyncio.current_task():
                del self._running[asked.id]
        await self._tell(asked.id, "done", None)

    async def _chat(self, asked: Asked) -> None:
        chat = read(bytes(asked.request), Chat)
        events = self._face.chat(self._caller, chat)
        if not chat.stream:
            await self._tell(asked.id, "completion", await whole(events))
            return
        chunks = Chunks(chat)
        async with aclosing(events):
            async for event in events:
                for chunk in chunks.of(event):
                    await self._tell(asked.id, "chunk", chunk)

    async def _tell(self, id: str | None, event: str, body: Any) -> None:
        told = msgspec.json.encode({"id": id, "event": event, "body": body}).decode()
        async with self._sending:
            await self._send({"type": "websocket.send", "text": told})
