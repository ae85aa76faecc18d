"""`kangban serve` and `kangban demo`."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from functools import cache, partial
from typing import TYPE_CHECKING, Annotated

import typer

from kangban.cli.options import DataDir, Demo

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from kangban.api.houses import Houses
    from kangban.api.v1.face import Face
    from kangban.settings import Settings

Host = Annotated[str, typer.Option("--host", help="Address to listen on.")]
Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="Port to listen on.")]
Grpc = Annotated[
    int | None, typer.Option("--grpc", min=0, max=65535, help="Also serve the agents over gRPC, on this port.")
]


def serve(
    host: Host = "127.0.0.1", port: Port = 8000, data_dir: DataDir = None, demo: Demo = False, grpc: Grpc = None
) -> None:
    """Start the pages; prints `ready http://HOST:PORT` when they answer."""
    from kangban.api.application import build_api
    from kangban.api.calendar import build_calendar
    from kangban.api.tool_server.application import build_tool_server
    from kangban.api.v1.application import build_v1
    from kangban.api.v1.face import Face
    from kangban.kernel.clock import SystemClock
    from kangban.kernel.errors import KangbanError
    from kangban.settings import read_settings
    from kangban.web.server import run_server
    from kangban.worker import running

    face = cache(Face)  # one for all faces of this server: they share its limits

    def agents_of(houses: Houses) -> ASGIApp:
        return build_v1(face(houses))

    try:
        also = None if grpc is None else partial(_over_grpc, face, grpc)
        settings = read_settings(data_dir=data_dir, demo=demo)
        _say_where_the_key_is(settings)
        rooms = {
            "/api": build_api,
            "/calendar": build_calendar,
            "/tools": build_tool_server,
            "/v1": agents_of,
        }
        code = run_server(settings, host, port, lambda opened: running(opened, SystemClock()), rooms, also)
    except KangbanError as error:
        typer.echo(error.message, err=True)
        code = error.exit_code
    raise typer.Exit(code)


@asynccontextmanager
async def _over_grpc(face: Callable[[Houses], Face], port: int, houses: Houses, host: str) -> AsyncGenerator[None]:
    """The agents over gRPC beside the pages; prints `grpc HOST:PORT` when they answer."""
    from kangban.api.grpc.service import listening

    async with listening(face(houses), host, port, lambda place: print(f"grpc {place}", flush=True)):
        yield


def _say_where_the_key_is(settings: Settings) -> None:
    """One line for a key that Kangban keeps in a file of its own: it is the only copy until somebody makes another."""
    from kangban.app import unlocked
    from kangban.kernel.texts import t

    keys = unlocked(settings)
    if keys is not None and keys.custody.source == "made_file":
        typer.echo(t("vault.key_made_file", settings.lang, place=keys.custody.place), err=True)


def demo(host: Host = "127.0.0.1", port: Port = 8000, data_dir: DataDir = None) -> None:
    """Start the pages with the invented demo family."""
    serve(host, port, data_dir, demo=True)
