"""Rows kept whole: canonical JSON in `body`, beside it the columns they are found by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa

from kangban.adapters.store.work import Work
from kangban.record.doors import findable, kept_text, read_back

_Row = TypeVar("_Row", bound=msgspec.Struct)


class KeptRows:
    """Puts, finds, lists and changes rows of the tables that `tables._kept` makes. Each call is one transaction."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def put(
        self,
        table: sa.Table,
        row: msgspec.Struct,
        *,
        over: Callable[[Any, Any], Any] = lambda row, _stored: row,
        gone: sa.ColumnElement[bool] | None = None,
        **columns: Any,
    ) -> None:
        """Write or replace by id; `over` has the last word on what replaces what; rows that are `gone` leave."""
        kept_text(row)  # refused before a transaction begins
        row_id: Any = getattr(row, "id")  # noqa: B009  every kept row has one, which Struct does not say
        this, type_ = table.c.id == row_id, type(row)

        async def write() -> None:
            async with self._work.writing() as connection:
                query = sa.select(table.c.body).where(this).with_for_update()
                stored = (await connection.execute(query)).scalar()
                new = over(row, None if stored is None else read_back(stored, type_))
                values = {name: getattr(new, name) for name in ("id", "account_id", "family_id") if hasattr(new, name)}
                values |= {**columns, "body": kept_text(new)}
                change = sa.insert(table) if stored is None else sa.update(table).where(this)
                await connection.execute(change.values(**values))
                if gone is not None:
                    await connection.execute(sa.delete(table).where(gone))

        await self._work.asked(write)

    async def put_values(self, table: sa.Table, this: sa.ColumnElement[bool], values: dict[str, Any]) -> None:
        """Write or replace one row of any table."""

        async def write() -> None:
            async with self._work.writing() as connection:
                changed = await connection.execute(sa.update(table).where(this).values(**values))
                if changed.rowcount == 0:
                    await connection.execute(sa.insert(table).values(**values))

        await self._work.asked(write)

    async def change(self, table: sa.Table, type_: type[_Row], row_id: str, to: Callable[[_Row], _Row]) -> _Row | None:
        """Replace a row by what `to` makes of it, alone with it; None where there is none."""
        this = table.c.id == row_id

        async def write() -> _Row | None:
            async with self._work.writing() as connection:
                stored = (await connection.execute(sa.select(table.c.body).where(this).with_for_update())).scalar()
                if stored is None:
                    return None
                old = read_back(stored, type_)
                new = to(old)
                if new != old:
                    await connection.execute(sa.update(table).where(this).values(body=kept_text(new)))
                return new

        if not findable(row_id):
            self._work.check_open()
            return None
        return await self._work.asked(write)

    async def find(self, table: sa.Table, type_: type[_Row], row_id: str) -> _Row | None:
        """One row by id."""
        found = await self.all_of(table, type_, id=row_id)
        return found[0] if found else None

    async def all_of(self, table: sa.Table, type_: type[_Row], **wanted: str) -> list[_Row]:
        """Rows whose columns have these values, by id."""
        if not all(findable(value) for value in wanted.values()):
            self._work.check_open()
            return []
        query = sa.select(table.c.body).where(*(table.c[name] == value for name, value in wanted.items()))

        async def read() -> list[_Row]:
            async with self._work.reading(None) as connection:
                found = await connection.execute(query.order_by(*table.primary_key))
                return [read_back(body, type_) for body in found.scalars()]

        return await self._work.asked(read)

    async def write(self, statement: sa.Update | sa.Delete) -> int:
        """One statement; returns how many rows it touched."""

        async def write() -> int:
            async with self._work.writing() as connection:
                return (await connection.execute(statement)).rowcount

        return await self._work.asked(write)
