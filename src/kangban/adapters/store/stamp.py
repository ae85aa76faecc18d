"""Whether a SQLite file changed since somebody last asked: answered without a thread, a lock or a query."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from kangban.adapters.store.cipher import connect_file


class Stamp:
    """`PRAGMA data_version` over a connection of its own: it moves with every commit of any other, in any process."""

    def __init__(self, file: Path | None, key: str) -> None:
        self._file, self._key = file, key
        self._connection: Any = None
        self._opened = 0

    def read(self) -> int | None:
        """A number that differs after a commit; None where it cannot be told (a server, a file in trouble)."""
        if self._file is None:
            return None
        try:
            if self._connection is None:
                # The event loop asks: better no answer than a wait for somebody's lock.
                self._connection = connect_file(self._file, self._key, timeout=0, check_same_thread=False)
                self._opened += 1
            # Every connection counts from the start; without the number before it two could agree by chance.
            return (self._opened << 40) + int(self._connection.execute("PRAGMA data_version").fetchone()[0])
        except Exception:  # noqa: BLE001 - sqlite3 and sqlcipher3 have errors of their own; not knowing is an answer
            self._let_go()
            return None

    def close(self) -> None:
        """Let go of the file for good; safe to call twice."""
        self._file = None
        self._let_go()

    def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(Exception):
                connection.close()
