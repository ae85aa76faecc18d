"""One server per data directory; the command line reads beside it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO

from kangban.kernel.errors import Conflict, Unavailable


class DirectoryLock:
    """An advisory lock the system drops when the process dies, also on kill -9."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / ".serving"
        self._file: IO[str] | None = None

    def take(self) -> None:
        """Take the lock; raises Conflict when another server holds it, Unavailable when nothing can be written."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            file = self._path.open("a+", encoding="utf-8")
        except OSError as error:
            raise Unavailable(f"the data directory cannot be written: {type(error).__name__}") from error
        try:
            _lock(file)
        except OSError as error:
            file.close()
            raise Conflict("another server is using this data directory", field="data_dir") from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._file = file

    def release(self) -> None:
        """Give the lock back; safe to call twice."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _lock(file: IO[str]) -> None:
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
        return
    import fcntl

    fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
