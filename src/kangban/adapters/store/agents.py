"""Agents and their runs over SQLAlchemy: of one family, and in it of one owner at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from kangban.adapters.store.agents_kept import ClaimRows, NoteRows, SpentRows
from kangban.adapters.store.owned import Owned
from kangban.adapters.store.tables import agent_claim, agent_note, agent_run, agent_spent, agent_version, agent_word
from kangban.kernel.errors import Conflict, NotFound
from kangban.kernel.ids import derived_id
from kangban.ports.agents import AgentDefinition, AgentRun, AgentVersion
from kangban.record.doors import kept_text, read_back
from kangban.record.rows import microseconds


class SqlAgentShelf(ClaimRows, NoteRows, SpentRows, Owned):
    """An `AgentShelf` of one family on a database. Each call is one transaction."""

    async def save(self, definition: AgentDefinition, owner: str, at: datetime, expected: int | None) -> AgentVersion:
        """See AgentShelf.save."""
        table, name = agent_version, definition.name
        newest = sa.select(sa.func.max(table.c.version)).where(self._mine(table, owner), table.c.name == name)

        async def write() -> AgentVersion:
            async with self._work.writing({self._family_id}) as connection:
                there = (await connection.execute(newest)).scalar()
                if there != expected:
                    raise Conflict("the agent was changed meanwhile", field="version")
                made = AgentVersion(definition, (there or 0) + 1, at, owner)
                id_ = derived_id("agent", self._family_id, owner, name, str(made.version))
                row = {
                    "id": id_, "family_id": self._family_id, "owner": owner, "name": name, "version": made.version,
                    "body": kept_text(made),
                }  # fmt: skip
                await connection.execute(sa.insert(table).values(row))
                return made

        return await self._work.asked(write)

    async def versions(self, name: str, owner: str) -> Sequence[AgentVersion]:
        """See AgentShelf.versions."""
        table = agent_version
        query = sa.select(table.c.body).where(self._mine(table, owner), table.c.name == name)
        found = await self._rows(query.order_by(table.c.version), owner, name)
        return [read_back(row.body, AgentVersion) for row in found]

    async def newest(self, owner: str) -> Sequence[AgentVersion]:
        """See AgentShelf.newest."""
        table = agent_version
        query = sa.select(table.c.body).where(self._mine(table, owner)).order_by(table.c.name, table.c.version)
        found = [read_back(row.body, AgentVersion) for row in await self._rows(query, owner)]
        return list({one.definition.name: one for one in found}.values())

    async def remove(self, name: str, owner: str) -> None:
        """See AgentShelf.remove."""
        await self._write(
            sa.delete(agent_version).where(self._mine(agent_version, owner), agent_version.c.name == name)
        )

    async def put_run(self, run: AgentRun) -> None:
        """See AgentShelf.put_run; raises Conflict where the id is somebody else's."""
        row = {
            "id": run.id, "family_id": self._family_id, "owner": run.owner, "agent": run.agent,
            "started_at": microseconds(run.started_at), "body": kept_text(run),
        }  # fmt: skip
        await self._upsert(agent_run, row, {"body": row["body"]})

    async def get_run(self, run_id: str, owner: str) -> AgentRun:
        """See AgentShelf.get_run."""
        query = sa.select(agent_run.c.body).where(self._mine(agent_run, owner), agent_run.c.id == run_id)
        for row in await self._rows(query, owner, run_id):
            return read_back(row.body, AgentRun)
        raise NotFound("no such run", field="run")

    async def runs(self, owner: str, agent: str = "", limit: int = 50) -> Sequence[AgentRun]:
        """See AgentShelf.runs."""
        table = agent_run
        query = sa.select(table.c.body).where(self._mine(table, owner))
        if agent:
            query = query.where(table.c.agent == agent)
        query = query.order_by(table.c.started_at.desc(), table.c.id.desc()).limit(max(0, limit))
        return [read_back(row.body, AgentRun) for row in await self._rows(query, owner, agent)]

    async def erase_run(self, run_id: str, owner: str) -> None:
        """See AgentShelf.erase_run. On SQLite the bytes leave the file, its log and its copies too."""
        await self.release(run_id, owner)
        await self._erase(agent_run, owner, run_id)

    async def erase_owner(self, owner: str) -> None:
        """See AgentShelf.erase_owner."""
        for table in (agent_claim, agent_word, agent_note, agent_spent, agent_run, agent_version):
            await self._erase(table, owner)
