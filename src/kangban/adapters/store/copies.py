"""Copies of a SQLite file, made before a migration. They lie beside it as `NAME.before-VERSION`."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path


def copy_file(file: Path, version: str) -> None:
    """Copy the committed state; the caller holds the write lock, so that nothing can slip in between."""
    to = file.with_name(f"{file.name}.before-{version}")
    part = to.with_name(f"{to.name}.part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    with contextlib.closing(sqlite3.connect(file)) as source, contextlib.closing(sqlite3.connect(part)) as target:
        source.backup(target)
    with part.open("rb+") as written:
        os.fsync(written.fileno())
    part.replace(to)


def erase_from_copies(file: Path, family_id: str, member_id: str) -> None:
    """Erase a member from every copy too; raises sqlite3.Error where one cannot be opened."""
    for copy in sorted(file.parent.glob(f"{file.name}.before-*")):
        if copy.name.endswith(("-wal", "-shm")):
            continue
        with contextlib.closing(sqlite3.connect(copy, isolation_level=None)) as connection:
            connection.execute("PRAGMA secure_delete=ON")
            connection.execute("DELETE FROM entry WHERE family_id = ? AND member_id = ?", (family_id, member_id))
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
