"""Keeping the record: add a member, write, correct, withdraw and confirm entries, export and delete a member."""

from __future__ import annotations

from datetime import datetime

import msgspec

from kangban.clinical.record import Consent, DocumentReference, Entry, FactBody, Patient, Proposal
from kangban.journeys.attachments import kept_elsewhere
from kangban.journeys.auditing.recording import event
from kangban.journeys.house import House, as_system, for_purpose, get_member, require, signed
from kangban.journeys.reopen import told_of
from kangban.kernel.errors import Conflict, InvalidInput, NotFound
from kangban.kernel.ids import derived_id
from kangban.kernel.texts import t
from kangban.record.consenting import given_by_of
from kangban.record.merge import correct, fact_entry, retract
from kangban.record.transfer import AiLabel, export_member

HEALTH_RECORD = "record"  # the target of a consent to keep and use somebody's record


async def add_member(
    house: House, patient: Patient, *, client_id: str, consent: bool = False, given_by: str = ""
) -> str:
    """Add a member and return the id; the same client id again changes nothing.

    Their yes to keeping the record (`given_by` a guardian under 14) is written with them, or nothing is.
    """
    if not patient.name.strip():
        raise InvalidInput("a member needs a name", field="name", key="error.name_missing")
    if patient.born_on is not None and patient.born_on > house.clock.now().date():
        raise InvalidInput("born in the future", field="born_on", key="error.future")
    if not consent:
        raise InvalidInput("a record needs consent", field="consent", key="error.consent_needed")
    member_id = derived_id("member", house.family_id, client_id)
    now = house.clock.now()
    word = Consent("health_data", HEALTH_RECORD, granted=True)
    word = msgspec.structs.replace(word, given_by=given_by_of(house.actor, member_id, word, given_by))
    entries = [
        fact_entry(
            house.family_id, member_id, body, true_at=now, known_at=now, provenance=signed(house), client_id=client_id
        )
        for body in (patient, word)
    ]
    await house.store.append(entries)
    return member_id


async def write_fact(
    house: House, member_id: str, body: FactBody, *, true_at: datetime | None = None, client_id: str | None = None
) -> str:
    """Write one fact a person entered; returns the entry id."""
    member = await get_member(house, member_id)
    now = house.clock.now()
    entry = fact_entry(
        house.family_id, member_id, body, true_at=true_at or now, known_at=now,
        provenance=signed(house), client_id=client_id,
    )  # fmt: skip
    await house.store.append([entry], notices=await told_of(house, entry), needs=[member.entry.id])
    return entry.id


async def correct_fact(house: House, entry_id: str, body: FactBody) -> str:
    """Supersede an entry; the old one stays in the log. Raises Conflict when it was corrected before."""
    old = await house.store.get(house.family_id, entry_id)
    new = correct(old, body, known_at=house.clock.now(), provenance=signed(house))
    await house.store.append([new], notices=await told_of(house, new))
    return new.id


async def withdraw_fact(house: House, entry_id: str) -> None:
    """Withdraw an entry without a new value."""
    old = await house.store.get(house.family_id, entry_id)
    gone = retract(old, known_at=house.clock.now(), provenance=signed(house))
    await house.store.append([gone], notices=await told_of(house, gone))


async def proposals(house: House, member_id: str) -> list[Entry]:
    """Proposals that wait for a confirmation."""
    found = await house.store.entries(house.family_id, member_id, kinds=["Proposal"])
    return [e for e in found if isinstance(e.body, Proposal) and e.body.status == "proposed"]


async def decide_proposal(house: House, entry_id: str, *, confirm: bool) -> str:
    """Confirm or dismiss a proposal; returns the id of the fact written, or of the decision.

    Confirming twice returns the same id. Raises NotFound, or Conflict when it was decided otherwise.
    """
    house = for_purpose(house, "confirm")
    try:
        entry = await house.store.get(house.family_id, entry_id)
    except NotFound:
        raise NotFound("no such proposal", field="id") from None
    if not isinstance(entry.body, Proposal):
        raise NotFound("no such proposal", field="id")
    now = house.clock.now()
    source = signed(house, note="confirmed" if confirm else "dismissed")
    fact = fact_entry(
        house.family_id, entry.member_id, entry.body.body, true_at=entry.body.true_at, known_at=now,
        provenance=source, client_id=f"confirmed-{entry.id}",
    )  # fmt: skip
    decided = msgspec.structs.replace(entry.body, status="confirmed" if confirm else "dismissed")
    decision = correct(entry, decided, known_at=now, provenance=source)
    try:
        if confirm:
            await house.store.append([decision, fact], notices=await told_of(house, fact))
        else:
            await house.store.append([decision])
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
    house = for_purpose(house, "export")
    await get_member(house, member_id)
    # Before anything leaves: what cannot be noted is not handed out.
    await house.audit.write([event(house, "export.made", member_id=member_id, purpose="export")])
    label = AiLabel(t("label.ai", house.lang), t("label.kind", house.lang))
    return await export_member(house.store, house.family_id, member_id, exported_at=house.clock.now(), ai_label=label)


async def delete(house: House, member_id: str) -> int:
    """Erase a member for good: entries, kept files, notices, their place in the family; how many entries went.

    What stays is the audit, which holds ids and codes: that they were there, and that they were erased.
    Raises NotFound for a member who is not there for the actor and NotPermitted for who may not erase them.
    """
    await require(house, member_id, "Patient", "erase")
    # Which files others still need is asked of the whole family; nothing of it is shown.
    whole = as_system(house).store
    kept = await whole.entries(house.family_id, member_id, kinds=["DocumentReference"], include_superseded=True)
    others = await whole.entries(house.family_id, kinds=["DocumentReference"], include_superseded=True)
    still_used = {e.body.sha256 for e in others if isinstance(e.body, DocumentReference) and e.member_id != member_id}
    going = {e.body.sha256 for e in kept if isinstance(e.body, DocumentReference)} - still_used
    # The entries go last: broken off before that, the same call finds everything again and ends it.
    for digest in sorted(going - await kept_elsewhere(house, going)):
        await house.blobs.delete(digest)
    await house.notices.drop(house.family_id, about=member_id)
    count = await for_purpose(house, "erase").store.delete_member(house.family_id, member_id)
    await _give_up_places(house, member_id)
    return count


async def _give_up_places(house: House, member_id: str) -> None:
    """Accounts that belonged to the erased person: a manager stays manager, anybody else has no place any more."""
    for place in await house.accounts.memberships(family_id=house.family_id):
        if place.member_id != member_id:
            continue
        if place.role == "manager":
            await house.accounts.put_membership(msgspec.structs.replace(place, member_id=None))
        else:
            await house.accounts.remove_membership(place.id)
        what = "membership.changed" if place.role == "manager" else "membership.ended"
        made = event(
            house, what, member_id=member_id, entries=[place.id], purpose="erase", reason="erased",
            key=(place.id, member_id),
        )  # fmt: skip
        await house.audit.write([made])
