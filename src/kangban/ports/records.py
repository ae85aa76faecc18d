"""The record store: an append-only log of entries. Adapters: SQLite, PostgreSQL, memory (fake)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from kangban.clinical.audit import AuditEvent
from kangban.clinical.notice import Notice
from kangban.clinical.record import Entry


class RecordStore(Protocol):
    """Append-only store of `Entry`. Every method may raise Unavailable (disk full, server gone).

    All times are aware UTC. One `append` call is one transaction: all entries or none.
    """

    async def append(
        self,
        entries: Sequence[Entry],
        *,
        events: Sequence[AuditEvent] = (),
        notices: Sequence[Notice] = (),
        needs: Sequence[str] = (),
    ) -> int:
        """Write entries, with audit events and notices in the same transaction; returns how many entries were new.

        An event or notice whose id is there already is skipped. `needs` are ids of entries of the same family that
        must still be there, or NotFound is raised: what is written on behalf of an erased person comes too late.

        An id that is already there with the same body, member and supersedes is skipped, whatever
        its times (writing twice changes nothing). The same id with other content raises Conflict,
        and nothing of the call is written. A `supersedes` naming an entry that does not exist, or
        one already superseded by another entry, raises Conflict.
        """
        ...

    async def get(self, family_id: str, entry_id: str) -> Entry:
        """Return one entry; raises NotFound (also for another family's entry)."""
        ...

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
        """List entries ordered by (true_at, known_at, id).

        `known_at` leaves out what was learnt later, and brings back what was superseded later;
        `true_at` leaves out what became true later. Superseded and retracted entries are left out
        unless `include_superseded`.
        """
        ...

    async def families(self) -> list[str]:
        """Ids of all families of this server, sorted: those that ever had an entry, and tenants without one."""
        ...

    async def delete_member(self, family_id: str, member_id: str, *, events: Sequence[AuditEvent] = ()) -> int:
        """Erase every entry of one member for good; returns how many. Idempotent.

        The events stand in the same transaction; they say that it was done and hold no value.
        """
        ...

    async def drop(self, family_id: str, entry_ids: Sequence[str], *, events: Sequence[AuditEvent] = ()) -> int:
        """Retention: take away old entries, with the events in the same transaction; returns how many went.

        Ids that are not there are skipped. Raises Conflict, and drops nothing, when an entry that stays
        supersedes one of them.
        """
        ...

    async def close(self) -> None:
        """Release connections; safe to call twice."""
        ...


@runtime_checkable
class Stamped(Protocol):
    """A store that can tell cheaply, and without waiting, that nothing changed."""

    def stamp(self) -> int | None:
        """A number that differs once anything of the database was committed by anybody; None where unknown."""
        ...
