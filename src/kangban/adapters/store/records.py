"""The record store over SQLAlchemy: one class for SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from kangban.adapters.store.copies import erase_from_copies
from kangban.adapters.store.engine import WRITES, make_engine, read_url, sqlite_path
from kangban.adapters.store.faults import is_driver_fault, is_worth_repeating, translated
from kangban.adapters.store.migrate import bring_up_to_date
from kangban.adapters.store.tables import entry
from kangban.clinical.record import Entry
from kangban.kernel.errors import InvalidInput, NotFound, Unavailable
from kangban.record.rows import EntryRow, entry_of, microseconds, plan_append, row_of, storable_id

_ATTEMPTS = 5
_CHUNK = 400  # bound parameters in one statement; old SQLite builds take 999

_T = TypeVar("_T")


class SqlRecordStore:
    """A `RecordStore` on a database. Made by `open`."""

    def __init__(self, engine: AsyncEngine, file: Path | None) -> None:
        self._readers = engine
        self._writers = engine.execution_options(**{WRITES: True})
        self._file = file
        self._closed = False
        # SQLite lets one writer in and makes the others poll; within one process they queue here instead.
        self._turn = asyncio.Lock() if file is not None else None

    @classmethod
    async def open(cls, url: str | URL) -> SqlRecordStore:
        """Connect and migrate; see `open_store` for errors."""
        address = read_url(url) if isinstance(url, str) else url
        file = sqlite_path(address)
        engine = make_engine(address)

        async def migrate() -> None:
            await bring_up_to_date(engine, file)

        try:
            await _repeating(migrate)
        except BaseException:
            await engine.dispose()
            raise
        return cls(engine, file)

    async def append(self, entries: Sequence[Entry]) -> int:
        """See RecordStore.append."""
        rows = [row_of(each) for each in entries]
        if not rows:
            self._check_open()
            return 0

        async def write() -> int:
            async with self._writing({row.family_id for row in rows}) as connection:
                stored = await _rows_by_id(connection, {i for row in rows for i in (row.id, row.supersedes) if i})
                superseders = await _superseders(connection, {row.supersedes for row in rows if row.supersedes})
                new = plan_append(rows, stored, superseders)
                if new:
                    await connection.execute(sa.insert(entry), [msgspec.structs.asdict(row) for row in new])
                return len(new)

        return await self._asked(write)

    async def get(self, family_id: str, entry_id: str) -> Entry:
        """See RecordStore.get."""

        async def read() -> list[EntryRow]:
            async with self._readers.connect() as connection:
                return list((await _rows_by_id(connection, {entry_id})).values())

        found = await self._asked(read) if storable_id(entry_id) else []
        if not found or found[0].family_id != family_id:
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
            self._check_open()
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
            async with self._readers.connect() as connection:
                return [_row(found) for found in await connection.execute(query)]

        return [entry_of(row) for row in await self._asked(read)]

    async def families(self) -> list[str]:
        """See RecordStore.families."""

        async def read() -> list[str]:
            async with self._readers.connect() as connection:
                query = sa.select(entry.c.family_id).distinct().order_by(entry.c.family_id)
                return [str(found) for found in (await connection.execute(query)).scalars()]

        return await self._asked(read)

    async def delete_member(self, family_id: str, member_id: str) -> int:
        """See RecordStore.delete_member. On SQLite the bytes leave the file, its log and its copies too."""

        async def write() -> int:
            async with self._writing({family_id}) as connection:
                mine = (entry.c.family_id == family_id) & (entry.c.member_id == member_id)
                return (await connection.execute(sa.delete(entry).where(mine))).rowcount

        if not (storable_id(family_id) and storable_id(member_id)):
            self._check_open()
            return 0
        gone = await self._asked(write)
        file = self._file
        if file is not None:
            # Also where nothing was left to erase: an earlier call may have been broken off here.
            await self._asked(self._empty_log)
            await self._asked(lambda: asyncio.to_thread(erase_from_copies, file, family_id, member_id))
        return gone

    async def close(self) -> None:
        """See RecordStore.close."""
        if not self._closed:
            self._closed = True
            await self._readers.dispose()

    @contextlib.asynccontextmanager
    async def _writing(self, families: set[str]) -> AsyncGenerator[AsyncConnection]:
        """One write transaction; on PostgreSQL the families are locked, in order, until it ends."""
        async with self._turn or contextlib.nullcontext(), self._writers.begin() as connection:
            if self._file is None:
                for family in sorted(families):
                    await connection.execute(
                        sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(family, 0)))
                    )
            yield connection

    async def _empty_log(self) -> None:
        # Outside a transaction, or SQLite refuses; a reader in the way only delays it to the next checkpoint.
        async with self._readers.connect() as connection:
            bare = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await bare.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    async def _asked(self, work: Callable[[], Awaitable[_T]]) -> _T:
        """Do `work` to its end even when the caller goes away.

        A connection whose caller is cancelled midway keeps its transaction, and with it SQLite's
        write lock; so the cancellation is passed on only after the work is done.
        """
        self._check_open()
        task = asyncio.ensure_future(_repeating(work))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.wait({task})
            if not task.cancelled():
                task.exception()  # looked at, or asyncio complains that nobody did
            raise

    def _check_open(self) -> None:
        if self._closed:
            raise Unavailable("the record store is closed")


async def _repeating(work: Callable[[], Awaitable[_T]]) -> _T:
    """Do `work`, again after a lost race or a stale connection; it must be harmless to do twice."""
    for attempt in range(_ATTEMPTS):
        try:
            return await work()
        except Exception as error:
            if not is_driver_fault(error):
                raise
            if not is_worth_repeating(error) or attempt == _ATTEMPTS - 1:
                # `from None`: the driver's message quotes statements, and may quote values.
                raise translated(error) from None
    raise AssertionError("unreachable")


def _superseded(known_at: datetime | None) -> sa.Exists:
    later = entry.alias("later")
    condition = later.c.supersedes == entry.c.id
    if known_at is not None:
        condition &= later.c.known_at <= microseconds(known_at)
    return sa.exists().where(condition)


async def _rows_by_id(connection: AsyncConnection, ids: set[str]) -> dict[str, EntryRow]:
    rows: dict[str, EntryRow] = {}
    for chunk in _chunks(sorted(ids)):
        for found in await connection.execute(sa.select(entry).where(entry.c.id.in_(chunk))):
            row = _row(found)
            rows[row.id] = row
    return rows


async def _superseders(connection: AsyncConnection, ids: set[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for chunk in _chunks(sorted(ids)):
        query = sa.select(entry.c.supersedes, entry.c.id).where(entry.c.supersedes.in_(chunk))
        found |= {row.supersedes: row.id for row in await connection.execute(query)}
    return found


def _chunks(ids: list[str]) -> list[list[str]]:
    return [ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK)]


def _row(found: sa.Row[Any]) -> EntryRow:
    return EntryRow(*found)
