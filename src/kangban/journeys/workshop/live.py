"""Runs under way in this process: how they are stopped, and what they wait for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec

from kangban.kernel.errors import Conflict, NotFound
from kangban.kernel.ids import new_id

MOST_AT_ONCE = 4  # runs of one owner
MOST_IN_ALL = 32
WAIT_S = 300.0  # for a person's word on one step


class Asked(msgspec.Struct, frozen=True):
    """A tool that waits for a person's word."""

    id: str
    run_id: str
    tool: str
    arguments: dict[str, Any]
    again: bool = False  # it was broken off and may have happened: is it to be done once more?


class LiveRun:
    """A run under way in this process: how it is stopped, and what it waits for."""

    def __init__(self, run_id: str, owner: str, wait_s: float | None = WAIT_S) -> None:
        self.run_id, self.owner = run_id, owner
        self.stop = asyncio.Event()
        self.lost = False  # another process carries it on
        self.heard = False  # another process said something to it
        self.erased = False  # nothing of it is to be kept any more
        self.tell: Callable[[Asked], None] | None = None  # hears each question as it is put
        self._wait_s = wait_s
        self._asked: dict[str, tuple[Asked, asyncio.Future[bool]]] = {}

    @property
    def asked(self) -> list[Asked]:
        """What waits for a word, oldest first."""
        return [asked for asked, _ in self._asked.values()]

    def lose(self) -> None:
        """Stop here: another process goes on with it."""
        self.lost = True
        self.stop.set()

    async def ask(self, tool: str, arguments: dict[str, Any], *, again: bool = False) -> bool:
        """Wait for a word; nobody's within the time is a no. Without a time it waits for ever."""
        asked = Asked(new_id("ask"), self.run_id, tool, arguments, again)
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._asked[asked.id] = (asked, answer)
        if self.tell is not None:
            self.tell(asked)
        try:
            async with asyncio.timeout(self._wait_s):
                return await answer
        except TimeoutError:
            return False
        finally:
            self._asked.pop(asked.id, None)

    def answer(self, asked_id: str, *, yes: bool) -> None:
        """Give the word; raises NotFound where it was given or nobody waits any more."""
        _, answer = self._asked.get(asked_id, (None, None))
        if answer is None or answer.done():
            raise NotFound("nothing waits for this word", field="id", key="workshop.nothing_waits")
        answer.set_result(yes)


class LiveRuns:
    """The runs of this process, by id; each owner sees their own only."""

    def __init__(self) -> None:
        self._runs: dict[str, LiveRun] = {}

    def begin(self, run: LiveRun) -> None:
        """Take a run in; raises Conflict when the owner, or everybody, has too many."""
        mine = sum(one.owner == run.owner for one in self._runs.values())
        if mine >= MOST_AT_ONCE or len(self._runs) >= MOST_IN_ALL:
            raise Conflict("too many runs at once", field="run", key="workshop.too_many")
        self._runs[run.run_id] = run

    def end(self, run_id: str) -> None:
        """Let a run go. Idempotent."""
        self._runs.pop(run_id, None)

    def forget(self, owner: str) -> None:
        """Stop every run of an owner and keep nothing of it."""
        for one in self._runs.values():
            if one.owner == owner:
                one.erased = True
                one.stop.set()

    def find(self, run_id: str, owner: str) -> LiveRun | None:
        """The owner's run, while it is under way."""
        found = self._runs.get(run_id)
        return found if found is not None and found.owner == owner else None
