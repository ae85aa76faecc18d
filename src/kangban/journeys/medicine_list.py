"""One page for the doctor: who it is, what matters for prescribing, what is ordered, taken, and taken lately."""

from __future__ import annotations

from datetime import datetime

import msgspec

from kangban.clinical.person import PersonFacts
from kangban.clinical.record import Patient
from kangban.journeys.auditing.recording import event
from kangban.journeys.doses_taken import Dose, doses_of
from kangban.journeys.house import House, for_purpose, get_member
from kangban.record.timeline import FACT_KINDS, facts_at


class MedicineList(msgspec.Struct, frozen=True):
    """What goes on the page. Of what the actor may not export the facts are unknown, and the page says so."""

    patient: Patient
    facts: PersonFacts
    doses: tuple[Dose, ...]
    at: datetime


async def medicine_list(house: House, member_id: str) -> MedicineList:
    """Gather the page; that it was handed out stands in the audit before it is. Raises NotFound, NotPermitted."""
    house = for_purpose(house, "export")
    member = await get_member(house, member_id)
    now = house.clock.now()
    entries = await house.store.entries(house.family_id, member_id, kinds=FACT_KINDS)
    made = event(house, "export.made", member_id=member_id, purpose="export", kinds=["MedicationStatement"])
    await house.audit.write([made])
    return MedicineList(member.patient, facts_at(entries, now), doses_of(entries, now), now)
