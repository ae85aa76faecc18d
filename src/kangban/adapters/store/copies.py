"""Copies of a SQLite file, made before a migration. They lie beside it as `NAME.before-VERSION`, encrypted as it is."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from kangban.adapters.store.cipher import connect_file

_KNOWS = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"


def copy_file(file: Path, version: str, key: str = "") -> None:
    """Copy the committed state; the caller holds the write lock, so that nothing can slip in between."""
    to = file.with_name(f"{file.name}.before-{version}")
    part = to.with_name(f"{to.name}.part")
    snapshot(file, part, key)
    part.replace(to)


def snapshot(file: Path, to: Path, key: str = "") -> None:
    """Copy one committed state to a new file, encrypted with the same key, while others read and write."""
    to.unlink(missing_ok=True)
    os.close(os.open(to, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    with contextlib.closing(connect_file(file, key)) as source, contextlib.closing(connect_file(to, key)) as target:
        source.backup(target)
    with to.open("rb+") as written:
        os.fsync(written.fileno())


def copies_of(file: Path) -> list[Path]:
    """The copies that lie beside a file."""
    found = file.parent.glob(f"{file.name}.before-*")
    return sorted(copy for copy in found if not copy.name.endswith(("-wal", "-shm", "-journal", ".part")))


def erase_from_copies(file: Path, family_id: str, member_id: str, key: str = "") -> None:
    """Erase a member from every copy too; raises the driver's Error where one cannot be opened."""
    for copy in copies_of(file):
        with contextlib.closing(connect_file(copy, key)) as connection:
            connection.execute("PRAGMA secure_delete=ON")
            connection.execute("DELETE FROM entry WHERE family_id = ? AND member_id = ?", (family_id, member_id))
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def erase_document_from_copies(file: Path, family_id: str, document_id: str, key: str = "") -> None:
    """Erase a library's document from every copy that knows libraries; raises as `erase_from_copies`."""
    for copy in copies_of(file):
        with contextlib.closing(connect_file(copy, key)) as connection:
            if connection.execute(_KNOWS, ("library_passage",)).fetchone() is None:
                continue
            connection.execute("PRAGMA secure_delete=ON")
            of_it = (family_id, document_id)
            connection.execute("DELETE FROM library_passage WHERE family_id = ? AND document_id = ?", of_it)
            connection.execute("DELETE FROM library_document WHERE family_id = ? AND id = ?", of_it)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def erase_rows_from_copies(file: Path, table: str, of_it: dict[str, str], key: str = "") -> None:
    """Erase rows of one of our tables from every copy that knows it, by columns; raises as `erase_from_copies`."""
    where = " AND ".join(f"{column} = ?" for column in of_it)
    for copy in copies_of(file):
        with contextlib.closing(connect_file(copy, key)) as connection:
            if connection.execute(_KNOWS, (table,)).fetchone() is None:
                continue
            connection.execute("PRAGMA secure_delete=ON")
            connection.execute(f"DELETE FROM {table} WHERE {where}", tuple(of_it.values()))  # noqa: S608  our own names
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
