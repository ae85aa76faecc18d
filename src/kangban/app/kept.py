"""What a family keeps, opened: the directory with its keys, the database, the files, the ends of the audit."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from kangban.adapters.blob_files import FileBlobs, FileShelf
from kangban.kernel.errors import Unavailable
from kangban.ports.blobs import BlobStore
from kangban.ports.durable import DurableRuns
from kangban.settings import Settings

RUNS = "runs.sqlite3"  # as adapters/vault/layout names it, which loads with a vault only

if TYPE_CHECKING:
    from kangban.adapters.store import Stores
    from kangban.adapters.vault.instruments import Instruments
    from kangban.adapters.vault.key_ring import KeyRing


async def open_stores(settings: Settings) -> Stores:
    """Open (and migrate, after a backup) everything one database keeps; raises Unavailable."""
    from kangban.adapters.store import open_stores as open_sql
    from kangban.adapters.store import sqlite_url

    if settings.database_url:
        return await open_sql(settings.database_url)
    keys = await asyncio.to_thread(unlocked, settings)
    return await open_sql(sqlite_url(settings.house_dir / "record.sqlite3", keys.database_key if keys else ""))


class RunJournals:
    """Where durable runs are journalled: a file beside the record, encrypted as it is, or the record's server.

    Called, it opens them; nothing is opened before the first durable run. To be made before the record is opened: see
    `unlocked`.
    """

    def __init__(self, settings: Settings) -> None:
        from kangban.adapters.store import sqlite_url

        self._url = settings.database_url or ""
        if not self._url:
            keys = unlocked(settings)
            self._url = sqlite_url(settings.house_dir / RUNS, keys.database_key if keys else "")
        self._opened: DurableRuns | None = None

    def __call__(self) -> DurableRuns:
        """The journals; raises SettingsRefused and Unavailable where they cannot be kept."""
        if self._opened is None:
            from kangban.adapters.durable_runs import DbosRuns
            from kangban.adapters.store.journal_engine import journal_engine

            url = self._url
            self._opened = DbosRuns(url, lambda: journal_engine(url))
        return self._opened

    async def close(self) -> None:
        """Let go of them; safe to call twice."""
        if self._opened is not None:
            await self._opened.close()


def unlocked(settings: Settings) -> KeyRing | None:
    """The keys of the family's directory, made for a new one; None for a plain one and for the demo.

    Finishes a `kangban encrypt` or `rotate` that was broken off. Raises SettingsRefused when the key is lost or wrong.
    Never while this program has the record open: it reads the file's first bytes, and closing any descriptor of a file
    drops every lock the program holds on it; another program that closes then takes itself for the last one.
    """
    folder = settings.house_dir
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise Unavailable(f"the data directory cannot be made: {type(error).__name__}") from error
    if settings.demo:
        return None
    from kangban.adapters.vault.key_ring import open_or_make
    from kangban.adapters.vault.layout import state_of
    from kangban.adapters.vault.rebuild import settle

    settle(folder, vault_tools(settings))
    return None if state_of(folder) == "plain" else open_or_make(folder, settings.keys)


def vault_tools(settings: Settings) -> Instruments:
    """What moving a directory, rotation, backup and restore work with."""
    from kangban.adapters.dir_lock import DirectoryLock
    from kangban.adapters.store import files
    from kangban.adapters.vault.instruments import Instruments

    def serving(folder: Path) -> DirectoryLock:
        lock = DirectoryLock(folder)
        lock.take()
        return lock

    return Instruments(database=files, shelf_at=FileShelf, serving=serving, places=settings.keys)


def open_blobs(settings: Settings) -> BlobStore:
    """The family's kept files, sealed where the directory has keys."""
    shelf = settings.house_dir / "files"
    keys = unlocked(settings)
    if keys is None:
        return FileBlobs(shelf)
    from kangban.adapters.vault.sealed_blobs import SealedBlobs

    return SealedBlobs(FileShelf(shelf), keys.files_key)
