"""The record store on SQLite or PostgreSQL, chosen by one URL. Importing this package loads no database library."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kangban.adapters.store.records import SqlRecordStore


async def open_store(url: str) -> SqlRecordStore:
    """Open `sqlite:///PATH` or `postgresql://…`, migrating it to this version first.

    Raises Unavailable when the server or disk is not there, SettingsRefused for an address that is
    neither of the two, a file that is no database, or a database of a newer version.
    """
    from kangban.adapters.store.records import SqlRecordStore

    return await SqlRecordStore.open(url)


def sqlite_url(path: Path) -> str:
    """The URL of a SQLite file."""
    return f"sqlite:///{path.resolve()}"
