"""`kangban serve` and `kangban demo`."""

from __future__ import annotations

from typing import Annotated

import typer

from kangban.cli.options import DataDir, Demo

Host = Annotated[str, typer.Option("--host", help="Address to listen on.")]
Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="Port to listen on.")]


def serve(host: Host = "127.0.0.1", port: Port = 8000, data_dir: DataDir = None, demo: Demo = False) -> None:
    """Start the pages; prints `ready http://HOST:PORT` when they answer."""
    from kangban.kernel.errors import KangbanError
    from kangban.settings import read_settings
    from kangban.web.server import run_server

    try:
        code = run_server(read_settings(data_dir=data_dir, demo=demo), host, port)
    except KangbanError as error:
        typer.echo(error.message, err=True)
        code = error.exit_code
    raise typer.Exit(code)


def demo(host: Host = "127.0.0.1", port: Port = 8000, data_dir: DataDir = None) -> None:
    """Start the pages with the invented demo family."""
    serve(host, port, data_dir, demo=True)
