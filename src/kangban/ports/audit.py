"""The audit trail: append-only chains of events, one per family and one ("") of the server."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from kangban.clinical.audit import AuditEvent, ChainedEvent


class AuditTrail(Protocol):
    """Every method may raise Unavailable. Events written with `RecordStore.append` stand in the same chains."""

    async def write(self, events: Sequence[AuditEvent]) -> None:
        """Append to the chains of their families, in order; an id that is there already is skipped."""
        ...

    async def chain(
        self, family_id: str, *, after: int = 0, limit: int | None = None, newest_first: bool = False
    ) -> list[ChainedEvent]:
        """Links of one chain, by number."""
        ...

    async def chains(self) -> list[str]:
        """Families that have a chain, sorted."""
        ...

    async def head(self, family_id: str) -> tuple[int, str]:
        """Number and hash of the last link as the store noted them when it was written; (0, GENESIS) for none."""
        ...

    async def drop_before(self, family_id: str, before: datetime, *, at: datetime | None = None) -> int:
        """Retention: take away the oldest links, all older than `before`; returns how many went.

        An event "audit.dropped" of the moment `at` is appended in the same transaction; it names number and hash of
        the last link that went. A young link keeps everything after it.
        """
        ...
