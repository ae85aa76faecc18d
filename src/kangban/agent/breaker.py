"""A circuit breaker and limits around one model: a server in trouble is left alone for a while, not hammered."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from kangban.agent.closing import closed_after
from kangban.agent.wrapped import WrappedModel
from kangban.kernel.clock import Clock
from kangban.kernel.errors import Unavailable
from kangban.ports.chat_model import ChatEvent, ChatModel, ChatRequest

State = Literal["closed", "open", "half_open"]
_MINUTE = timedelta(minutes=1)


class ModelLimits(msgspec.Struct, frozen=True):
    """What one model may be asked; None is no limit.

    After `failures` in a row the breaker opens for `rest_s`; then one request tries, and each failure doubles the rest
    up to `longest_rest_s`. Whoever finds `at_once` requests running waits at most `queue_s`.
    """

    failures: int = 4
    rest_s: float = 15.0
    longest_rest_s: float = 300.0
    at_once: int | None = None
    queue_s: float = 30.0
    per_minute: int | None = None


class Breaker:
    """What is known of one server, whoever asks it: how often it failed, whether it rests, who is asking it now."""

    def __init__(self, clock: Clock, limits: ModelLimits | None = None) -> None:
        self._clock = clock
        self._limits = limits or ModelLimits()
        self._failed = 0
        self._rest = timedelta(seconds=self._limits.rest_s)
        self._open_until: datetime | None = None
        self._trying = False
        self._asked: deque[datetime] = deque()
        self._room = asyncio.Semaphore(self._limits.at_once) if self._limits.at_once else None

    @property
    def state(self) -> State:
        """Closed: all go through. Open: none. Half open: one tries."""
        if self._open_until is None:
            return "closed"
        return "open" if self._clock.now() < self._open_until else "half_open"

    @asynccontextmanager
    async def passing(self) -> AsyncGenerator[None]:
        """For as long as one request runs; raises Unavailable before it where the breaker or a limit says so."""
        self._check_rate()
        await self._enter()
        trial = False
        try:
            trial = self._let_through()
            self._asked.append(self._clock.now())
            yield
            self._mended()
        except _Resting:
            raise
        except Unavailable:
            self._broke(trial)
            raise
        finally:
            if trial:
                self._trying = False
            if self._room is not None:
                self._room.release()

    def _check_rate(self) -> None:
        most = self._limits.per_minute
        if most is None:
            return
        since = self._clock.now() - _MINUTE
        while self._asked and self._asked[0] <= since:
            self._asked.popleft()
        if len(self._asked) >= most:
            raise Unavailable("the model's limit of requests a minute is reached", key="model.busy")

    async def _enter(self) -> None:
        if self._room is None:
            return
        try:
            async with asyncio.timeout(self._limits.queue_s):
                await self._room.acquire()
        except TimeoutError:
            raise Unavailable("too many requests wait for the model", key="model.busy") from None

    def _let_through(self) -> bool:
        """Whether this request is the one that tries; raises Unavailable where nobody may."""
        state = self.state
        if state == "closed":
            return False
        if state == "open" or self._trying:
            raise _Resting("the model failed several times and rests", key="model.unreachable")
        self._trying = True
        return True

    def _mended(self) -> None:
        self._failed = 0
        self._open_until = None
        self._rest = timedelta(seconds=self._limits.rest_s)

    def _broke(self, trial: bool) -> None:
        self._failed += 1
        if trial:
            self._rest = min(self._rest * 2, timedelta(seconds=self._limits.longest_rest_s))
        if trial or self._failed >= self._limits.failures:
            self._open_until = self._clock.now() + self._rest


class Guarded(WrappedModel):
    """A ChatModel behind a breaker. Raises Unavailable at once while it is open, or when a limit is reached.

    Only Unavailable counts as a failure: a refused request is no fault of the server. A request that its caller gave up
    counts as neither. Several models of one server may share a breaker.
    """

    def __init__(
        self, model: ChatModel, clock: Clock, limits: ModelLimits | None = None, *, breaker: Breaker | None = None
    ) -> None:
        super().__init__(model)
        self._breaker = breaker or Breaker(clock, limits)

    @property
    def state(self) -> State:
        """Of its breaker."""
        return self._breaker.state

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Yield the model's events; raises Unavailable without asking where the breaker or a limit says so."""
        async with self._breaker.passing(), closed_after(self._model.stream(request)) as events:
            async for event in events:
                yield event


class _Resting(Unavailable):
    """The breaker's own refusal: it says nothing new about the server."""
