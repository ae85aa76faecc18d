"""The server on its feet: on stdio for one client, on HTTP at /mcp for several."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

import msgspec
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.server.streamable_http import EventStore
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from kangban.api.mcp.calls import CallLimits, Session
from kangban.api.mcp.events import EventRing
from kangban.api.mcp.gate import SECRET, HostDoor, KeyDoor, is_loopback
from kangban.api.mcp.houses import Houses
from kangban.api.mcp.shelf import opened_server
from kangban.app.listening import in_address, listen, on_signals, serve_until_told
from kangban.clinical.urgency import Lang
from kangban.kernel.errors import SettingsRefused
from kangban.settings import Settings

PATH: Final = "/mcp"
MOST_BODY: Final = 16 * 1024 * 1024  # a picture of 12 MB in base64
MOST_SESSIONS: Final = 64
MOST_CONNECTIONS: Final = 256
IDLE_S: Final = 900.0
DRAIN_S: Final = 3
_HEADER_BYTES = 64 * 1024

# What is added to the server before it starts, e.g. the fixtures of the conformance suite.
Additions = Callable[[Server[dict[str, Any]]], None]


class Serving(msgspec.Struct, frozen=True):
    """How a server is to run."""

    settings: Settings
    lang: Lang
    additions: Additions | None = None
    limits: CallLimits | None = None


async def serve_stdio(serving: Serving, secret: str = "") -> None:
    """Serve the client at stdin and stdout until it goes away, or SIGTERM or SIGINT come."""

    def key_of(_: Session) -> str:
        return secret

    houses, told = Houses(serving.settings), asyncio.Event()
    async with opened_server(serving.settings, houses, serving.lang, key_of, serving.limits) as server:
        if serving.additions is not None:
            serving.additions(server)
        on_signals(told.set)
        talking = asyncio.create_task(_talk(server))
        stopping = asyncio.create_task(told.wait())
        await asyncio.wait({talking, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not told.is_set():
            await talking
    if told.is_set():
        # A thread waits for the client's next line, and nothing but that line can end it. All else is closed by now.
        sys.stderr.flush()
        os._exit(0)


async def _talk(server: Server[dict[str, Any]]) -> None:
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


class _Sessions(StreamableHTTPSessionManager):
    """Sessions, each with events of its own: the library numbers the streams of every session alike."""

    @property
    def event_store(self) -> EventStore | None:
        """A new one for each session that asks."""
        return EventRing()

    @event_store.setter
    def event_store(self, _: EventStore | None) -> None:
        """Set by the library, and not used."""


class _Endpoint:
    """The manager as one address: a class, so that the framework hands over the bare request."""

    def __init__(self, manager: StreamableHTTPSessionManager) -> None:
        self._manager = manager

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._manager.handle_request(scope, receive, send)


def http_app(server: Server[dict[str, Any]], houses: Houses, host: str, settings: Settings) -> ASGIApp:
    """The application behind its doors: names, key, sizes."""
    manager = _Sessions(
        server, retry_interval=500, session_idle_timeout=IDLE_S, max_request_body_size=MOST_BODY,
        max_sessions=MOST_SESSIONS,
    )  # fmt: skip

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        async with manager.run():
            yield

    inner = Starlette(routes=[Route(PATH, endpoint=_Endpoint(manager))], lifespan=lifespan)
    keyed = KeyDoor(inner, houses, required=not is_loopback(host))
    return HostDoor(keyed, host, settings.public_url)


async def serve_http(serving: Serving, host: str, port: int, ready: Callable[[str], None]) -> int:
    """Serve until SIGTERM or SIGINT; `ready` is told the address. Returns the exit code.

    Raises SettingsRefused for a demo beyond this machine, Unavailable where the port is taken.
    """
    if serving.settings.demo and not is_loopback(host):
        raise SettingsRefused("the demo has no login and listens on this machine only", field="host")
    import uvicorn

    def key_of(session: Session) -> str:
        request = session.request
        return str(request.scope.get(SECRET, "")) if isinstance(request, Request) else ""

    houses = Houses(serving.settings)
    with listen(host, port) as listening:
        async with opened_server(serving.settings, houses, serving.lang, key_of, serving.limits) as server:
            if serving.additions is not None:
                serving.additions(server)
            config = uvicorn.Config(
                # Nothing of a request is logged: what a handler dies of may hold what somebody asked.
                http_app(server, houses, host, serving.settings), log_level="critical", access_log=False, lifespan="on",
                timeout_graceful_shutdown=DRAIN_S, server_header=False, limit_concurrency=MOST_CONNECTIONS,
                http="h11", h11_max_incomplete_event_size=_HEADER_BYTES, ws="none",
            )  # fmt: skip

            async def started() -> None:
                ready(f"http://{in_address(host)}:{listening.getsockname()[1]}{PATH}")

            return await serve_until_told(config, listening, started)
