"""Taking something away so that it can be put back as it was."""

from __future__ import annotations

from collections.abc import Sequence

from kangban.journeys.workshop import history, keeping
from kangban.journeys.workshop.kept import Workshop, require_owner
from kangban.kernel.errors import NotPermitted
from kangban.ports.agents import AgentRun, AgentVersion


async def take_away(workshop: Workshop, name: str, owner: str) -> Sequence[AgentVersion]:
    """Remove an agent; returns its versions, for `put_back`. Raises NotFound, and InvalidInput for a shipped one."""
    kept = await keeping.versions(workshop, name, owner)
    await keeping.remove(workshop, name, owner)
    return kept


async def put_back(workshop: Workshop, kept: Sequence[AgentVersion], owner: str) -> None:
    """Every version again, with its number and its moment; raises Conflict where the name was taken meanwhile."""
    require_owner(workshop, owner)
    before: int | None = None
    for one in kept:
        if one.owner != owner:
            raise NotPermitted("these agents are somebody else's", field="owner", key="workshop.not_yours")
        saved = await workshop.shelf.save(one.definition, owner, one.saved_at, before)
        before = saved.version


async def erase_run(workshop: Workshop, run_id: str, owner: str) -> AgentRun:
    """Forget a run; returns it, for `put_back_run`. Raises NotFound."""
    kept = await history.run(workshop, run_id, owner)
    await history.erase(workshop, run_id, owner)
    return kept


async def put_back_run(workshop: Workshop, kept: AgentRun, owner: str) -> None:
    """A run again, as it was."""
    require_owner(workshop, owner)
    if kept.owner != owner:
        raise NotPermitted("this run is somebody else's", field="owner", key="workshop.not_yours")
    await workshop.shelf.put_run(kept)
