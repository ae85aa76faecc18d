"""The audit as a FHIR document, for an authority or a hospital that asks for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from kangban.clinical.audit import ChainedEvent
from kangban.journeys.auditing.reading import may_audit, names_of
from kangban.journeys.auditing.recording import event
from kangban.journeys.house import House
from kangban.kernel.errors import NotFound

# Links, names of accounts by id, the moment of the export → one JSON document. adapters/fhir_audit.py in the house.
Writer = Callable[[Sequence[ChainedEvent], Mapping[str, str], datetime], str]


async def fhir(house: House, write: Writer, *, member_id: str | None = None) -> str:
    """Every event about one member, or about all whose audit this actor may read; oldest first.

    Raises NotFound for a member, NotPermitted where there is none. The export is an event, written before it.
    """
    mine = await may_audit(house)
    if member_id is not None and not mine(member_id):
        raise NotFound("no such member", field="person")
    await house.audit.write([event(house, "audit.exported", member_id=member_id or "", purpose="audit")])

    def wanted(link: ChainedEvent) -> bool:
        return mine(link.event.member_id) and member_id in (None, link.event.member_id)

    links = [link for link in await house.audit.chain(house.family_id) if wanted(link)]
    names = await names_of(house, {link.event.account_id for link in links})
    return write(links, names, house.clock.now())
