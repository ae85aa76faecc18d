"""Runs that outlive their process: a journal of what was done, who carries a run on, and words from other processes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Literal, Protocol

import msgspec

Hold = Literal["held", "lost"]
STOP = "stop"  # the word that ends a run, as a key among those it waits for


class Journal(Protocol):
    """What one run did. A key names one effect of it and is never used for a second one."""

    @property
    def attempt(self) -> int:
        """1 for the first, one more each time the run was taken up again."""
        ...

    def knows(self, key: str) -> bool:
        """Whether an earlier attempt wrote this down."""
        ...

    async def once(self, key: str, work: Callable[[], Awaitable[str]]) -> str:
        """What came of the work the first time; it is done now only where nobody wrote it down.

        Raises what the work raises, and then nothing is kept. Raises Unavailable where the journal cannot be written.
        """
        ...


class DurableRuns(Protocol):
    """Journals by run. `papers` are what a run needs to be taken up again; both are gone once it is forgotten."""

    def attempt(self, run_id: str, papers: str) -> AbstractAsyncContextManager[Journal]:
        """Begin a run, or take it up again with all it did before; raises Unavailable.

        Whoever enters has claimed the run: see RunClaims.
        """
        ...

    async def papers_of(self, run_id: str) -> str:
        """What the run was begun with; raises NotFound."""
        ...

    async def forget(self, run_id: str) -> None:
        """The run is over or erased: its journal goes. Idempotent."""
        ...

    async def close(self) -> None:
        """Let go of the database; safe to call twice."""
        ...


class Claim(msgspec.Struct, frozen=True):
    """Whose run is carried on by whom, and until when nobody else may take it."""

    run_id: str
    owner: str
    holder: str
    until: datetime


class RunClaims(Protocol):
    """Who carries a durable run on. A claim that ran out may be taken by anybody, and only one gets it."""

    async def claim(self, wanted: Claim, now: datetime) -> bool:
        """Take a run nobody holds any more, or hold one's own longer; False where somebody else has it."""
        ...

    async def release(self, run_id: str, owner: str) -> None:
        """The run is over: nobody is to take it up. Idempotent."""
        ...

    async def claims(self) -> Sequence[Claim]:
        """Every run of this family that is not over, by id."""
        ...

    async def say(self, run_id: str, owner: str, key: str, word: str) -> None:
        """Leave a word for the process that carries the run on; the first word for a key stays."""
        ...

    async def words(self, run_id: str, owner: str) -> Mapping[str, str]:
        """What was said to a run, by key."""
        ...
