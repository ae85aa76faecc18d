"""The in-memory record store: same semantics as the databases, for tests and for trying out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from kangban.clinical.account import Tenant
from kangban.clinical.audit import AuditEvent
from kangban.clinical.notice import Notice
from kangban.clinical.record import Entry
from kangban.kernel.errors import Broken, Conflict, InvalidInput, NotFound, Unavailable
from kangban.ports.accounts import AccountStore
from kangban.ports.audit import AuditTrail
from kangban.ports.notices import NoticeStore
from kangban.record.links import check_event
from kangban.record.rows import EntryRow, entry_of, microseconds, moment_of, plan_append, row_of


class MemoryRecordStore:
    """A `RecordStore` that forgets everything when the program ends.

    No method waits for anything outside memory, so each one is a transaction by itself. Events and notices go to
    the fakes it is handed; `accounts` learns of new families.
    """

    def __init__(
        self,
        *,
        audit: AuditTrail | None = None,
        notices: NoticeStore | None = None,
        accounts: AccountStore | None = None,
    ) -> None:
        self._audit, self._notices, self._accounts = audit, notices, accounts
        self._families: set[str] = set()
        self._rows: dict[str, EntryRow] = {}
        self._superseders: dict[str, str] = {}
        self._closed = False

    async def append(
        self,
        entries: Sequence[Entry],
        *,
        events: Sequence[AuditEvent] = (),
        notices: Sequence[Notice] = (),
        needs: Sequence[str] = (),
    ) -> int:
        """See RecordStore.append."""
        self._check_open()
        if (events and self._audit is None) or (notices and self._notices is None):
            # Said aloud, or a test would pass whose events are lost.
            raise Broken("this store was handed no place for events or notices")
        families = {entry.family_id for entry in entries}
        if any(each not in self._rows or self._rows[each].family_id not in families for each in needs):
            raise NotFound("an entry that this one needs is gone", field="needs")
        new = plan_append([row_of(entry) for entry in entries], self._rows, self._superseders)
        for event in events:
            check_event(event)  # before the notices, so that either all is written or nothing
        if self._notices is not None and notices:
            await self._notices.put(list(notices))
        if self._audit is not None and events:
            await self._audit.write(events)
        for row in new:
            self._rows[row.id] = row
            if row.supersedes is not None:
                self._superseders[row.supersedes] = row.id
        await self._meet({row.family_id: row.known_at for row in sorted(new, key=lambda row: -row.known_at)})
        return len(new)

    async def _meet(self, families: dict[str, int]) -> None:
        self._families |= families.keys()
        if self._accounts is not None:
            known = {tenant.family_id for tenant in await self._accounts.tenants()}
            for family_id in sorted(families.keys() - known):
                await self._accounts.put_tenant(Tenant(family_id, "family", "", moment_of(families[family_id])))

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
        made = [] if self._accounts is None else [tenant.family_id for tenant in await self._accounts.tenants()]
        return sorted(self._families.union(made))

    async def delete_member(self, family_id: str, member_id: str, *, events: Sequence[AuditEvent] = ()) -> int:
        """See RecordStore.delete_member."""
        self._check_open()
        await self._say(events)
        gone = [r for r in self._rows.values() if (r.family_id, r.member_id) == (family_id, member_id)]
        return self._take_away(gone)

    async def drop(self, family_id: str, entry_ids: Sequence[str], *, events: Sequence[AuditEvent] = ()) -> int:
        """See RecordStore.drop."""
        self._check_open()
        gone = [row for each in set(entry_ids) if (row := self._rows.get(each)) and row.family_id == family_id]
        if any(self._superseders.get(row.id, row.id) not in entry_ids for row in gone):
            raise Conflict("an entry that stays supersedes one of them", field="supersedes")
        await self._say(events)
        return self._take_away(gone)

    async def _say(self, events: Sequence[AuditEvent]) -> None:
        if events and self._audit is None:
            raise Broken("this store was handed no place for events or notices")
        if events and self._audit is not None:
            await self._audit.write(events)

    def _take_away(self, gone: Sequence[EntryRow]) -> int:
        for row in gone:
            del self._rows[row.id]
            if row.supersedes is not None:
                self._superseders.pop(row.supersedes, None)
        return len(gone)

    async def close(self) -> None:
        """See RecordStore.close."""
        self._closed = True

    def _check_open(self) -> None:
        if self._closed:
            raise Unavailable("the record store is closed")
