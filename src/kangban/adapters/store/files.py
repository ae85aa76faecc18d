"""SQLite files as files: copied from one key to another, compared, had alone. For encryption, rotation and backup."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import msgspec

from kangban.adapters.store import copies, in_use
from kangban.adapters.store.cipher import attach, connect_file, unlock
from kangban.adapters.store.faults import is_driver_fault, translated
from kangban.kernel.errors import Broken, Unavailable

_P = ParamSpec("_P")
_T = TypeVar("_T")

alone = in_use.alone
share = in_use.share
copies_of = copies.copies_of


def _plainly(work: Callable[_P, _T]) -> Callable[_P, _T]:
    """Raise errors of Kangban instead of the driver's, which quote statements (and a key is in one)."""

    @wraps(work)
    def done(*given: _P.args, **named: _P.kwargs) -> _T:
        try:
            return work(*given, **named)
        except Exception as error:
            if isinstance(error, OSError):
                raise Unavailable(f"the disk is full or refuses ({type(error).__name__})") from None
            if not is_driver_fault(error):
                raise
            raise translated(error) from None

    return done


@_plainly
def copy(source: Path, source_key: str, to: Path, to_key: str) -> None:
    """Write one committed state of `source` to a new file with another key; either key may be "" for plain.

    A plain source must be open nowhere else in this program: it holds two SQLite libraries then, and closing a file in
    one of them drops the locks of the other.
    Raises Unavailable for a full disk, SettingsRefused for a wrong key.
    """
    from sqlcipher3 import dbapi2

    to.unlink(missing_ok=True)
    os.close(os.open(to, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    # SQLCipher also for a plain source: it alone can have files of two keys open at once.
    driver: Any = dbapi2
    connection = driver.connect(str(source), isolation_level=None)
    with contextlib.closing(connection):
        if source_key:
            unlock(connection, source_key)
        connection.execute("PRAGMA temp_store=MEMORY")
        attach(connection, to, "sealed", to_key)
        connection.execute("PRAGMA sealed.synchronous=FULL")
        # One transaction, so that what others write meanwhile is in it whole or not at all.
        connection.execute("BEGIN")
        connection.execute("SELECT sqlcipher_export('sealed')").fetchall()
        version = connection.execute("PRAGMA main.user_version").fetchone()[0]
        connection.execute(f"PRAGMA sealed.user_version={int(version)}")
        connection.execute("COMMIT")
        connection.execute("DETACH DATABASE sealed")
    with to.open("rb+") as written:
        os.fsync(written.fileno())


@_plainly
def snapshot(file: Path, to: Path, key: str) -> None:
    """Copy one committed state with the same key while others read and write; then check every page of it."""
    copies.snapshot(file, to, key)
    check(to, key)


@_plainly
def check(file: Path, key: str) -> None:
    """Read every page; raises Broken where one was changed or is missing."""
    with contextlib.closing(connect_file(file, key)) as connection:
        found = connection.execute("PRAGMA integrity_check").fetchall()
        sealed = connection.execute("PRAGMA cipher_integrity_check").fetchall() if key else []
    if found != [("ok",)] or sealed:
        raise Broken("a copy of the record does not hold together")


@_plainly
def fingerprint(file: Path, key: str) -> dict[str, str]:
    """What a database says, table by table: "rows hash" of its definition and of every row. Equal means equal."""
    with contextlib.closing(connect_file(file, key)) as connection:
        connection.execute("BEGIN")
        made = connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name").fetchall()
        found = {"": hashlib.sha256(msgspec.msgpack.encode([list(each) for each in made])).hexdigest()}
        for kind, name, _ in made:
            if kind == "table":
                found[str(name)] = _rows(connection, str(name))
        return found


def _rows(connection: sqlite3.Connection, table: str) -> str:
    digest, rows = hashlib.sha256(), 0
    quoted = table.replace('"', '""')
    for row in connection.execute(f'SELECT * FROM "{quoted}" ORDER BY rowid'):  # noqa: S608  a table's own name
        line = msgspec.msgpack.encode(list(row))
        digest.update(len(line).to_bytes(8, "big") + line)
        rows += 1
    return f"{rows} {digest.hexdigest()}"
