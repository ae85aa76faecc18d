"""Whatever anybody does in whatever order, with any clock: a held answer is released once, or runs out once."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from kangban.clinical.record import AnswerGiven, Entry, ReviewItem
from kangban.journeys.reviewing import asking, clocks, deciding, queue
from kangban.journeys.reviewing.queue import Waiting
from kangban.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from kangban.review.reasons import REASONS, ReviewDecision
from tests.support.reviews import GOOD, NUMBERS, PLANTED, Practice, practice

_T = TypeVar("_T")
MAY = ("dr", "dr2")
EVERYBODY = (*MAY, "ph", "nu", "old", "ma", "he")
TEXTS = (GOOD, "今天去看医生。", f"可以吃布洛芬，{PLANTED}。", "")
REFUSALS = (Conflict, NotPermitted, NotFound, InvalidInput)


class AnyOrder(RuleBasedStateMachine):
    """A real family in memory, one held answer, and everybody at once."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.stack = AsyncExitStack()
        self.released: Entry | None = None
        self.done: ReviewItem | None = None

    def run_(self, work: Coroutine[Any, Any, _T]) -> _T:
        return self.loop.run_until_complete(work)

    @initialize()
    def hold(self) -> None:
        folder = Path(tempfile.mkdtemp())
        self.family: Practice = self.run_(self.stack.enter_async_context(practice("memory", folder)))
        self.first: Waiting = self.run_(self.family.held(NUMBERS))
        self.seen = [self.first.entry.id]

    def teardown(self) -> None:
        self.run_(self.stack.aclose())
        self.loop.close()

    async def _try(self, work: Coroutine[Any, Any, Entry]) -> Entry | None:
        try:
            return await work
        except REFUSALS:
            return None

    def _decided(
        self, who: str, version: int, decision: ReviewDecision, reason: str, text: str
    ) -> Coroutine[Any, Any, Entry]:
        seen = self.seen[version % len(self.seen)]
        return deciding.decide(
            self.family.as_(who),
            seen,
            decision=decision,
            reason=reason,
            text=text,
            note="几度？" if decision == "ask" else "",
        )

    @rule(
        who=st.sampled_from(EVERYBODY), version=st.integers(-1, 9), text=st.sampled_from(TEXTS),
        reason=st.sampled_from(REASONS),
    )  # fmt: skip
    def decide(self, who: str, version: int, reason: Any, text: str) -> None:
        done = self.run_(self._try(self._decided(who, version, reason.decisions[0], reason.code, text)))
        if done is not None:
            assert who in MAY
            self.seen.append(done.id)

    @rule(first=st.sampled_from(MAY), second=st.sampled_from(MAY), late=st.booleans())
    def at_once(self, first: str, second: str, late: bool) -> None:
        async def both() -> list[Entry | None]:
            more = [self._tick()] if late else []
            work = [self._try(self._decided(who, -1, "edit", "corrected", GOOD)) for who in (first, second)]
            return list((await asyncio.gather(*work, *more))[:2])

        won = [e for e in self.run_(both()) if e is not None]
        assert len({e.id for e in won}) <= 1
        self.seen += [e.id for e in won]

    @rule(who=st.sampled_from(EVERYBODY))
    def claim(self, who: str) -> None:
        taken = self.run_(self._try(deciding.claim(self.family.as_(who), self.seen[-1])))
        if taken is not None:
            assert who in MAY
            self.seen.append(taken.id)

    @rule(who=st.sampled_from(EVERYBODY), text=st.sampled_from(("38度", "胸口压着疼，出冷汗半小时了", "")))
    def answer(self, who: str, text: str) -> None:
        back = self.run_(self._try(asking.answer_back(self.family.as_(who), self.seen[-1], text)))
        if back is not None:
            assert who == "ma"
            self.seen.append(back.id)

    @rule(by=st.sampled_from((-3000, -130, -20, 5, 20, 60, 130, 3000)))
    def move(self, by: int) -> None:
        self.family.clock.move(timedelta(minutes=by))

    async def _tick(self) -> int:
        return await clocks.tick(self.family.system, self.family.clock.now())

    @rule()
    def tick(self) -> None:
        assert self.run_(self._tick()) <= 1

    @invariant()
    def released_once_and_for_good(self) -> None:
        found = self.run_(self.family.system.store.entries("home", kinds=["AnswerGiven"], include_superseded=True))
        later = [e for e in found if e.supersedes is not None]
        assert len(later) <= 1
        items = self.run_(self.family.system.store.entries("home", kinds=["ReviewItem"]))
        [item] = [e.body for e in items if isinstance(e.body, ReviewItem)]
        assert bool(later) == (item.status not in ("open", "asked"))
        if self.released is not None:
            assert later == [self.released]
            assert item == self.done, "what is decided stays decided"
        if later:
            self.released, self.done = later[0], item
            body = later[0].body
            assert isinstance(body, AnswerGiven)
            assert body.answer.reviewed is not None
            assert body.answer.reviewed.decision == item.status
            assert PLANTED not in body.answer.text
            told = self.run_(
                self.family.doors.notices.of_account("ma", "home", self.family.clock.now() + timedelta(days=9))
            )
            ends = [s.notice.key for s in told if s.notice.key.endswith((".released", ".rejected", ".expired"))]
            assert len(ends) <= 1
        events = self.run_(self.family.doors.audit.chain("home"))
        assert [x.event.what for x in events].count("answer.released") == len(later)

    @invariant()
    def the_desk_shows_it_while_it_waits(self) -> None:
        if self.released is not None:
            assert self.run_(queue.waiting(self.family.as_("dr"))) == []


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(
    max_examples=25, stateful_step_count=14, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
