"""An interpreter for code nobody has read: no files, no network, bounded, never in our own process."""

from __future__ import annotations

from typing import Literal, Protocol

import msgspec

from kangban.ports.media import Media

Stopped = Literal["", "time", "memory", "output", "crashed", "interrupted"]

LISTED = (
    "bisect", "calendar", "cmath", "collections", "dataclasses", "datetime", "decimal", "enum", "fractions",
    "functools", "heapq", "itertools", "json", "math", "matplotlib", "numpy", "operator", "random", "re",
    "statistics", "string",
    "textwrap", "time", "typing",
)  # fmt: skip


class CellLimits(msgspec.Struct, frozen=True):
    """What one cell may use: wall seconds, memory beside the interpreter's own, characters of each text, figures."""

    seconds: float = 20.0
    memory_mb: int = 512
    output_chars: int = 20_000
    figures: int = 4


USUAL = CellLimits()


class Ran(msgspec.Struct, frozen=True):
    """What came of one cell. `result` is the repr of its last expression; `error` a traceback of the cell's own lines.

    `stopped` is "" when the cell came to its end, with or without an error; `cut` says that a text was shortened.
    """

    stdout: str = ""
    result: str = ""
    error: str = ""
    figures: tuple[Media, ...] = ()
    stopped: Stopped = ""
    cut: bool = False
    seconds: float = 0.0


class SandboxState(msgspec.Struct, frozen=True):
    """Whether there is isolation here, by which walls, and else why not."""

    on: bool
    walls: tuple[str, ...] = ()
    reason: str = ""


class CodeSandbox(Protocol):
    """Runs Python cells; every method but `state` raises Unavailable where there is no isolation or no free place."""

    async def state(self) -> SandboxState:
        """Tried out once by starting a child and knocking on every wall."""
        ...

    async def run(self, code: str, limits: CellLimits = USUAL) -> Ran:
        """One cell in a child of its own, gone afterwards; cancelling kills the whole tree."""
        ...

    async def run_cell(self, owner: str, notebook: str, code: str, limits: CellLimits = USUAL) -> Ran:
        """One cell whose names stay for the next. A notebook whose child had to be killed starts anew."""
        ...

    async def interrupt(self, owner: str, notebook: str) -> bool:
        """Break off the running cell, keeping the names; False where nothing runs."""
        ...

    async def end(self, owner: str, notebook: str) -> None:
        """Forget a notebook and its child. Idempotent."""
        ...

    def notebooks(self, owner: str) -> tuple[str, ...]:
        """The owner's open notebooks, the longest idle first."""
        ...

    async def close(self) -> None:
        """End every child."""
        ...
