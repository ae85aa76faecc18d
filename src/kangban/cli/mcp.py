"""`kangban mcp serve`: the tools for clients that speak MCP."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, cast

import typer

from kangban.cli.options import DataDir, Demo, Lang, language

if TYPE_CHECKING:
    from kangban.clinical.urgency import Lang as LangCode

Http = Annotated[bool, typer.Option("--http", help="On HTTP at /mcp, instead of stdin and stdout.")]
Host = Annotated[str, typer.Option("--host", help="Address to listen on.")]
Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="Port to listen on.")]
Conformance = Annotated[bool, typer.Option("--conformance", help="Add the fixtures of MCP's conformance suite.")]


def serve(
    http: Http = False,
    host: Host = "127.0.0.1",
    port: Port = 8100,
    conformance: Conformance = False,
    lang: Lang = "zh",
    data_dir: DataDir = None,
    demo: Demo = False,
) -> None:
    """Serve the tools over MCP; on HTTP, `ready http://HOST:PORT/mcp` is printed once it answers.

    Beyond this machine every request needs an API key (`kangban keys add --scopes ask,…`). On stdio the key of
    KANGBAN_API_KEY says who asks, where there are accounts.
    """
    import asyncio
    import logging

    from kangban.api.mcp.serving import Serving, serve_http, serve_stdio
    from kangban.kernel.errors import KangbanError
    from kangban.settings import read_settings

    # The library tells of every wrong message with its trace, and with the values in it.
    logging.getLogger("mcp").setLevel(logging.CRITICAL)
    code = 0
    try:
        settings = read_settings(data_dir=data_dir, demo=demo)
        additions = None
        if conformance:
            from kangban.api.mcp.conformance import add_fixtures

            additions = add_fixtures
        serving = Serving(settings, cast("LangCode", language(lang)), additions)
        if http:
            code = asyncio.run(serve_http(serving, host, port, _ready))
        else:
            asyncio.run(serve_stdio(serving, os.environ.get("KANGBAN_API_KEY", "")))
    except KangbanError as error:
        typer.echo(error.message, err=True)
        code = error.exit_code
    raise typer.Exit(code)


def _ready(address: str) -> None:
    print(f"ready {address}", flush=True)
