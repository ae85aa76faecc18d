"""The record store over SQLAlchemy: one class for SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kangban.adapters.store.audit import append_events
from kangban.adapters.store.copies import erase_from_copies
from kangban.adapters.store.notices import notice_row, put_notices
from kangban.adapters.store.tables import entry, tenant
from kangban.adapters.store.work import Work, enter_family
from kangban.clinical.account import Tenant
from kangban.clinical.audit import AuditEvent
from kangban.clinical.notice import Notice
from kangban.clinical.record import Entry
from kangban.kernel.errors import Conflict, InvalidInput, NotFound
from kangban.record.doors import kept_text
from kangban.record.rows import EntryRow, entry_of, microseconds, moment_of, plan_append, row_of, storable_id

_CHUNK = 400  # bound parameters in one statement; old SQLite builds take 999


class SqlRecordStore:
    """A `RecordStore` on a database. Made by `open`."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def append(
        self,
        entries: Sequence[Entry],
        *,
        events: Sequence[AuditEvent] = (),
        notices: Sequence[Notice] = (),
        needs: Sequence[str] = (),
    ) -> int:
        """See RecordStore.append."""
        rows = [row_of(each) for each in entries]
        words = [notice_row(each) for each in notices]
        families = {row.family_id for row in rows} | {word["family_id"] for word in words}
        if not (rows or words or events):
            self._work.check_open()
            return 0

        async def write() -> int:
            async with self._work.writing(families) as connection:
                await _check_there(connection, families, set(needs))
                stored, superseders = await _named_by(connection, rows)
                new = plan_append(rows, stored, superseders)
                await _insert(connection, new)
                await put_notices(connection, words)
                await append_events(connection, events)
                return len(new)

        return await self._work.asked(write)

    async def get(self, family_id: str, entry_id: str) -> Entry:
        """See RecordStore.get."""

        async def read() -> list[EntryRow]:
            async with self._work.reading(family_id) as connection:
                return list((await _rows_by_id(connection, family_id, {entry_id})).values())

        self._work.check_open()
        found = await self._work.asked(read) if storable_id(entry_id) and storable_id(family_id) else []
        if not found:
            raise NotFound("no such entry", field="entry_id")
        return entry_of(found[0])

    async def entries(
        self,
        family_id: str,
        member_id: str | None = None,
        *,
        kinds: Sequence[str] = (),
        known_at: datetime | None = None,
        true_at: datetime | None = None,
        include_superseded: bool = False,
        limit: int | None = None,
        newest_first: bool = False,
    ) -> list[Entry]:
        """See RecordStore.entries."""
        if limit is not None and limit < 0:
            raise InvalidInput("a limit is not below zero", field="limit")
        if not all(storable_id(i) for i in (family_id, *kinds, *([] if member_id is None else [member_id]))):
            self._work.check_open()
            return []
        query = sa.select(entry).where(entry.c.family_id == family_id)
        if member_id is not None:
            query = query.where(entry.c.member_id == member_id)
        if kinds:
            query = query.where(entry.c.kind.in_(kinds))
        if known_at is not None:
            query = query.where(entry.c.known_at <= microseconds(known_at))
        if true_at is not None:
            query = query.where(entry.c.true_at <= microseconds(true_at))
        if not include_superseded:
            query = query.where(~entry.c.retracted, ~_superseded(known_at))
        order = (entry.c.true_at, entry.c.known_at, entry.c.id)
        query = query.order_by(*((c.desc() for c in order) if newest_first else order)).limit(limit)

        async def read() -> list[EntryRow]:
            async with self._work.reading(family_id) as connection:
                return [_row(found) for found in await connection.execute(query)]

        return [entry_of(row) for row in await self._work.asked(read)]

    async def families(self) -> list[str]:
        """See RecordStore.families."""

        async def read() -> list[str]:
            async with self._work.reading(None) as connection:
                query = sa.select(tenant.c.family_id).order_by(tenant.c.family_id)
                return [str(found) for found in (await connection.execute(query)).scalars()]

        return await self._work.asked(read)

    async def delete_member(self, family_id: str, member_id: str, *, events: Sequence[AuditEvent] = ()) -> int:
        """See RecordStore.delete_member. On SQLite the bytes leave the file, its log and its copies too."""

        async def write() -> int:
            async with self._work.writing({family_id}) as connection:
                mine = (entry.c.family_id == family_id) & (entry.c.member_id == member_id)
                gone = (await connection.execute(sa.delete(entry).where(mine))).rowcount
                await append_events(connection, events)
                return gone

        if not (storable_id(family_id) and storable_id(member_id)):
            self._work.check_open()
            return 0
        file, key = self._work.file, self._work.key
        if file is not None:
            # Copies first: broken off after them, the member is still there and erasing goes on when asked again.
            await self._work.asked(lambda: asyncio.to_thread(erase_from_copies, file, family_id, member_id, key))
        gone = await self._work.asked(write)
        if file is not None:
            await self._work.asked(self._empty_log)
        return gone

    async def drop(self, family_id: str, entry_ids: Sequence[str], *, events: Sequence[AuditEvent] = ()) -> int:
        """See RecordStore.drop."""
        ids = sorted({each for each in entry_ids if storable_id(each)})

        async def write() -> int:
            async with self._work.writing({family_id}) as connection:
                later = await _superseders(connection, family_id, set(ids))
                if not set(later.values()) <= set(ids):
                    raise Conflict("an entry that stays supersedes one of them", field="supersedes")
                gone = 0
                # The foreign key looks only at the end of the transaction, so the order does not matter.
                for chunk in _chunks(ids):
                    old = (entry.c.family_id == family_id) & entry.c.id.in_(chunk)
                    gone += (await connection.execute(sa.delete(entry).where(old))).rowcount
                await append_events(connection, events)
                return gone

        if not storable_id(family_id):
            self._work.check_open()
            return 0
        gone = await self._work.asked(write)
        if self._work.file is not None:
            await self._work.asked(self._empty_log)
        return gone

    def stamp(self) -> int | None:
        """See Stamped.stamp."""
        return self._work.stamp.read()

    async def close(self) -> None:
        """See RecordStore.close. The other stores of this database are closed with it."""
        await self._work.close()

    async def _empty_log(self) -> None:
        # Outside a transaction, or SQLite refuses; a reader in the way only delays it to the next checkpoint.
        async with self._work.reading(None) as connection:
            bare = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await bare.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def _superseded(known_at: datetime | None) -> sa.Exists:
    later = entry.alias("later")
    condition = later.c.supersedes == entry.c.id
    if known_at is not None:
        condition &= later.c.known_at <= microseconds(known_at)
    return sa.exists().where(condition)


async def _named_by(
    connection: AsyncConnection, rows: Sequence[EntryRow]
) -> tuple[dict[str, EntryRow], dict[str, str]]:
    """Stored rows that `rows` name by id or supersedes, and what superseded them: each family behind its own wall.

    An id that another family has is not seen here; the insert hits it and ends as a Conflict that tells nothing.
    """
    stored: dict[str, EntryRow] = {}
    superseders: dict[str, str] = {}
    for family_id in sorted({row.family_id for row in rows}):
        mine = [row for row in rows if row.family_id == family_id]
        await enter_family(connection, family_id)
        stored |= await _rows_by_id(connection, family_id, {i for row in mine for i in (row.id, row.supersedes) if i})
        superseders |= await _superseders(connection, family_id, {row.supersedes for row in mine if row.supersedes})
    return stored, superseders


async def _check_there(connection: AsyncConnection, families: set[str], ids: set[str]) -> None:
    for family_id in sorted(families) if all(map(storable_id, ids)) else ():
        await enter_family(connection, family_id)
        ids = ids - set(await _rows_by_id(connection, family_id, ids))
    if ids:
        raise NotFound("an entry that this one needs is gone", field="needs")


async def _insert(connection: AsyncConnection, new: Sequence[EntryRow]) -> None:
    for family_id in sorted({row.family_id for row in new}):
        mine = [row for row in new if row.family_id == family_id]
        await enter_family(connection, family_id)
        await connection.execute(sa.insert(entry), [msgspec.structs.asdict(row) for row in mine])
        known = sa.select(tenant.c.family_id).where(tenant.c.family_id == family_id)
        if (await connection.execute(known)).first() is None:
            met = Tenant(family_id, "family", "", moment_of(min(row.known_at for row in mine)))
            await connection.execute(sa.insert(tenant).values(family_id=family_id, body=kept_text(met)))


async def _rows_by_id(connection: AsyncConnection, family_id: str, ids: set[str]) -> dict[str, EntryRow]:
    rows: dict[str, EntryRow] = {}
    for chunk in _chunks(sorted(ids)):
        query = sa.select(entry).where(entry.c.id.in_(chunk), entry.c.family_id == family_id)
        for found in await connection.execute(query):
            row = _row(found)
            rows[row.id] = row
    return rows


async def _superseders(connection: AsyncConnection, family_id: str, ids: set[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for chunk in _chunks(sorted(ids)):
        query = sa.select(entry.c.supersedes, entry.c.id)
        query = query.where(entry.c.supersedes.in_(chunk), entry.c.family_id == family_id)
        found |= {row.supersedes: row.id for row in await connection.execute(query)}
    return found


def _chunks(ids: list[str]) -> list[list[str]]:
    return [ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK)]


def _row(found: sa.Row[Any]) -> EntryRow:
    return EntryRow(*found)
