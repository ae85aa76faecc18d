"""The record store: an append-only log of entries. Adapters: SQLite, PostgreSQL, memory (fake)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from kangban.clinical.record import Entry


class RecordStore(Protocol):
    """Append-only store of `Entry`. Every method may raise Unavailable (disk full, server gone).

    All times are aware UTC. One `append` call is one transaction: all entries or none.
    """

    async def append(self, entries: Sequence[Entry]) -> int:
        """Write entries; returns how many were new.

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
        """Ids of all families with at least one entry, sorted."""
        ...

    async def delete_member(self, family_id: str, member_id: str) -> int:
        """Erase every entry of one member for good; returns how many. Idempotent."""
        ...

    async def close(self) -> None:
        """Release connections; safe to call twice."""
        ...
