"""A child process: erases a member and kills itself before one step of it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

import msgspec

from kangban.adapters.blob_files import FileBlobs
from kangban.adapters.store import open_stores, sqlite_url
from kangban.journeys import family
from kangban.journeys.accounts.local import local_actor
from kangban.journeys.house import House, seen_by
from tests.support.houses import memory_house

STEPS = ("file", "notices", "entries", "places", "never")


class Deadly:
    """Passes everything on; before one method it kills the process."""

    def __init__(self, inner: Any, method: str) -> None:
        self._inner, self._method = inner, method

    def __getattr__(self, name: str) -> Any:
        if name == self._method:
            os.kill(os.getpid(), signal.SIGKILL)
        return getattr(self._inner, name)


async def house_in(folder: Path, deadly_at: str = "never") -> House:
    """A house in plain files, as the person at this machine sees it."""
    stores = await open_stores(sqlite_url(folder / "record.sqlite3"))

    def perhaps(inner: Any, method: str, step: str) -> Any:
        return Deadly(inner, method) if step == deadly_at else inner

    bare = msgspec.structs.replace(
        memory_house(), store=perhaps(stores.records, "delete_member", "entries"), accounts=stores.accounts,
        audit=stores.audit, notices=perhaps(stores.notices, "drop", "notices"),
        blobs=perhaps(FileBlobs(folder / "files"), "delete", "file"),
    )  # fmt: skip
    return seen_by(bare, local_actor("home", "cli"))


async def erase(folder: Path, member_id: str, step: str) -> None:
    house = await house_in(folder, step)
    if step == "places":

        async def die(_house: House, _member_id: str) -> None:
            os.kill(os.getpid(), signal.SIGKILL)

        family._give_up_places = die
    await family.delete(house, member_id)


if __name__ == "__main__":
    asyncio.run(erase(Path(sys.argv[1]), sys.argv[2], sys.argv[3]))
