"""Agents and their runs over SQLAlchemy: of one family, and in it of one owner at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from kangban.adapters.store.copies import erase_run_from_copies
from kangban.adapters.store.tables import agent_run, agent_version
from kangban.adapters.store.work import Work
from kangban.kernel.errors import Conflict, NotFound
from kangban.kernel.ids import derived_id
from kangban.ports.agents import AgentDefinition, AgentRun, AgentVersion
from kangban.record.doors import findable, kept_text, read_back
from kangban.record.rows import microseconds


class SqlAgentShelf:
    """An `AgentShelf` of one family on a database. Each call is one transaction."""

    def __init__(self, work: Work, family_id: str) -> None:
        self._work, self._family_id = work, family_id

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
        found = await self._bodies(query.order_by(table.c.version), owner, name)
        return [read_back(body, AgentVersion) for body in found]

    async def newest(self, owner: str) -> Sequence[AgentVersion]:
        """See AgentShelf.newest."""
        table = agent_version
        query = sa.select(table.c.body).where(self._mine(table, owner)).order_by(table.c.name, table.c.version)
        found = [read_back(body, AgentVersion) for body in await self._bodies(query, owner)]
        return list({one.definition.name: one for one in found}.values())

    async def remove(self, name: str, owner: str) -> None:
        """See AgentShelf.remove."""
        await self._delete(
            sa.delete(agent_version).where(self._mine(agent_version, owner), agent_version.c.name == name)
        )

    async def put_run(self, run: AgentRun) -> None:
        """See AgentShelf.put_run; raises Conflict where the id is somebody else's."""
        row = {
            "id": run.id, "family_id": self._family_id, "owner": run.owner, "agent": run.agent,
            "started_at": microseconds(run.started_at), "body": kept_text(run),
        }  # fmt: skip

        async def write() -> None:
            async with self._work.writing({self._family_id}) as connection:
                insert = postgres_insert if connection.dialect.name == "postgresql" else sqlite_insert
                statement = insert(agent_run).values(row)
                mine = self._mine(agent_run, run.owner)
                kept = statement.on_conflict_do_update(
                    index_elements=["id"], set_={"body": statement.excluded.body}, where=mine
                )
                if not (await connection.execute(kept)).rowcount:
                    raise Conflict("the id is taken", field="id")

        await self._work.asked(write)

    async def get_run(self, run_id: str, owner: str) -> AgentRun:
        """See AgentShelf.get_run."""
        query = sa.select(agent_run.c.body).where(self._mine(agent_run, owner), agent_run.c.id == run_id)
        for body in await self._bodies(query, owner, run_id):
            return read_back(body, AgentRun)
        raise NotFound("no such run", field="run")

    async def runs(self, owner: str, agent: str = "", limit: int = 50) -> Sequence[AgentRun]:
        """See AgentShelf.runs."""
        table = agent_run
        query = sa.select(table.c.body).where(self._mine(table, owner))
        if agent:
            query = query.where(table.c.agent == agent)
        query = query.order_by(table.c.started_at.desc(), table.c.id.desc()).limit(max(0, limit))
        return [read_back(body, AgentRun) for body in await self._bodies(query, owner, agent)]

    async def erase_run(self, run_id: str, owner: str) -> None:
        """See AgentShelf.erase_run. On SQLite the bytes leave the file, its log and its copies too."""
        if not (findable(run_id) and findable(owner)):
            return
        file, key = self._work.file, self._work.key
        if file is not None:
            of_it = (self._family_id, owner, run_id)
            await self._work.asked(lambda: asyncio.to_thread(erase_run_from_copies, file, of_it, key))
        await self._delete(sa.delete(agent_run).where(self._mine(agent_run, owner), agent_run.c.id == run_id))
        if file is not None:
            await self._work.asked(self._empty_log)

    def _mine(self, table: sa.Table, owner: str) -> sa.ColumnElement[bool]:
        return (table.c.family_id == self._family_id) & (table.c.owner == owner)

    async def _delete(self, statement: sa.Delete) -> None:
        async def write() -> None:
            async with self._work.writing({self._family_id}) as connection:
                await connection.execute(statement)

        await self._work.asked(write)

    async def _bodies(self, query: sa.Select[tuple[str]], *asked: str) -> list[str]:
        async def read() -> list[str]:
            async with self._work.reading(self._family_id) as connection:
                return [str(body) for body in (await connection.execute(query)).scalars()]

        if not all(findable(each) for each in asked if each):
            self._work.check_open()
            return []
        return await self._work.asked(read)

    async def _empty_log(self) -> None:
        # As when a member is erased: outside a transaction, or SQLite refuses.
        async with self._work.reading(None) as connection:
            bare = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await bare.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
