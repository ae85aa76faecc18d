"""Notices over SQLAlchemy: what is told stands behind its family's wall, `outbox` says where and when to send it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kangban.adapters.store.tables import notice, outbox
from kangban.adapters.store.work import Work, enter_family
from kangban.clinical.notice import Notice, NoticeState
from kangban.kernel.errors import Conflict
from kangban.record.doors import findable, kept_text, read_back
from kangban.record.rows import microseconds, moment_of

_MOMENTS = ("sending_at", "sent_at", "read_at")


class SqlNoticeStore:
    """A `NoticeStore` on a database."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def put(self, notices: list[Notice]) -> int:
        """See NoticeStore.put."""
        rows = [notice_row(each) for each in notices]

        async def write() -> int:
            async with self._work.writing({row["family_id"] for row in rows}) as connection:
                return await put_notices(connection, rows)

        return await self._work.asked(write) if rows else 0

    async def lease(self, now: datetime, for_: timedelta, limit: int) -> list[NoticeState]:
        """See NoticeStore.lease. One transaction for each family that has something due."""
        moment, until = microseconds(now), microseconds(now + for_)
        leased: list[NoticeState] = []
        for family_id in await self._families_with_due(moment):
            left = limit - len(leased)
            if left <= 0:
                break

            async def take(family_id: str = family_id, left: int = left) -> list[NoticeState]:
                async with self._work.writing({family_id}) as connection:
                    return await _take(connection, family_id, moment, until, left)

            leased += await self._work.asked(take)
        return leased

    async def mark_sent(self, notice_id: str, at: datetime) -> None:
        """See NoticeStore.mark_sent."""
        unsent = notice.c.sent_at.is_(None)
        await self._mark(notice_id, unsent, {"sent_at": microseconds(at)}, {"next_at": None})

    async def mark_failed(self, notice_id: str, again_at: datetime) -> None:
        """See NoticeStore.mark_failed."""
        unsent = notice.c.sent_at.is_(None)
        await self._mark(notice_id, unsent, {"sending_at": None}, {"next_at": microseconds(again_at)})

    async def of_account(self, account_id: str, family_id: str, now: datetime, limit: int = 50) -> list[NoticeState]:
        """See NoticeStore.of_account."""
        mine = (notice.c.account_id == account_id) & (notice.c.family_id == family_id)
        query = sa.select(notice).where(mine, notice.c.due_at <= microseconds(now))
        query = query.order_by(notice.c.due_at.desc(), notice.c.id.desc()).limit(max(limit, 0))

        async def read() -> list[NoticeState]:
            async with self._work.reading(family_id) as connection:
                return [_state(row) for row in (await connection.execute(query)).mappings()]

        return await self._work.asked(read)

    async def mark_read(self, account_id: str, notice_id: str, at: datetime) -> None:
        """See NoticeStore.mark_read."""
        mine = (notice.c.account_id == account_id) & notice.c.read_at.is_(None)
        await self._mark(notice_id, mine, {"read_at": microseconds(at)}, {})

    async def drop(self, family_id: str, *, before: datetime | None = None, about: str = "") -> int:
        """See NoticeStore.drop."""
        which: list[sa.ColumnElement[bool]] = []
        if before is not None:
            which.append(notice.c.due_at < microseconds(before))
        if about and findable(about):
            which.append(notice.c.body.contains(about, autoescape=True))

        async def write() -> int:
            async with self._work.writing({family_id}) as connection:
                going = (notice.c.family_id == family_id) & sa.or_(*which)
                await connection.execute(sa.delete(outbox).where(outbox.c.id.in_(sa.select(notice.c.id).where(going))))
                return (await connection.execute(sa.delete(notice).where(going))).rowcount

        return await self._work.asked(write) if which else 0

    async def _mark(
        self, notice_id: str, only: sa.ColumnElement[bool], values: dict[str, Any], next_: dict[str, Any]
    ) -> None:
        async def write() -> None:
            async with self._work.reading(None) as connection:
                where = sa.select(outbox.c.family_id).where(outbox.c.id == notice_id)
                family_id = (await connection.execute(where)).scalar()
            if family_id is None:
                return
            # Under the family's lock, as a lease is: what was just sent must not be given out again.
            async with self._work.writing({family_id}) as connection:
                this = (notice.c.id == notice_id) & (notice.c.family_id == family_id)
                marked = await connection.execute(sa.update(notice).where(this, only).values(**values))
                if marked.rowcount and next_:
                    await connection.execute(sa.update(outbox).where(outbox.c.id == notice_id).values(**next_))

        if findable(notice_id):
            await self._work.asked(write)

    async def _families_with_due(self, moment: int) -> list[str]:
        async def read() -> list[str]:
            async with self._work.reading(None) as connection:
                query = sa.select(outbox.c.family_id, sa.func.min(outbox.c.next_at).label("first"))
                query = query.where(outbox.c.next_at <= moment).group_by(outbox.c.family_id)
                # Whoever waits longest comes first: a family with much to tell must not keep the others waiting.
                found = await connection.execute(query.order_by(sa.text("first"), outbox.c.family_id))
                return [str(row.family_id) for row in found]

        return await self._work.asked(read)


async def _take(connection: AsyncConnection, family_id: str, moment: int, until: int, limit: int) -> list[NoticeState]:
    due = (notice.c.family_id == family_id) & notice.c.sent_at.is_(None) & (outbox.c.next_at <= moment)
    query = sa.select(notice).join(outbox, outbox.c.id == notice.c.id).where(due)
    rows = (await connection.execute(query.order_by(notice.c.due_at, notice.c.id).limit(limit))).mappings().all()
    taken = [row["id"] for row in rows]
    if taken:
        sending = sa.update(notice).where(notice.c.id.in_(taken), notice.c.family_id == family_id)
        await connection.execute(sending.values(sending_at=moment, attempts=notice.c.attempts + 1))
        await connection.execute(sa.update(outbox).where(outbox.c.id.in_(taken)).values(next_at=until))
    return [_state({**row, "sending_at": moment, "attempts": row["attempts"] + 1}) for row in rows]


async def put_notices(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> int:
    """Write those that are new, inside the caller's transaction, which holds the locks of their families."""
    by_id: dict[str, dict[str, Any]] = {}
    for row in rows:
        if by_id.setdefault(row["id"], row)["family_id"] != row["family_id"]:
            raise Conflict("the id is taken", field="id")
    if not by_id:
        return 0
    there = sa.select(outbox.c.id, outbox.c.family_id).where(outbox.c.id.in_(list(by_id)))
    for known in (await connection.execute(there)).all():
        if by_id.pop(known.id)["family_id"] != known.family_id:
            raise Conflict("the id is taken", field="id")
    for family_id in sorted({row["family_id"] for row in by_id.values()}):
        mine = [row for row in by_id.values() if row["family_id"] == family_id]
        await enter_family(connection, family_id)
        await connection.execute(sa.insert(notice), [{k: v for k, v in row.items() if k != "next_at"} for row in mine])
        await connection.execute(
            sa.insert(outbox), [{name: row[name] for name in ("id", "family_id", "next_at")} for row in mine]
        )
    return len(by_id)


def notice_row(each: Notice) -> dict[str, Any]:
    """A notice as a row of both tables, before it is in a transaction; raises InvalidInput."""
    due_at = microseconds(each.due_at)
    return {
        "id": each.id, "family_id": each.family_id, "account_id": each.account_id, "body": kept_text(each),
        "due_at": due_at, "next_at": due_at if each.push else None, "attempts": 0,
    }  # fmt: skip


def _state(row: Any) -> NoticeState:
    moments = {name: None if row[name] is None else moment_of(row[name]) for name in _MOMENTS}
    return NoticeState(read_back(row["body"], Notice), attempts=row["attempts"], **moments)
