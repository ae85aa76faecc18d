"""How every store of one database works: one engine, one queue of writers, one family in view, one way to repeat."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from kangban.adapters.store.engine import WRITES, key_of, make_engine, read_url, sqlite_path
from kangban.adapters.store.faults import is_driver_fault, is_worth_repeating, translated
from kangban.adapters.store.migrate import bring_up_to_date
from kangban.adapters.store.stamp import Stamp
from kangban.adapters.store.tables import FAMILY_SETTING, SERVER_IN_VIEW
from kangban.kernel.errors import Unavailable

_ATTEMPTS = 5
_ENTER = sa.select(sa.func.set_config(FAMILY_SETTING, sa.bindparam("family"), True))
_LOCK = sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(sa.bindparam("family"), 0)))

_T = TypeVar("_T")


class Work:
    """A database with its file, if it is one. Made by `open`; shared by all stores over it."""

    def __init__(self, engine: AsyncEngine, file: Path | None, key: str = "") -> None:
        self.engine, self.file = engine, file
        self.key = key  # of an encrypted file; for its copies
        self._writers = engine.execution_options(**{WRITES: True})
        self.stamp = Stamp(file, key)
        self._closed = False
        # SQLite lets one writer in and makes the others poll; within one process they queue here instead.
        self._turn = asyncio.Lock() if file is not None else None

    @classmethod
    async def open(cls, url: str | URL) -> Work:
        """Connect and migrate; see `open_stores` for errors."""
        address = read_url(url) if isinstance(url, str) else url
        file = sqlite_path(address)
        engine, key = make_engine(address), key_of(address)

        async def migrate() -> None:
            await bring_up_to_date(engine, file, key=key)

        try:
            await _repeating(migrate)
        except BaseException:
            await engine.dispose()
            raise
        return cls(engine, file, key)

    async def close(self) -> None:
        """Release connections; safe to call twice."""
        if not self._closed:
            self._closed = True
            self.stamp.close()
            await self.engine.dispose()

    @contextlib.asynccontextmanager
    async def reading(self, family_id: str | None) -> AsyncGenerator[AsyncConnection]:
        """One transaction that reads: rows of this family ("": the server's own), or tables of the doors (None)."""
        async with self.engine.connect() as connection:
            if family_id is not None:
                await enter_family(connection, family_id)
            yield connection

    @contextlib.asynccontextmanager
    async def writing(self, families: Collection[str] = ()) -> AsyncGenerator[AsyncConnection]:
        """One write transaction; on PostgreSQL the families are locked, in order, until it ends.

        A single family is in view at once; with several, `enter_family` goes from one to the next.
        """
        async with self._turn or contextlib.nullcontext(), self._writers.begin() as connection:
            if self.file is None:
                for family_id in sorted(families):
                    await connection.execute(_LOCK, {"family": family_id})
            if len(families) == 1:
                await enter_family(connection, next(iter(families)))
            yield connection

    async def asked(self, work: Callable[[], Awaitable[_T]]) -> _T:
        """Do `work` to its end even when the caller goes away; it must be harmless to do twice.

        A connection whose caller is cancelled midway keeps its transaction, and with it SQLite's
        write lock; so the cancellation is passed on only after the work is done.
        """
        self.check_open()
        task = asyncio.ensure_future(_repeating(work))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.wait({task})
            if not task.cancelled():
                task.exception()  # looked at, or asyncio complains that nobody did
            raise

    def check_open(self) -> None:
        """Raise Unavailable after `close`."""
        if self._closed:
            raise Unavailable("the record store is closed")


async def enter_family(connection: AsyncConnection, family_id: str) -> None:
    """Bring one family into view for the rest of the transaction: the only place that opens a wall.

    PostgreSQL's row-level security then shows its rows alone. Outside of this nothing is shown, because the
    setting ends with the transaction. SQLite has no walls; there the queries' own conditions stand alone.
    """
    if connection.dialect.name == "postgresql":
        await connection.execute(_ENTER, {"family": family_id or SERVER_IN_VIEW})


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
