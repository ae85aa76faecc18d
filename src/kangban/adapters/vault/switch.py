"""One folder's content replaced by another's, at one moment, and safe against kill -9 before and after it.

The new content is built in `.next/new`. Renaming `.next` to `.switching` is the moment: before it everything old
stands untouched, after it the move is only ever finished, by whoever opens the directory next. What was there is
moved to `.switching/old` and overwritten. The caller holds the record alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from kangban.adapters.vault.files import shred, sync_folder
from kangban.adapters.vault.layout import RECORD, RUNS
from kangban.adapters.vault.steps import Passed, nobody_told
from kangban.kernel.errors import Unavailable

NEXT: Final = ".next"
SWITCHING: Final = ".switching"


def stage_of(folder: Path) -> Path:
    """Where the new content is built."""
    return folder / NEXT / "new"


def fresh_stage(folder: Path) -> Path:
    """An empty folder for the new content; what an earlier attempt left goes."""
    shred(folder / NEXT)
    stage = stage_of(folder)
    try:
        stage.mkdir(mode=0o700, parents=True)
    except OSError as error:
        raise Unavailable(f"{stage} cannot be made: {type(error).__name__}") from None
    return stage


def give_up(folder: Path) -> None:
    """Nothing happened: the new content goes."""
    shred(folder / NEXT)


def commit(folder: Path, passed: Passed = nobody_told) -> None:
    """The moment, then the rest of the move."""
    passed("before-commit")
    try:
        for inner in (folder / NEXT / "new", folder / NEXT):
            sync_folder(inner)
        (folder / NEXT).rename(folder / SWITCHING)
        sync_folder(folder)
    except OSError as error:
        raise Unavailable(f"the directory cannot be switched: {type(error).__name__}") from None
    passed("committed")
    finish(folder, passed)


def is_unfinished(folder: Path) -> bool:
    """Whether a move was broken off after its moment."""
    return (folder / SWITCHING).exists()


def finish(folder: Path, passed: Passed = nobody_told) -> None:
    """Finish a move; idempotent, and harmless where there is none."""
    switching = folder / SWITCHING
    if not switching.exists():
        return
    old, new = switching / "old", switching / "new"
    try:
        old.mkdir(mode=0o700, exist_ok=True)
        for item in sorted(new.iterdir()) if new.exists() else []:
            if item.name in (RECORD, RUNS):
                # The log of the old database must not be read as the new one's.
                for log in (f"{item.name}-wal", f"{item.name}-shm", f"{item.name}-journal"):
                    _aside(folder / log, old)
            _aside(folder / item.name, old)
            passed(f"aside-{item.name}")
            item.rename(folder / item.name)
            passed(f"moved-{item.name}")
        sync_folder(folder)
    except OSError as error:
        raise Unavailable(f"the directory cannot be switched: {type(error).__name__}") from None
    passed("moved")
    shred(old)
    passed("shredded")
    shred(switching)
    sync_folder(folder)


def _aside(path: Path, old: Path) -> None:
    if path.exists():
        path.rename(old / path.name)
