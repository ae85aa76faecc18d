"""SQLCipher in the place of SQLite: the same database, every page encrypted with a raw 32-byte key.

sqlcipher3 is loaded only where a key is given. The key is set inside the connecting call and never as a
statement of SQLAlchemy or aiosqlite: both can log statements.
"""

from __future__ import annotations

import re
import sqlite3
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from kangban.kernel.errors import SettingsRefused

KEY_BYTES = 32
PLAIN_HEADER = b"SQLite format 3\0"
_HEX_KEY = re.compile(rf"[0-9a-f]{{{2 * KEY_BYTES}}}")
_NAMES = (
    "DatabaseError", "Error", "IntegrityError", "NotSupportedError", "OperationalError", "ProgrammingError",
    "sqlite_version", "sqlite_version_info",
)  # fmt: skip


def connect_file(path: Path | str, key: str, **more: Any) -> sqlite3.Connection:
    """A connection to a file, plain with key "" and SQLCipher else; it obeys no rules of its own for transactions."""
    if not key:
        return sqlite3.connect(path, isolation_level=None, **more)
    from sqlcipher3 import dbapi2

    connection: Any = dbapi2.connect(str(path), isolation_level=None, **more)
    unlock(connection, key)
    return connection


def unlock(connection: Any, key: str) -> None:
    """Open the main file of a SQLCipher connection with a raw key: no derivation, so that opening takes no time."""
    connection.execute(f"PRAGMA key = {raw(key)}")


def attach(connection: Any, path: Path, name: str, key: str) -> None:
    """Open one more file on a SQLCipher connection, plain with key ""."""
    connection.execute(f"ATTACH DATABASE ? AS {name} KEY {raw(key) if key else repr('')}", (str(path),))


def raw(key: str) -> str:
    """A key as SQLCipher reads raw ones; raises SettingsRefused for what is none (it would be taken as a password)."""
    if not _HEX_KEY.fullmatch(key):
        raise SettingsRefused("the database key is not 64 hex digits", field="database")
    return f"\"x'{key}'\""


def is_plain(path: Path) -> bool:
    """Whether a file is a SQLite database anybody can read."""
    try:
        with path.open("rb") as file:
            return file.read(len(PLAIN_HEADER)) == PLAIN_HEADER
    except FileNotFoundError:
        return False


@lru_cache(maxsize=1)
def async_driver() -> Any:
    """The aiosqlite module over sqlcipher3 instead of sqlite3, in the shape SQLAlchemy's aiosqlite dialect asks for."""
    import aiosqlite
    from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_dbapi
    from sqlcipher3 import dbapi2

    outer: Any = SimpleNamespace(
        __version__=aiosqlite.__version__,
        Connection=aiosqlite.Connection,
        connect=_never,
        **{name: getattr(dbapi2, name) for name in _NAMES},
    )
    inner: Any = dbapi2
    return AsyncAdapt_aiosqlite_dbapi(outer, inner)


def _never(*_: object, **__: object) -> None:
    raise AssertionError("an encrypted file is opened by make_engine's own creator only")


def async_connection(path: Path, key: str, timeout_s: float) -> Any:
    """One aiosqlite connection to an encrypted file, in a thread of its own."""
    import aiosqlite

    made: Any = aiosqlite.Connection(lambda: connect_file(path, key, timeout=timeout_s), 64)
    # As SQLAlchemy does it for its own: a connection left open must not keep the program alive.
    made._thread.daemon = True
    return made
