"""The in-memory audit: same semantics as the databases, for tests, the demo and trying out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from kangban.clinical.audit import AuditEvent, ChainedEvent
from kangban.kernel.errors import InvalidInput
from kangban.record.chain import Head, checkpoint, extend, last_droppable
from kangban.record.links import check_event


class MemoryAudit:
    """An `AuditTrail` that forgets everything when the program ends. No method awaits, so each is a transaction."""

    def __init__(self) -> None:
        self._chains: dict[str, list[ChainedEvent]] = {}
        self._heads: dict[str, Head] = {}
        self._ids: set[str] = set()

    def add(self, events: Sequence[AuditEvent]) -> None:
        """What `write` does, for a record store that appends events with its entries."""
        for each in events:
            check_event(each)
        for each in events:
            if each.id in self._ids:
                continue
            link = extend(self._heads.get(each.family_id, Head()), [each])[0]
            self._chains.setdefault(each.family_id, []).append(link)
            self._heads[each.family_id] = Head(link.number, link.hash)
            self._ids.add(each.id)

    async def write(self, events: Sequence[AuditEvent]) -> None:
        """See AuditTrail.write."""
        self.add(events)

    async def chain(
        self, family_id: str, *, after: int = 0, limit: int | None = None, newest_first: bool = False
    ) -> list[ChainedEvent]:
        """See AuditTrail.chain."""
        if limit is not None and limit < 0:
            raise InvalidInput("a limit is not below zero", field="limit")
        found = [link for link in self._chains.get(family_id, []) if link.number > after]
        return (found[::-1] if newest_first else found)[:limit]

    async def chains(self) -> list[str]:
        """See AuditTrail.chains."""
        return sorted(self._chains)

    async def head(self, family_id: str) -> tuple[int, str]:
        """See AuditTrail.head."""
        head = self._heads.get(family_id, Head())
        return head.number, head.hash

    async def drop_before(self, family_id: str, before: datetime, *, at: datetime | None = None) -> int:
        """See AuditTrail.drop_before."""
        links = self._chains.get(family_id, [])
        last = last_droppable(links, before)
        if last is None:
            return 0
        self.add([checkpoint(family_id, last, at or before)])
        stay = [link for link in self._chains[family_id] if link.number > last.number]
        gone = len(self._chains[family_id]) - len(stay)
        self._ids -= {link.event.id for link in self._chains[family_id][:gone]}
        self._chains[family_id] = stay
        return gone
