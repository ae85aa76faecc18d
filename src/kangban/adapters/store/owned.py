"""What the tables of the workshop share: rows of one family, and in it of one owner at a time."""

from __future__ import annotations

import asyncio
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from kangban.adapters.store.copies import erase_rows_from_copies
from kangban.adapters.store.work import Work
from kangban.kernel.errors import Conflict
from kangban.record.doors import findable


class Owned:
    """Reads and writes of one family; a part of the shelf adds its own tables."""

    def __init__(self, work: Work, family_id: str) -> None:
        self._work, self._family_id = work, family_id

    def _mine(self, table: sa.Table, owner: str) -> sa.ColumnElement[bool]:
        return (table.c.family_id == self._family_id) & (table.c.owner == owner)

    async def _write(self, statement: sa.Executable) -> int:
        """Run one statement in a transaction; how many rows it touched."""

        async def write() -> int:
            async with self._work.writing({self._family_id}) as connection:
                done: Any = await connection.execute(statement)
                return int(done.rowcount)

        return await self._work.asked(write)

    async def _rows(self, query: sa.Select[*tuple[Any, ...]], *asked: str) -> list[Any]:
        """Rows of a query; none where a word of it can be nobody's id."""

        async def read() -> list[Any]:
            async with self._work.reading(self._family_id) as connection:
                return list((await connection.execute(query)).all())

        if not all(findable(each) for each in asked if each):
            self._work.check_open()
            return []
        return await self._work.asked(read)

    async def _upsert(self, table: sa.Table, row: dict[str, Any], changes: dict[str, Any]) -> None:
        """Insert, or change the owner's own row of that id; raises Conflict where it is somebody else's."""

        async def write() -> None:
            async with self._work.writing({self._family_id}) as connection:
                statement = inserted(connection, table).values(row)
                kept = statement.on_conflict_do_update(
                    index_elements=["id"], set_=changes, where=self._mine(table, row["owner"])
                )
                if not (await connection.execute(kept)).rowcount:
                    raise Conflict("the id is taken", field="id")

        await self._work.asked(write)

    async def _erase(self, table: sa.Table, owner: str, row_id: str | None = None) -> None:
        """Rows go, all of an owner without an id; on SQLite their bytes leave the file, its log and its copies too."""
        if not (findable(owner) and (row_id is None or findable(row_id))):
            return
        file, key = self._work.file, self._work.key
        if file is not None:
            of_it = {"family_id": self._family_id, "owner": owner} | ({"id": row_id} if row_id is not None else {})
            await self._work.asked(lambda: asyncio.to_thread(erase_rows_from_copies, file, table.name, of_it, key))
        which = self._mine(table, owner)
        if row_id is not None:
            which = which & (table.c.id == row_id)
        await self._write(sa.delete(table).where(which))
        if file is not None:
            await self._work.asked(self._empty_log)

    async def _empty_log(self) -> None:
        # As when a member is erased: outside a transaction, or SQLite refuses.
        async with self._work.reading(None) as connection:
            bare = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await bare.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def inserted(connection: AsyncConnection, table: sa.Table) -> Any:
    """An INSERT that knows ON CONFLICT, for whichever database this is."""
    return (postgres_insert if connection.dialect.name == "postgresql" else sqlite_insert)(table)
