"""Inserts of the family's own: read into a proposal, shown with its differences, confirmed, dismissed, withdrawn."""

from __future__ import annotations

from typing import Final

import msgspec

from kangban.clinical.insert import Difference, Proposal
from kangban.clinical.person import OwnContent
from kangban.clinical.record import Entry, MedicationKnowledge
from kangban.journeys.attachments import Upload, keep
from kangban.journeys.house import House, for_purpose, get_member, require, signed
from kangban.journeys.insert_reading import first_named, read_words, words_of
from kangban.journeys.reopen import told_of
from kangban.kernel.errors import Conflict, InvalidInput, NotFound
from kangban.reasoning.medication.insert_differences import find_differences
from kangban.reasoning.medication.resolve import resolver
from kangban.record.merge import correct, fact_entry, retract

KIND: Final = "MedicationKnowledge"


class Insert(msgspec.Struct, frozen=True):
    """One as it stands: `id` stays, `entry` is what counts now; `differences` are against today's catalogue."""

    id: str
    entry: Entry
    body: MedicationKnowledge
    differences: tuple[Difference, ...] = ()
    matched: str | None = None


async def propose_insert(house: House, member_id: str, one: Upload) -> Insert:
    """Keep the file and what its words would add; nothing counts before `decide`. The same file twice is one.

    Raises InvalidInput for a file without a name or without ingredients, Unavailable where no reader takes it,
    NotFound, NotPermitted.
    """
    member = await get_member(house, member_id)
    await require(house, member_id, KIND, "write", house.actor.account_id)
    body = _body_of(read_words(await words_of(one.content, house.readers)).proposal)
    [file] = await keep(house, member_id, [one])
    there = [i for i in await inserts_of(house, member_id) if i.body.document_id == file.entry.id]
    if there:
        return there[-1]
    now = house.clock.now()
    source = msgspec.structs.replace(signed(house, "document"), document_id=file.entry.id)
    entry = fact_entry(
        house.family_id, member_id, msgspec.structs.replace(body, document_id=file.entry.id), true_at=now, known_at=now,
        provenance=source,
    )  # fmt: skip
    await house.store.append([*([file.entry] if file.fresh else []), entry], needs=[member.entry.id])
    return _told(entry.id, entry)


def _body_of(proposal: Proposal) -> MedicationKnowledge:
    """What a check would need of a proposal: names, and ingredients with amounts of one unit."""
    names = tuple(dict.fromkeys(s.text.strip() for s in (proposal.generic, proposal.brand) if s and s.text.strip()))
    if not names:
        raise InvalidInput("the insert names no medicine", field="file", key="error.insert_nameless")
    if not proposal.contents:
        raise InvalidInput("the insert names no ingredient", field="file", key="error.insert_empty")
    unit = next((c.per for c in proposal.contents if c.amount and c.per), "")
    contents = tuple(
        OwnContent(c.name, c.ingredient, c.amount if c.amount and c.per == unit and unit else None)
        for c in proposal.contents
    )
    return MedicationKnowledge(
        "", names, contents, unit, proposal.form.text if proposal.form else "", proposal=proposal
    )  # fmt: skip


async def inserts_of(house: House, member_id: str) -> list[Insert]:
    """Those of a member that stand, dismissed ones too, the oldest first; raises NotFound."""
    await get_member(house, member_id)
    log = await house.store.entries(house.family_id, member_id, kinds=[KIND], include_superseded=True)
    by_id, replaced = {e.id: e for e in log}, {e.supersedes for e in log}
    standing = sorted((e for e in log if e.id not in replaced and not e.retracted), key=lambda e: (e.true_at, e.id))
    return [_told(_first(e, by_id), e) for e in standing]


async def get_insert(house: House, insert_id: str) -> Insert:
    """One by the id of any of its versions; raises NotFound also for one that was withdrawn."""
    try:
        seen = await house.store.get(house.family_id, insert_id)
    except NotFound:
        raise NotFound("no such insert", field="id") from None
    log = await house.store.entries(house.family_id, seen.member_id, kinds=[KIND], include_superseded=True)
    first = _first(seen, {e.id: e for e in log})
    for one in await inserts_of(house, seen.member_id):
        if one.id == first:
            return one
    raise NotFound("no such insert", field="id")


async def decide(house: House, insert_id: str, *, confirm: bool) -> Insert:
    """Confirm or dismiss; doing it again changes nothing. From then on checks use it, or do not.

    Whoever a check now warns more is told as of any fact. Raises NotFound, NotPermitted, Conflict where somebody
    decided otherwise at the same time, or earlier: a word is taken back by `withdraw`.
    """
    house = for_purpose(house, "confirm")
    one = await get_insert(house, insert_id)
    wanted = "confirmed" if confirm else "dismissed"
    if one.body.status == wanted:
        return one
    if one.body.status != "proposed":
        raise Conflict("it was decided otherwise", field="id")
    source = msgspec.structs.replace(signed(house, note=wanted), document_id=one.body.document_id)
    body = msgspec.structs.replace(one.body, status=wanted)
    new = correct(one.entry, body, known_at=house.clock.now(), provenance=source)
    await house.store.append([new], notices=await told_of(house, new))
    return _told(one.id, new)


async def withdraw(house: House, insert_id: str) -> None:
    """Take it back for good; the kept file stays. Raises NotFound, NotPermitted."""
    house = for_purpose(house, "confirm")
    one = await get_insert(house, insert_id)
    gone = retract(one.entry, known_at=house.clock.now(), provenance=signed(house, note="withdrawn"))
    await house.store.append([gone], notices=await told_of(house, gone))


def _told(first: str, entry: Entry) -> Insert:
    assert isinstance(entry.body, MedicationKnowledge)  # noqa: S101 - read by its kind
    names = resolver()
    named = first_named(list(entry.body.names), names)
    differences = find_differences(entry.body.proposal, named, names.names) if named is not None else ()
    return Insert(first, entry, entry.body, differences, named.id if named is not None else None)


def _first(entry: Entry, by_id: dict[str, Entry]) -> str:
    while entry.supersedes is not None and entry.supersedes in by_id:
        entry = by_id[entry.supersedes]
    return entry.id
