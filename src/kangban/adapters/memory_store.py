"""The in-memory record store: same semantics as the databases, for tests and for trying out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from kangban.clinical.record import Entry
from kangban.kernel.errors import InvalidInput, NotFound, Unavailable
from kangban.record.rows import EntryRow, entry_of, microseconds, plan_append, row_of


class MemoryRecordStore:
    """A `RecordStore` that forgets everything when the program ends.

    No method awaits anything, so each one is a transaction by itself.
    """

    def __init__(self) -> None:
        self._rows: dict[str, EntryRow] = {}
        self._superseders: dict[str, str] = {}
        self._closed = False

    async def append(self, entries: Sequence[Entry]) -> int:
        """See RecordStore.append."""
        self._check_open()
        new = plan_append([row_of(entry) for entry in entries], self._rows, self._superseders)
        for row in new:
            self._rows[row.id] = row
            if row.supersedes is not None:
                self._superseders[row.supersedes] = row.id
        return len(new)

    async def get(self, family_id: str, entry_id: str) -> Entry:
        """See RecordStore.get."""
        self._check_open()
        row = self._rows.get(entry_id)
        if row is None or row.family_id != family_id:
            raise NotFound("no such entry", field="entry_id")
        return entry_of(row)

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
        self._check_open()
        if limit is not None and limit < 0:
            raise InvalidInput("a limit is not below zero", field="limit")
        known_by = None if known_at is None else microseconds(known_at)
        true_by = None if true_at is None else microseconds(true_at)

        def wanted(row: EntryRow) -> bool:
            return (
                row.family_id == family_id
                and (member_id is None or row.member_id == member_id)
                and (not kinds or row.kind in kinds)
                and (known_by is None or row.known_at <= known_by)
                and (true_by is None or row.true_at <= true_by)
                and (include_superseded or not (row.retracted or self._superseded(row, known_by)))
            )

        rows = sorted(filter(wanted, self._rows.values()), key=lambda row: row.order, reverse=newest_first)
        return [entry_of(row) for row in rows[:limit]]

    def _superseded(self, row: EntryRow, known_by: int | None) -> bool:
        by = self._superseders.get(row.id)
        return by is not None and (known_by is None or self._rows[by].known_at <= known_by)

    async def families(self) -> list[str]:
        """See RecordStore.families."""
        self._check_open()
        return sorted({row.family_id for row in self._rows.values()})

    async def delete_member(self, family_id: str, member_id: str) -> int:
        """See RecordStore.delete_member."""
        self._check_open()
        gone = [r for r in self._rows.values() if (r.family_id, r.member_id) == (family_id, member_id)]
        for row in gone:
            del self._rows[row.id]
            if row.supersedes is not None:
                del self._superseders[row.supersedes]
        return len(gone)

    async def close(self) -> None:
        """See RecordStore.close."""
        self._closed = True

    def _check_open(self) -> None:
        if self._closed:
            raise Unavailable("the record store is closed")
