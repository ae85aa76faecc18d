"""`kangban worker`: send notices and watch the clocks of held answers, without the pages."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from kangban.cli.options import DataDir, Demo

if TYPE_CHECKING:
    from kangban.settings import Settings

Once = Annotated[bool, typer.Option("--once", help="One round, then stop; for a timer of the system.")]


def worker(once: Once = False, data_dir: DataDir = None, demo: Demo = False) -> None:
    """Run until stopped; `serve` does the same beside the pages."""
    from kangban.kernel.errors import KangbanError
    from kangban.settings import read_settings

    try:
        asyncio.run(_work(read_settings(data_dir=data_dir, demo=demo), once))
    except KeyboardInterrupt:
        raise typer.Exit(0) from None
    except KangbanError as error:
        typer.echo(error.message, err=True)
        raise typer.Exit(error.exit_code) from None


async def _work(settings: Settings, once: bool) -> None:
    from kangban import worker as works
    from kangban.app import close_house, open_doors
    from kangban.kernel.clock import SystemClock

    opened = await open_doors(settings)
    try:
        if once:
            done = await works.once(opened, SystemClock())
            typer.echo(f"sent {done.sent}, ran out {done.ran_out}")
            return
        typer.echo("ready")
        await works.forever(opened, SystemClock())
    finally:
        await close_house(opened.house)
