"""Engines for the databases, set up so that a commit is on the disk when it returns.

The key of an encrypted SQLite file travels as the password of its address, as a PostgreSQL user's does.
"""

from __future__ import annotations

import contextlib
import logging
import os
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from kangban.adapters.store import cipher
from kangban.adapters.store.in_use import InUse, share
from kangban.kernel.errors import SettingsRefused, Unavailable

BUSY_TIMEOUT_MS = 10_000
WRITES = "kangban_writes"  # execution option of connections that will write
# At DEBUG it writes every statement with its values, the record among them.
logging.getLogger("aiosqlite").setLevel(logging.WARNING)
_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}


def read_url(text: str) -> URL:
    """Parse a database address and choose its driver; raises SettingsRefused (without the password) for others."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        # `from None`: what stands in the place of the port may be a piece of the password.
        raise SettingsRefused("the database address cannot be read", field="database") from None
    driver = _DRIVERS.get(url.drivername.partition("+")[0])
    if driver is None:
        raise SettingsRefused("the database is neither sqlite nor postgresql", field="database")
    if driver.startswith("sqlite") and url.database in {None, "", ":memory:"}:
        raise SettingsRefused("the sqlite address names no file", field="database")
    return url.set(drivername=driver)


def sqlite_path(url: URL) -> Path | None:
    """The file of a SQLite address, or None for a server."""
    if url.get_backend_name() != "sqlite" or url.database is None:
        return None
    return Path(url.database)


def key_of(url: URL) -> str:
    """The raw key of an encrypted SQLite file in hex, "" for a plain file or a server."""
    return str(url.password or "") if url.get_backend_name() == "sqlite" else ""


def make_engine(url: URL) -> AsyncEngine:
    """Make the engine; opens no connection yet, but a SQLite file counts as in use until the engine is disposed."""
    path = sqlite_path(url)
    if path is None:
        return create_async_engine(
            url,
            pool_size=8,
            max_overflow=8,
            pool_timeout=30,
            connect_args={"timeout": 10, "command_timeout": 60},
            hide_parameters=True,
        )
    key = key_of(url)
    _refuse_the_other_kind(path, key)
    in_use = _prepare_file(path)
    engine = create_async_engine(
        # Without the key: an engine's address may be printed.
        URL.create(url.drivername, database=url.database, query=url.query),
        pool_size=4,
        max_overflow=4,
        pool_timeout=30,
        # The connection used last has its pages still decrypted.
        pool_use_lifo=True,
        hide_parameters=True,
        **_way_in(path, key),
    )
    event.listen(engine.sync_engine, "connect", _on_sqlite_connect)
    event.listen(engine.sync_engine, "begin", _on_sqlite_begin)
    event.listen(engine.sync_engine, "engine_disposed", in_use.release)
    return engine


def _way_in(path: Path, key: str) -> dict[str, Any]:
    timeout_s = BUSY_TIMEOUT_MS / 1000
    if not key:
        return {"connect_args": {"timeout": timeout_s}}
    cipher.raw(key)

    def connect(*_: object, **__: object) -> Any:
        return cipher.async_connection(path, key, timeout_s)

    return {"module": cipher.async_driver(), "connect_args": {"async_creator_fn": connect}}


def _refuse_the_other_kind(path: Path, key: str) -> None:
    if key and cipher.is_plain(path):
        raise SettingsRefused("the database file is not encrypted: run kangban encrypt", field="database")


def _prepare_file(path: Path) -> InUse:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        in_use = share(path)
        # Made here so that a family's record is readable by its owner only.
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except OSError as error:
        raise Unavailable("the database file cannot be made", field="database") from error
    return in_use


def _on_sqlite_connect(connection: Any, _record: Any) -> None:
    # sqlite3 would begin transactions by its own rules; `_on_sqlite_begin` does it by ours.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        # Sorting a record must not leave it in a temporary file, which nothing encrypts.
        "temp_store=MEMORY",
        "cache_size=-16384",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_sqlite_begin(connection: sa.Connection) -> None:
    # A writer takes its lock at once: upgrading a read transaction later may fail without waiting.
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
