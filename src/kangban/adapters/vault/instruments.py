"""What the vault is handed: how database files are copied, and where files lie. The app joins the real ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import msgspec

from kangban.adapters.vault.steps import Passed, nobody_told
from kangban.ports.blobs import Shelf
from kangban.ports.keys import KeyPlaces


class Held(Protocol):
    """A lock, held."""

    def release(self) -> None:
        """Give it back; safe to call twice."""
        ...


class DatabaseFiles(Protocol):
    """Database files as files; a key is 64 hex digits, or "" for a plain one. Each may raise Unavailable and Broken."""

    def copy(self, source: Path, source_key: str, to: Path, to_key: str) -> None:
        """One committed state of `source`, written to a new file with another key."""
        ...

    def snapshot(self, file: Path, to: Path, key: str) -> None:
        """One committed state with the same key, while others write."""
        ...

    def fingerprint(self, file: Path, key: str) -> dict[str, str]:
        """Table → number and hash of its rows."""
        ...

    def check(self, file: Path, key: str) -> None:
        """Read every page; raises Broken."""
        ...

    def copies_of(self, file: Path) -> list[Path]:
        """Copies kept beside it."""
        ...

    def alone(self, file: Path) -> Held:
        """Have the file alone; raises Conflict while a program has it open."""
        ...


class Instruments(msgspec.Struct, frozen=True):
    """`serving` takes the lock of a server on a folder; `passed` is told of every step."""

    database: DatabaseFiles
    shelf_at: Callable[[Path], Shelf]
    serving: Callable[[Path], Held]
    places: KeyPlaces
    passed: Passed = nobody_told
