"""The server: one process, one data directory, pages and their static files."""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from kangban import __version__
from kangban.app.listening import in_address, listen, serve_until_told
from kangban.kernel.errors import KangbanError, SettingsRefused
from kangban.settings import Settings

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from kangban.app import Opened
    from kangban.web.household import Household

STATIC = Path(__file__).parent / "static"
DRAIN_S = 8
HELD_CLIENT_S = 20.0  # how long a page that lost its connection is kept


Beside = Callable[["Opened"], AbstractAsyncContextManager[None]]
# Beginning of an address, e.g. "/api" → what answers there, behind a door of its own instead of the session's.
Rooms = Mapping[str, Callable[["Household"], "ASGIApp"]]
# What listens beside the pages for as long as the server runs, told the address it shares with them.
Also = Callable[["Household", str], AbstractAsyncContextManager[None]]


def run_server(
    settings: Settings, host: str, port: int, beside: Beside | None = None, rooms: Rooms | None = None,
    also: Also | None = None,
) -> int:  # fmt: skip
    """Serve until SIGTERM or SIGINT; returns the exit code. `beside` goes on for every house that is open.

    0 stopped in order; 5 another server holds the directory; 6 port taken or nothing can be written; 7 refused.
    """
    from kangban.web.doors import is_loopback

    try:
        if settings.demo and not is_loopback(host):
            raise SettingsRefused("the demo has no login and listens on this machine only", field="host")
        if not is_loopback(host) and not settings.access_code:
            raise SettingsRefused(
                "set KANGBAN_ACCESS_CODE before listening beyond this machine", field="KANGBAN_ACCESS_CODE"
            )
        with listen(host, port) as listening:
            return asyncio.run(_serve(settings, host, listening, beside, rooms or {}, also))
    except KangbanError as error:
        print(f"kangban: {error.message}", file=sys.stderr, flush=True)  # noqa: T201
        return error.exit_code


async def _serve(
    settings: Settings, host: str, listening: socket.socket, beside: Beside | None, rooms: Rooms, also: Also | None
) -> int:  # fmt: skip
    from kangban.web.household import Household

    household = Household(settings)
    household.beside = beside
    try:
        # Before anything heavy: a second server on the same directory is told at once.
        await household.opened()
        import uvicorn

        from kangban.app import search_index

        port = listening.getsockname()[1]
        household.base_url = settings.public_url or f"http://{_reachable(host)}:{port}"
        household.announce = lambda address: _say(f"first administrator: {address}")
        app = build_app(household, host, rooms)
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, timeout_graceful_shutdown=DRAIN_S, server_header=False,
            ws_max_size=4 * 1024 * 1024, lifespan="on",
            # The other parser keeps a header of any length in memory.
            http="h11", h11_max_incomplete_event_size=64 * 1024,
        )  # fmt: skip

        async def started() -> None:
            _say(f"ready http://{in_address(host)}:{port}")
            if not household.started_with_demo:
                await household.invite_first()
            # The first question need not wait for the index.
            await asyncio.to_thread(search_index().search, "咳嗽")

        async with also(household, host) if also is not None else nullcontext():
            return await serve_until_told(config, listening, started)
    finally:
        await household.close()


def _reachable(host: str) -> str:
    """An address a browser on this machine can open: listening everywhere is no place to go."""
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host.strip("[]"), in_address(host))  # noqa: S104 - not bound


def _told(error: Exception) -> None:
    logging.getLogger("kangban.web").error("a page failed: %s", type(error).__name__)


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201


def build_app(household: Household, host: str, rooms: Rooms | None = None) -> ASGIApp:
    """The whole application behind its doors."""
    from fastapi import FastAPI
    from fastapi.staticfiles import StaticFiles
    from nicegui import app as pages
    from nicegui import ui
    from starlette.middleware.gzip import GZipMiddleware
    from starlette.responses import FileResponse, JSONResponse

    from kangban.web import routes
    from kangban.web.doors import Doors
    from kangban.web.frame import head_html
    from kangban.web.sessions import Sessions
    from kangban.web.sockets import SocketDoor

    # NiceGUI would print what failed in an event with its trace, and with the values in it.
    logging.getLogger("nicegui").setLevel(logging.CRITICAL)
    pages.on_exception(_told)  # pyright: ignore[reportUnknownMemberType]
    outer = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @outer.get("/health")
    async def health() -> JSONResponse:  # pyright: ignore[reportUnusedFunction]
        return JSONResponse({"status": "ok", "version": __version__}, headers={"Cache-Control": "no-store"})

    @outer.get("/manifest.webmanifest")
    async def manifest() -> FileResponse:  # pyright: ignore[reportUnusedFunction]
        return FileResponse(STATIC / "manifest.json", media_type="application/manifest+json")

    for beginning, build in (rooms or {}).items():
        outer.mount(beginning, build(household))
    routes.add(outer, household)
    outer.mount("/static", StaticFiles(directory=STATIC), name="our-static")
    stamp = str(int(max(p.stat().st_mtime for p in STATIC.iterdir())))
    ui.add_head_html(head_html(stamp, household.settings.lang), shared=True)
    routes.add_pages(pages, household)
    ui.run_with(  # pyright: ignore[reportUnknownMemberType]
        outer, title="康伴", favicon=STATIC / "icon.svg", language="zh-CN", dark=None, tailwind=False,
        binding_refresh_interval=None, reconnect_timeout=HELD_CLIENT_S, gzip_middleware_factory=None,
        show_welcome_message=False,
    )  # fmt: skip
    SocketDoor(household).stand()
    inner = Sessions(outer, household, tuple(rooms or ()))
    doors = Doors(
        inner, host=host, code=household.settings.access_code, lang=household.settings.lang,
        public_url=household.settings.public_url,
    )  # fmt: skip
    return GZipMiddleware(doors, minimum_size=1024)
