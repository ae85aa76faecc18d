"""Agents and their runs in memory, forgotten when the program ends: for tests and for trying out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from kangban.kernel.errors import Conflict, NotFound
from kangban.ports.agents import AgentDefinition, AgentRun, AgentVersion
from kangban.record.doors import kept_text


class MemoryAgentShelf:
    """An `AgentShelf`. No method waits for anything, so each one is a transaction by itself."""

    def __init__(self) -> None:
        self._agents: dict[tuple[str, str], list[AgentVersion]] = {}
        self._runs: dict[str, AgentRun] = {}

    async def save(self, definition: AgentDefinition, owner: str, at: datetime, expected: int | None) -> AgentVersion:
        """See AgentShelf.save."""
        kept = self._agents.get((owner, definition.name), [])
        there = kept[-1].version if kept else None
        if there != expected:
            raise Conflict("the agent was changed meanwhile", field="version")
        made = AgentVersion(definition, (there or 0) + 1, at, owner)
        kept_text(made)
        self._agents[(owner, definition.name)] = [*kept, made]
        return made

    async def versions(self, name: str, owner: str) -> Sequence[AgentVersion]:
        """See AgentShelf.versions."""
        return list(self._agents.get((owner, name), []))

    async def newest(self, owner: str) -> Sequence[AgentVersion]:
        """See AgentShelf.newest."""
        return [kept[-1] for (whose, _), kept in sorted(self._agents.items()) if whose == owner]

    async def remove(self, name: str, owner: str) -> None:
        """See AgentShelf.remove."""
        self._agents.pop((owner, name), None)

    async def put_run(self, run: AgentRun) -> None:
        """See AgentShelf.put_run; raises Conflict where the id is somebody else's."""
        kept_text(run)
        old = self._runs.get(run.id)
        if old is not None and old.owner != run.owner:
            raise Conflict("the id is taken", field="id")
        self._runs[run.id] = run

    async def get_run(self, run_id: str, owner: str) -> AgentRun:
        """See AgentShelf.get_run."""
        found = self._runs.get(run_id)
        if found is None or found.owner != owner:
            raise NotFound("no such run", field="run")
        return found

    async def runs(self, owner: str, agent: str = "", limit: int = 50) -> Sequence[AgentRun]:
        """See AgentShelf.runs."""
        mine = [run for run in self._runs.values() if run.owner == owner and agent in ("", run.agent)]
        return sorted(mine, key=lambda run: (run.started_at, run.id), reverse=True)[: max(0, limit)]

    async def erase_run(self, run_id: str, owner: str) -> None:
        """See AgentShelf.erase_run."""
        found = self._runs.get(run_id)
        if found is not None and found.owner == owner:
            del self._runs[run_id]
