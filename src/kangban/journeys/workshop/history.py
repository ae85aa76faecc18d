"""Runs of an owner: looked at and erased."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from kangban.journeys.workshop.kept import Workshop, require_owner
from kangban.ports.agents import AgentRun


async def runs(workshop: Workshop, owner: str, agent: str = "", limit: int = 50) -> Sequence[AgentRun]:
    """Newest first."""
    require_owner(workshop, owner)
    claimed = {one.run_id for one in await workshop.shelf.claims()}
    return [_settled(workshop, one, claimed) for one in await workshop.shelf.runs(owner, agent, min(limit, 200))]


async def run(workshop: Workshop, run_id: str, owner: str) -> AgentRun:
    """One run with its steps; raises NotFound."""
    require_owner(workshop, owner)
    claimed = {one.run_id for one in await workshop.shelf.claims()}
    return _settled(workshop, await workshop.shelf.get_run(run_id, owner), claimed)


async def erase(workshop: Workshop, run_id: str, owner: str) -> None:
    """Stop it if it is under way, and forget it. Idempotent."""
    require_owner(workshop, owner)
    if (under_way := workshop.live.find(run_id, owner)) is not None:
        under_way.erased = True
        under_way.stop.set()
    durable = any(one.run_id == run_id and one.owner == owner for one in await workshop.shelf.claims())
    await workshop.shelf.erase_run(run_id, owner)
    if durable and workshop.durable is not None:
        await workshop.durable().forget(run_id)


def _settled(workshop: Workshop, one: AgentRun, claimed: Collection[str]) -> AgentRun:
    """A run that no process carries on and none will take up was broken off."""
    if one.stopped_by is not None or one.id in claimed or workshop.live.find(one.id, one.owner) is not None:
        return one
    return msgspec.structs.replace(one, stopped_by="failed")
