"""Runs of an owner: looked at and erased."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kangban.journeys.workshop.kept import Workshop, require_owner
from kangban.ports.agents import AgentRun


async def runs(workshop: Workshop, owner: str, agent: str = "", limit: int = 50) -> Sequence[AgentRun]:
    """Newest first."""
    require_owner(workshop, owner)
    return [_settled(workshop, one) for one in await workshop.shelf.runs(owner, agent, min(limit, 200))]


async def run(workshop: Workshop, run_id: str, owner: str) -> AgentRun:
    """One run with its steps; raises NotFound."""
    require_owner(workshop, owner)
    return _settled(workshop, await workshop.shelf.get_run(run_id, owner))


async def erase(workshop: Workshop, run_id: str, owner: str) -> None:
    """Stop it if it is under way, and forget it. Idempotent."""
    require_owner(workshop, owner)
    if (under_way := workshop.live.find(run_id, owner)) is not None:
        under_way.stop.set()
    await workshop.shelf.erase_run(run_id, owner)


def _settled(workshop: Workshop, one: AgentRun) -> AgentRun:
    """A run that no process carries on any more was broken off; durable runs do not exist yet."""
    if one.stopped_by is not None or workshop.live.find(one.id, one.owner) is not None:
        return one
    return msgspec.structs.replace(one, stopped_by="failed")
