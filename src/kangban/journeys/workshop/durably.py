"""A run that goes on after a kill: claimed by one process at a time, journalled, and taken up again by the next."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, asynccontextmanager
from datetime import timedelta

import msgspec

from kangban.agent.journalled import Effects
from kangban.clinical.access import Actor
from kangban.journeys.workshop.carrying import Task, WorkshopEvent, carried
from kangban.journeys.workshop.kept import Workshop
from kangban.journeys.workshop.live import LiveRun
from kangban.kernel.errors import Conflict, InvalidInput, KangbanError, NotFound, Unavailable
from kangban.kernel.ids import new_id
from kangban.ports.durable import STOP, Claim, DurableRuns

MOST_ATTEMPTS = 20  # a run that breaks its process each time ends as failed
MOST_PAPERS = 8_000_000  # characters: pictures go in too


class Papers(msgspec.Struct, frozen=True):
    """What a run is taken up again with: the task, and who asked for it."""

    task: Task
    actor: Actor


def durable_runs(workshop: Workshop) -> DurableRuns:
    """Where runs of this workshop are journalled; raises Unavailable where they cannot be."""
    if workshop.durable is None:
        raise Unavailable("runs cannot be made durable here", field="durable", key="workshop.no_durable")
    return workshop.durable()


def papers_of(workshop: Workshop, task: Task) -> str:
    """A task on paper; raises InvalidInput where it is too big to keep."""
    written = msgspec.json.encode(Papers(task, workshop.house.actor)).decode()
    if len(written) > MOST_PAPERS:
        raise InvalidInput("a durable run takes no files of this size", field="media", key="error.too_big")
    return written


async def begun_durably(workshop: Workshop, task: Task, live: LiveRun) -> AsyncGenerator[WorkshopEvent, None]:
    """A new run, journalled. Whoever stops listening leaves it to the next start; `cancel` ends it."""
    papers = papers_of(workshop, task)
    holder = new_id("holder")
    if not await _claim(workshop, task.run.id, live.owner, holder, workshop.claim_s):
        raise Conflict("this run is under way elsewhere", field="run", key="workshop.under_way")
    async with aclosing(_attempted(workshop, task, papers, live, holder)) as events:
        async for event in events:
            yield event


async def taken_up(
    workshop: Workshop, papers: Papers, live: LiveRun, holder: str
) -> AsyncGenerator[WorkshopEvent, None]:
    """A run that an earlier process left; the caller has claimed it as `holder`."""
    written = msgspec.json.encode(papers).decode()
    async with aclosing(_attempted(workshop, papers.task, written, live, holder)) as events:
        async for event in events:
            yield event


async def claim_lapsed(workshop: Workshop, claim: Claim) -> str:
    """Take a run whose holder is gone; the new holder, or "" where somebody else was quicker."""
    holder = new_id("holder")
    return holder if await _claim(workshop, claim.run_id, claim.owner, holder, workshop.claim_s) else ""


async def let_go(workshop: Workshop, run_id: str, owner: str, holder: str) -> None:
    """Leave a run to whoever comes next."""
    with contextlib.suppress(KangbanError):
        await _claim(workshop, run_id, owner, holder, 0.0)


async def over(workshop: Workshop, run_id: str, owner: str) -> None:
    """Nothing is left to do: the claim goes first, so that nobody takes up a run without a journal."""
    await workshop.shelf.release(run_id, owner)
    await durable_runs(workshop).forget(run_id)


async def _attempted(
    workshop: Workshop, task: Task, papers: str, live: LiveRun, holder: str
) -> AsyncGenerator[WorkshopEvent, None]:
    run = task.run
    ended = False
    try:
        async with (
            held(workshop, live, holder),
            durable_runs(workshop).attempt(run.id, papers) as journal,
        ):
            if journal.attempt > MOST_ATTEMPTS:
                raise Conflict("this run was taken up too often", field="run", key="workshop.too_often")
            async with aclosing(carried(workshop, task, live, Effects(run.id, journal))) as events:
                async for event in events:
                    yield event
            ended = True
    except Unavailable:
        raise
    except KangbanError:
        ended = not live.lost
        if ended and not live.erased:
            failed = msgspec.structs.replace(run, stopped_by="failed", ended_at=workshop.house.clock.now())
            await workshop.shelf.put_run(failed)
        raise
    finally:
        if ended:
            await over(workshop, run.id, run.owner)
        elif not live.lost:
            await let_go(workshop, run.id, run.owner, holder)


@asynccontextmanager
async def held(workshop: Workshop, live: LiveRun, holder: str = "") -> AsyncGenerator[None]:
    """Keep the claim, and hear what other processes say to the run, for as long as the block lasts.

    A run that loses its claim is stopped here: somebody else goes on with it. Without a holder nothing is claimed.
    """
    task = asyncio.create_task(_hold(workshop, live, holder))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        if live.heard and not holder:
            with contextlib.suppress(KangbanError):
                await workshop.shelf.release(live.run_id, live.owner)


async def _hold(workshop: Workshop, live: LiveRun, holder: str) -> None:
    loop = asyncio.get_running_loop()
    sure_until = loop.time() + workshop.claim_s
    while True:
        await asyncio.sleep(workshop.look_s)
        try:
            if holder and loop.time() > sure_until - workshop.claim_s / 2:
                asked_at = loop.time()
                if not await _claim(workshop, live.run_id, live.owner, holder, workshop.claim_s):
                    live.lose()
                    return
                sure_until = asked_at + workshop.claim_s
            _hear(live, await workshop.shelf.words(live.run_id, live.owner))
        except KangbanError:  # the database is away for a moment; past the claim somebody else may have the run
            pass
        if holder and loop.time() > sure_until:
            live.lose()
            return


def _hear(live: LiveRun, words: Mapping[str, str]) -> None:
    for key, word in words.items():
        live.heard = True
        if key == STOP:
            live.stop.set()
            continue
        with contextlib.suppress(NotFound):
            live.answer(key, yes=word == "yes")


async def _claim(workshop: Workshop, run_id: str, owner: str, holder: str, for_s: float) -> bool:
    now = workshop.house.clock.now()
    return await workshop.shelf.claim(Claim(run_id, owner, holder, now + timedelta(seconds=for_s)), now)
