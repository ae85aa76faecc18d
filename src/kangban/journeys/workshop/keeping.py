"""Agents of an owner: made, kept in versions, duplicated, compared, taken away. Shipped ones are everybody's."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

import msgspec

from kangban.journeys.workshop.checking import check
from kangban.journeys.workshop.kept import Workshop, require_owner
from kangban.journeys.workshop.papers import write_yaml
from kangban.journeys.workshop.shipped import shipped_agents
from kangban.kernel.errors import InvalidInput, NotFound
from kangban.ports.agents import AgentDefinition, AgentVersion


class Listed(msgspec.Struct, frozen=True):
    """An agent as listed: its newest version; 0 and `shipped` for one that comes with the program."""

    definition: AgentDefinition
    version: int
    shipped: bool = False


async def agents(workshop: Workshop, owner: str) -> list[Listed]:
    """The owner's agents and the shipped ones they have no own of, by name."""
    require_owner(workshop, owner)
    own = [Listed(one.definition, one.version) for one in await workshop.shelf.newest(owner)]
    names = {one.definition.name for one in own}
    rest = [Listed(one, 0, shipped=True) for name, one in shipped_agents().items() if name not in names]
    return sorted([*own, *rest], key=lambda one: one.definition.name)


async def load(workshop: Workshop, name: str, owner: str, version: int | None = None) -> Listed:
    """One agent, its newest version unless one is named; raises NotFound."""
    require_owner(workshop, owner)
    kept = await workshop.shelf.versions(name, owner)
    for one in reversed(kept):
        if version in (None, one.version):
            return Listed(one.definition, one.version)
    if not kept and version in (None, 0) and name in shipped_agents():
        return Listed(shipped_agents()[name], 0, shipped=True)
    raise NotFound(f"no such agent: {name}", field="name", key="workshop.no_agent")


async def definitions(workshop: Workshop, owner: str) -> dict[str, AgentDefinition]:
    """All agents an owner's agent may be made of, by name."""
    return {one.definition.name: one.definition for one in await agents(workshop, owner)}


async def checked(workshop: Workshop, definition: AgentDefinition, owner: str) -> None:
    """Raises InvalidInput for a definition that could not run."""
    names = {each.name for each in workshop.tools()}
    check(definition, names, await definitions(workshop, owner) | {definition.name: definition})


async def save(
    workshop: Workshop, definition: AgentDefinition, owner: str, expected: int | None = None
) -> AgentVersion:
    """Keep as the next version. `expected`: the version it was made from (None: new). Raises InvalidInput, Conflict."""
    require_owner(workshop, owner)
    await checked(workshop, definition, owner)
    return await workshop.shelf.save(definition, owner, workshop.house.clock.now(), expected or None)


async def duplicate(workshop: Workshop, name: str, new_name: str, owner: str) -> AgentVersion:
    """A copy under another name; raises Conflict where that name is taken."""
    found = await load(workshop, name, owner)
    return await save(workshop, msgspec.structs.replace(found.definition, name=new_name), owner)


async def versions(workshop: Workshop, name: str, owner: str) -> Sequence[AgentVersion]:
    """All versions, oldest first; raises NotFound."""
    require_owner(workshop, owner)
    found = await workshop.shelf.versions(name, owner)
    if not found and name not in shipped_agents():
        raise NotFound(f"no such agent: {name}", field="name", key="workshop.no_agent")
    return found


async def diff(workshop: Workshop, name: str, owner: str, old: int, new: int) -> list[str]:
    """Lines of a unified diff between two versions; [] where they are equal."""
    papers = [write_yaml((await load(workshop, name, owner, version)).definition) for version in (old, new)]
    before, after = (paper.splitlines() for paper in papers)
    return list(difflib.unified_diff(before, after, f"{name} {old}", f"{name} {new}", lineterm=""))


async def remove(workshop: Workshop, name: str, owner: str) -> None:
    """Forget an agent with all its versions; its runs stay. Shipped agents cannot be removed: raises InvalidInput."""
    require_owner(workshop, owner)
    if not await workshop.shelf.versions(name, owner):
        if name in shipped_agents():
            raise InvalidInput("this agent comes with the program", field="name", key="workshop.shipped")
        raise NotFound(f"no such agent: {name}", field="name", key="workshop.no_agent")
    await workshop.shelf.remove(name, owner)
