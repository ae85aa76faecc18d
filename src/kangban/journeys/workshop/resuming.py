"""Durable runs whose process is gone are taken up again, by the owner's own rights as they are now."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

import msgspec

from kangban.clinical.access import Actor
from kangban.journeys.accounts.login import actor_of
from kangban.journeys.gate import Gate
from kangban.journeys.house import House, seen_by
from kangban.journeys.workshop.carrying import WorkshopEvent
from kangban.journeys.workshop.durably import Papers, claim_lapsed, let_go, taken_up
from kangban.journeys.workshop.kept import MAY_NOT, workshop_of
from kangban.journeys.workshop.live import LiveRun
from kangban.kernel.errors import KangbanError, NotFound
from kangban.ports.agents import AgentShelf
from kangban.ports.durable import Claim, DurableRuns
from kangban.record.access import UNNAMED


async def lapsed(house: House, owner: str = "") -> list[Claim]:
    """Runs of this family, or of one owner, that nobody carries on any more."""
    bench, now = house.bench, house.clock.now()
    if bench is None or bench.durable is None:
        return []
    claims = await bench.shelf_of(house.family_id).claims()
    return [one for one in claims if one.until <= now and owner in ("", one.owner)]


async def resumed(house: House, gate: Gate, claim: Claim) -> AsyncGenerator[WorkshopEvent, None]:
    """Carry a lapsed run on to its end; nothing is told where another process was quicker.

    Whoever may not use the workshop any more gets no further step: their run ends as failed. Raises as a run does.
    """
    bench = house.bench
    if bench is None or bench.durable is None:
        return
    runs, shelf = bench.durable(), bench.shelf_of(house.family_id)
    papers = await _papers(runs, claim)
    actor = None if papers is None else await _actor_now(gate, papers.actor)
    if papers is None or actor is None:
        await _ended(house, shelf, runs, claim)
        return
    workshop = workshop_of(seen_by(house, actor))
    holder = await claim_lapsed(workshop, claim)
    if not holder:
        return
    live = LiveRun(claim.run_id, claim.owner, None)
    try:
        workshop.live.begin(live)
    except KangbanError:
        await let_go(workshop, claim.run_id, claim.owner, holder)
        raise
    try:
        async with aclosing(taken_up(workshop, papers, live, holder)) as events:
            async for event in events:
                yield event
    finally:
        workshop.live.end(claim.run_id)


async def _papers(runs: DurableRuns, claim: Claim) -> Papers | None:
    try:
        papers = msgspec.json.decode(await runs.papers_of(claim.run_id), type=Papers)
    except (NotFound, msgspec.DecodeError):
        return None
    run = papers.task.run
    return papers if (run.id, run.owner) == (claim.run_id, claim.owner) else None


async def _actor_now(gate: Gate, then: Actor) -> Actor | None:
    """Who the owner is today: a role taken away since is not used once more."""
    if then.account_id in UNNAMED:
        return then if then.role not in MAY_NOT else None
    now = await actor_of(gate, then.account_id, then.family_id, door=then.door)
    if now is None or now.role in MAY_NOT:
        return None
    return msgspec.structs.replace(now, scopes=then.scopes)


async def _ended(house: House, shelf: AgentShelf, runs: DurableRuns, claim: Claim) -> None:
    try:
        run = await shelf.get_run(claim.run_id, claim.owner)
        if run.stopped_by is None:
            await shelf.put_run(msgspec.structs.replace(run, stopped_by="failed", ended_at=house.clock.now()))
    except NotFound:
        pass
    await shelf.release(claim.run_id, claim.owner)
    await runs.forget(claim.run_id)
