"""The audit on SQLite or PostgreSQL: links are only appended; what retention takes away leaves a checkpoint.

`audit_head` notes where each chain ends, so that appending reads one row and a chain cut off at its end is seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kangban.adapters.store.tables import audit, audit_head
from kangban.adapters.store.work import Work, enter_family
from kangban.clinical.audit import AuditEvent, ChainedEvent
from kangban.kernel.errors import InvalidInput
from kangban.record.chain import GENESIS, Head, checkpoint, extend
from kangban.record.links import LinkRow, check_event, link_of, link_row
from kangban.record.rows import microseconds, storable_id

_CHUNK = 400  # bound parameters in one statement; old SQLite builds take 999
# Another key space than the lock of a family's entries: an append takes that one first, then this one.
_LOCK = sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(sa.bindparam("family"), 1)))


async def append_events(connection: AsyncConnection, events: Sequence[AuditEvent]) -> None:
    """Append events to their chains inside a write transaction; an id that is there already is skipped.

    Chains are locked in order. Leaves the last event's family in view, so it comes last in a transaction.
    """
    for event in events:
        check_event(event)
    for family_id in sorted({event.family_id for event in events}):
        await _enter(connection, family_id)
        mine: dict[str, AuditEvent] = {}
        for event in events:
            if event.family_id == family_id:
                mine.setdefault(event.id, event)
        known = await _known(connection, sorted(mine))
        await _extend(connection, family_id, [e for e in mine.values() if e.id not in known])


async def _enter(connection: AsyncConnection, family_id: str) -> None:
    if connection.dialect.name == "postgresql":
        await connection.execute(_LOCK, {"family": family_id})
    await enter_family(connection, family_id)


async def _known(connection: AsyncConnection, ids: list[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(ids), _CHUNK):
        query = sa.select(audit.c.id).where(audit.c.id.in_(ids[start : start + _CHUNK]))
        found |= set((await connection.execute(query)).scalars())
    return found


async def _head(connection: AsyncConnection, family_id: str) -> Head | None:
    query = sa.select(audit_head.c.number, audit_head.c.hash).where(audit_head.c.family_id == family_id)
    row = (await connection.execute(query)).first()
    return None if row is None else Head(*row)


async def _extend(connection: AsyncConnection, family_id: str, events: Sequence[AuditEvent]) -> None:
    if not events:
        return
    before = await _head(connection, family_id)
    links = extend(before or Head(), events)
    rows = [msgspec.structs.asdict(link_row(link)) for link in links]
    await connection.execute(sa.insert(audit), rows)
    now = {"number": links[-1].number, "hash": links[-1].hash}
    if before is None:
        await connection.execute(sa.insert(audit_head).values(family_id=family_id, kept_from=1, **now))
    else:
        await connection.execute(sa.update(audit_head).where(audit_head.c.family_id == family_id).values(**now))


class SqlAudit:
    """An `AuditTrail` on a database, over the same connections as the other stores."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def write(self, events: Sequence[AuditEvent]) -> None:
        """See AuditTrail.write."""
        if not events:
            self._work.check_open()
            return

        async def write() -> None:
            async with self._work.writing() as connection:
                await append_events(connection, events)

        await self._work.asked(write)

    async def chain(
        self, family_id: str, *, after: int = 0, limit: int | None = None, newest_first: bool = False
    ) -> list[ChainedEvent]:
        """See AuditTrail.chain."""
        if limit is not None and limit < 0:
            raise InvalidInput("a limit is not below zero", field="limit")
        if family_id and not storable_id(family_id):
            self._work.check_open()
            return []
        order = audit.c.number.desc() if newest_first else audit.c.number
        # By name: the struct and the table may list their columns in different orders.
        columns = [audit.c[name] for name in LinkRow.__struct_fields__]
        query = sa.select(*columns).where(audit.c.family_id == family_id, audit.c.number > after)
        query = query.order_by(order).limit(limit)

        async def read() -> list[LinkRow]:
            async with self._work.reading(family_id) as connection:
                return [LinkRow(*row) for row in await connection.execute(query)]

        return [link_of(row) for row in await self._work.asked(read)]

    async def chains(self) -> list[str]:
        """See AuditTrail.chains."""

        async def read() -> list[str]:
            async with self._work.reading(None) as connection:
                query = sa.select(audit_head.c.family_id).order_by(audit_head.c.family_id)
                return [str(found) for found in (await connection.execute(query)).scalars()]

        return await self._work.asked(read)

    async def head(self, family_id: str) -> tuple[int, str]:
        """See AuditTrail.head."""
        if family_id and not storable_id(family_id):
            self._work.check_open()
            return 0, GENESIS

        async def read() -> Head | None:
            async with self._work.reading(None) as connection:
                return await _head(connection, family_id)

        found = await self._work.asked(read) or Head()
        return found.number, found.hash

    async def drop_before(self, family_id: str, before: datetime, *, at: datetime | None = None) -> int:
        """See AuditTrail.drop_before."""

        async def write() -> int:
            async with self._work.writing() as connection:
                await _enter(connection, family_id)
                last = await _last_droppable(connection, family_id, microseconds(before))
                if last is None:
                    return 0
                await _extend(connection, family_id, [checkpoint(family_id, last, at or before)])
                kept = sa.update(audit_head).where(audit_head.c.family_id == family_id)
                await connection.execute(kept.values(kept_from=last.number + 1))
                old = (audit.c.family_id == family_id) & (audit.c.number <= last.number)
                return (await connection.execute(sa.delete(audit).where(old))).rowcount

        return await self._work.asked(write)


async def _last_droppable(connection: AsyncConnection, family_id: str, before: int) -> Head | None:
    """The same decision as `chain.last_droppable`, without reading the chain."""
    mine = audit.c.family_id == family_id
    young = sa.select(sa.func.min(audit.c.number)).where(mine, audit.c.at >= before)
    first_young = (await connection.execute(young)).scalar()
    query = sa.select(audit.c.number, audit.c.hash).where(mine).order_by(audit.c.number.desc()).limit(1)
    if first_young is not None:
        query = query.where(audit.c.number < first_young)
    row = (await connection.execute(query)).first()
    return None if row is None else Head(*row)
