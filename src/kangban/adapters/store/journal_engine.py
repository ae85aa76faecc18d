"""A synchronous engine for a library that keeps tables of its own, to the same rules as the record's.

Such tables lie in a file beside the record, encrypted as it is, or on the record's server.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL

from kangban.adapters.store import cipher
from kangban.adapters.store.engine import BUSY_TIMEOUT_MS, key_of, read_url, sqlite_path
from kangban.kernel.errors import SettingsRefused, Unavailable


def journal_engine(url: str) -> sa.Engine:
    """An engine for `sqlite:///PATH` (with its key, if any) or `postgresql://…`; no connection is made yet.

    Raises SettingsRefused for another address and Unavailable where the file cannot be made.
    """
    address = read_url(url)
    path = sqlite_path(address)
    if path is None:
        server = address.set(drivername="postgresql+psycopg")
        return sa.create_engine(server, pool_size=4, max_overflow=8, pool_pre_ping=True, hide_parameters=True)
    key = key_of(address)
    if key and cipher.is_plain(path):
        raise SettingsRefused("the journal of runs is not encrypted: run kangban encrypt", field="database")
    _make_private(path)

    def connect() -> Any:
        return cipher.connect_file(path, key, timeout=BUSY_TIMEOUT_MS / 1000, check_same_thread=False)

    more: dict[str, Any] = {"module": _sqlcipher()} if key else {}
    engine = sa.create_engine(
        URL.create("sqlite", database=str(path)), creator=connect, pool_size=4, max_overflow=8, hide_parameters=True,
        **more,
    )  # fmt: skip
    event.listen(engine, "connect", _on_connect)
    return engine


def _make_private(path: Path) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise Unavailable("the journal of runs cannot be made", field="database") from error


def _sqlcipher() -> Any:
    from sqlcipher3 import dbapi2

    return dbapi2


def _on_connect(connection: Any, _record: Any) -> None:
    # Every transaction that writes takes its lock at once: upgrading a read later may fail without waiting.
    connection.isolation_level = "IMMEDIATE"
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={3 * BUSY_TIMEOUT_MS}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON",
        "secure_delete=ON", "temp_store=MEMORY",
    ):  # fmt: skip
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
