"""Small files written whole, folders synced, and bytes overwritten before they go."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from pathlib import Path
from typing import Final

from kangban.kernel.errors import Unavailable

_BLOCK: Final = 1 << 20


def read_small(file: Path, most: int) -> bytes | None:
    """A file's bytes, None where it is not there; raises Unavailable when it cannot be read or is too long."""
    try:
        with file.open("rb") as opened:
            found = opened.read(most + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Unavailable(f"{file} cannot be read: {type(error).__name__}") from None
    if len(found) > most:
        raise Unavailable(f"{file} is too long for what it should hold")
    return found


def write_whole(file: Path, content: bytes, *, new: bool = False) -> bool:
    """Write a file (0600) durably or not at all; with `new` only where there is none: False where there is one.

    Raises Unavailable when the disk is full or refuses.
    """
    part = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o600)
        try:
            with os.fdopen(descriptor, "wb") as opened:
                opened.write(content)
                opened.flush()
                os.fsync(opened.fileno())
            if new:
                _place_new(part, file)
            else:
                part.replace(file)
            sync_folder(file.parent)
        finally:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
    except FileExistsError:
        return False
    except OSError as error:
        raise Unavailable(f"{file} cannot be written: {error.strerror or type(error).__name__}") from None
    return True


def _place_new(part: Path, file: Path) -> None:
    if os.name == "nt":
        part.rename(file)  # refuses there to replace
        return
    try:
        os.link(part, file)
    except FileExistsError:
        raise
    except OSError:
        # A disk without hard links (exFAT). Broken off here the file is cut short, and said to be unreadable.
        descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(part.read_bytes())
            opened.flush()
            os.fsync(opened.fileno())


def sync_folder(folder: Path) -> None:
    """Make renames in a folder survive a power cut, where the system can."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def shred(path: Path) -> None:
    """Overwrite every file under a path once, then remove it. A best effort: see docs/encryption.md on SSDs.

    Idempotent; raises Unavailable when the disk refuses.
    """
    try:
        if path.is_dir() and not path.is_symlink():
            for file in path.rglob("*"):
                if file.is_file() and not file.is_symlink():
                    _overwrite(file)
            shutil.rmtree(path)
        elif path.is_symlink() or path.exists():
            if not path.is_symlink():
                _overwrite(path)
            path.unlink()
    except OSError as error:
        raise Unavailable(f"{path} cannot be erased: {error.strerror or type(error).__name__}") from None


def _overwrite(file: Path) -> None:
    with file.open("rb+") as opened:
        left = opened.seek(0, os.SEEK_END)
        opened.seek(0)
        while left > 0:
            left -= opened.write(b"\0" * min(left, _BLOCK))
        opened.flush()
        os.fsync(opened.fileno())
