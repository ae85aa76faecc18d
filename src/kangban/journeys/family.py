"""Keeping the record: add a member, write, correct, withdraw and confirm entries, export and delete a member."""

from __future__ import annotations

from datetime import datetime

import msgspec

from kangban.clinical.record import DocumentReference, Entry, FactBody, Patient, Proposal, Provenance
from kangban.journeys.house import House, get_member
from kangban.kernel.errors import Conflict, InvalidInput, NotFound
from kangban.kernel.ids import derived_id
from kangban.kernel.texts import t
from kangban.record.merge import correct, fact_entry, retract
from kangban.record.transfer import AiLabel, export_member

PERSON = "person"


async def add_member(house: House, patient: Patient, *, client_id: str) -> str:
    """Add a member and return the id; the same client id again changes nothing."""
    if not patient.name.strip():
        raise InvalidInput("a member needs a name", field="name", key="error.name_missing")
    if patient.born_on is not None and patient.born_on > house.clock.now().date():
        raise InvalidInput("born in the future", field="born_on", key="error.future")
    member_id = derived_id("member", house.family_id, client_id)
    now = house.clock.now()
    source = Provenance(actor=PERSON, source="person")
    entry = fact_entry(
        house.family_id, member_id, patient, true_at=now, known_at=now, provenance=source, client_id=client_id
    )
    await house.store.append([entry])
    return member_id


async def write_fact(
    house: House, member_id: str, body: FactBody, *, true_at: datetime | None = None, client_id: str | None = None
) -> str:
    """Write one fact a person entered; returns the entry id."""
    await get_member(house, member_id)
    now = house.clock.now()
    entry = fact_entry(
        house.family_id, member_id, body, true_at=true_at or now, known_at=now,
        provenance=Provenance(actor=PERSON, source="person"), client_id=client_id,
    )  # fmt: skip
    await house.store.append([entry])
    return entry.id


async def correct_fact(house: House, entry_id: str, body: FactBody) -> str:
    """Supersede an entry; the old one stays in the log. Raises Conflict when it was corrected before."""
    old = await house.store.get(house.family_id, entry_id)
    new = correct(old, body, known_at=house.clock.now(), provenance=Provenance(actor=PERSON, source="person"))
    await house.store.append([new])
    return new.id


async def withdraw_fact(house: House, entry_id: str) -> None:
    """Withdraw an entry without a new value."""
    old = await house.store.get(house.family_id, entry_id)
    await house.store.append(
        [retract(old, known_at=house.clock.now(), provenance=Provenance(actor=PERSON, source="person"))]
    )


async def proposals(house: House, member_id: str) -> list[Entry]:
    """Proposals that wait for a confirmation."""
    found = await house.store.entries(house.family_id, member_id, kinds=["Proposal"])
    return [e for e in found if isinstance(e.body, Proposal) and e.body.status == "proposed"]


async def decide_proposal(house: House, entry_id: str, *, confirm: bool) -> str:
    """Confirm or dismiss a proposal; returns the id of the fact written, or of the decision.

    Confirming twice returns the same id. Raises NotFound, or Conflict when it was decided otherwise.
    """
    try:
        entry = await house.store.get(house.family_id, entry_id)
    except NotFound:
        raise NotFound("no such proposal", field="id") from None
    if not isinstance(entry.body, Proposal):
        raise NotFound("no such proposal", field="id")
    now = house.clock.now()
    source = Provenance(actor=PERSON, source="person", note="confirmed" if confirm else "dismissed")
    fact = fact_entry(
        house.family_id, entry.member_id, entry.body.body, true_at=entry.body.true_at, known_at=now,
        provenance=source, client_id=f"confirmed-{entry.id}",
    )  # fmt: skip
    decided = msgspec.structs.replace(entry.body, status="confirmed" if confirm else "dismissed")
    decision = correct(entry, decided, known_at=now, provenance=source)
    try:
        await house.store.append([decision, fact] if confirm else [decision])
    except Conflict:
        if confirm and await _is_there(house, fact.id):
            return fact.id
        raise
    return fact.id if confirm else decision.id


async def _is_there(house: House, entry_id: str) -> bool:
    try:
        await house.store.get(house.family_id, entry_id)
    except NotFound:
        return False
    return True


async def export(house: House, member_id: str) -> str:
    """Everything of one member as JSON, with the AI label on generated texts."""
    await get_member(house, member_id)
    label = AiLabel(t("label.ai", house.lang), t("label.kind", house.lang))
    return await export_member(house.store, house.family_id, member_id, exported_at=house.clock.now(), ai_label=label)


async def delete(house: House, member_id: str) -> int:
    """Erase a member for good: entries and kept files; returns how many entries went."""
    kept = await house.store.entries(house.family_id, member_id, kinds=["DocumentReference"], include_superseded=True)
    others = await house.store.entries(house.family_id, kinds=["DocumentReference"], include_superseded=True)
    still_used = {e.body.sha256 for e in others if isinstance(e.body, DocumentReference) and e.member_id != member_id}
    count = await house.store.delete_member(house.family_id, member_id)
    for entry in kept:
        if isinstance(entry.body, DocumentReference) and entry.body.sha256 not in still_used:
            await house.blobs.delete(entry.body.sha256)
    return count
