"""Who has a SQLite file open: every store shares it, and whoever replaces the file must have it alone.

SQLite's own locks lie in the file, so they say nothing once another file stands in its place. This lock lies
beside it as `NAME.lock` and stays there; the system drops it when a program dies, also on kill -9.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

from kangban.kernel.errors import Conflict, Unavailable

_PLACES = 1 << 20  # Windows knows no shared lock: a sharer takes one byte, the other all of them


class InUse:
    """A lock on a file's name, held until `release`."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    def release(self, *_: object) -> None:
        """Give it back; safe to call twice."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __del__(self) -> None:
        self.release()


def share(file: Path) -> InUse:
    """Open the file beside others; raises Unavailable while somebody replaces it."""
    try:
        return _taken(file, alone=False)
    except BlockingIOError as error:
        raise Unavailable("the record is being moved (encrypt, rotate); try again soon", field="database") from error


def alone(file: Path) -> InUse:
    """Have the file alone; raises Conflict while any program has it open."""
    try:
        return _taken(file, alone=True)
    except BlockingIOError as error:
        raise Conflict("another program has the record open: stop it first", field="data_dir") from error


def _taken(file: Path, *, alone: bool) -> InUse:
    try:
        descriptor = os.open(file.with_name(f"{file.name}.lock"), os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise Unavailable("the database file cannot be made", field="database") from error
    try:
        _lock(descriptor, alone=alone)
    except BlockingIOError:
        os.close(descriptor)
        raise
    except OSError as error:
        os.close(descriptor)
        raise Unavailable("the file system knows no locks", field="database") from error
    return InUse(descriptor)


def _lock(descriptor: int, *, alone: bool) -> None:
    if os.name == "nt":
        import msvcrt

        os.lseek(descriptor, 0 if alone else random.randrange(_PLACES), os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, _PLACES if alone else 1)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
        except OSError as error:
            raise BlockingIOError from error
        return
    import fcntl

    fcntl.flock(descriptor, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
