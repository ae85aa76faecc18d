"""Boxes by photograph or barcode: what is read is a form for a person; what they confirm stands in the cabinet."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Final

import msgspec

from kangban.clinical.page import Page
from kangban.clinical.record import DocumentReference, MedicationStatement
from kangban.clinical.report import BoxLabel
from kangban.journeys.attachments import Upload, keep
from kangban.journeys.house import House, get_member, require, signed
from kangban.journeys.reports.reading import checked_type, pages_of, reader_for
from kangban.kernel.barcodes import code_of
from kangban.kernel.errors import InvalidInput
from kangban.perception.reports.box import read_box
from kangban.ports.readers import PagePicture
from kangban.record.merge import fact_entry

KIND: Final = "MedicationStatement"
# Which field of the form a doubt is about; one about the whole photograph is about each.
_ABOUT: Final = {"name_unread": "name", "strength_unread": "strength", "expiry_unread": "expires_on"}
_SEEN_WHOLE: Final = ("name", "strength", "expires_on", "batch", "approval")


class BoxSeen(msgspec.Struct, frozen=True):
    """What a photograph or a code says before anybody confirmed it.

    `box` is what would stand in the cabinet; `doubtful` names its fields to compare with the box; `known` says that the
    code was met before, on a box somebody confirmed. `upload` is the photograph without metadata, `picture` for the
    eye.
    """

    box: MedicationStatement
    doubtful: tuple[str, ...] = ()
    known: bool = False
    upload: Upload | None = None
    picture: PagePicture | None = None


async def photograph(house: House, member_id: str, one: Upload) -> BoxSeen:
    """Read a photograph of a box; nothing is kept. Raises InvalidInput, Unavailable without a reader, NotFound,
    NotPermitted.
    """
    await require(house, member_id, KIND, "write", house.actor.account_id)
    media_type = checked_type(one.content)
    if not media_type.startswith("image/"):
        raise InvalidInput("a box is shown on a photograph", field="file", key="error.not_a_photo")
    reader = reader_for(house.readers, media_type)
    media_type, content = await reader.without_metadata(one.content, media_type)
    pages: list[Page] = []
    async with aclosing(pages_of(reader, content, media_type)) as stream:
        async for page in stream:
            pages.append(page)
            break  # one box, one picture
    label, doubts = await asyncio.to_thread(read_box, pages)
    codes = await reader.barcodes(content, media_type)
    # Bars have a check digit; printed digits were read by eye of the machine.
    code = next(iter(codes), "") or code_of(label.barcode) or ""
    old = await remembered(house, code) if code else None
    box, doubtful = _form_of(label, code, old), _doubtful(label, doubts)
    picture = await reader.picture(content, media_type, 1)
    return BoxSeen(box, doubtful, old is not None, msgspec.structs.replace(one, content=content), picture)


async def by_code(house: House, member_id: str, typed: str) -> BoxSeen:
    """What is remembered of a code; an empty form where it is new. Raises InvalidInput for digits that do not fit."""
    await require(house, member_id, KIND, "write", house.actor.account_id)
    code = code_of(typed)
    if code is None:
        raise InvalidInput("no barcode has these digits", field="barcode", key="error.barcode")
    old = await remembered(house, code)
    return BoxSeen(_form_of(BoxLabel(), code, old), (), old is not None)


async def remembered(house: House, code: str) -> MedicationStatement | None:
    """The box somebody last confirmed for a code, in any record the actor may see, also one that is gone by now."""
    log = await house.store.entries(house.family_id, kinds=[KIND], include_superseded=True)
    for entry in sorted(log, key=lambda e: (e.known_at, e.id), reverse=True):
        if isinstance(entry.body, MedicationStatement) and entry.body.barcode == code:
            return entry.body
    return None


async def put_in(
    house: House, member_id: str, box: MedicationStatement, seen: Upload | None = None, client_id: str | None = None
) -> str:
    """Put a confirmed box into the cabinet, its photograph beside it; returns the entry's id.

    Raises InvalidInput for a code whose digits do not fit, NotFound, NotPermitted.
    """
    if box.barcode and code_of(box.barcode) is None:
        raise InvalidInput("no barcode has these digits", field="barcode", key="error.barcode")
    member = await get_member(house, member_id)
    files = await keep(house, member_id, [seen]) if seen is not None else []
    now, source = house.clock.now(), signed(house, "document" if files else "person")
    if files:
        source = msgspec.structs.replace(source, document_id=files[0].entry.id, page=1)
    box = msgspec.structs.replace(box, status="in_cabinet", barcode=code_of(box.barcode) or "")
    entry = fact_entry(
        house.family_id, member_id, box, true_at=now, known_at=now, provenance=source, client_id=client_id
    )  # fmt: skip
    fresh = [one.entry for one in files if one.fresh and isinstance(one.entry.body, DocumentReference)]
    await house.store.append([*fresh, entry], needs=[member.entry.id])
    return entry.id


def _form_of(label: BoxLabel, code: str, old: MedicationStatement | None) -> MedicationStatement:
    """The label where it was read, else what the code is known for; days and batch are of this box alone."""
    name, strength, approval = (old.name, old.strength, old.approval) if old is not None else ("", "", "")
    return MedicationStatement(
        label.name or name, status="in_cabinet", expires_on=label.expires_on, strength=label.strength or strength,
        batch=label.batch, approval=label.approval or approval, barcode=code,
    )  # fmt: skip


def _doubtful(label: BoxLabel, doubts: tuple[str, ...]) -> tuple[str, ...]:
    """Fields to look at: those a doubt names, those not read, and every one read from a poor photograph."""
    if any(doubt not in _ABOUT for doubt in doubts):
        return _SEEN_WHOLE
    unread = [f for f in _SEEN_WHOLE if not getattr(label, f)]
    return tuple(f for f in _SEEN_WHOLE if f in unread or f in {_ABOUT[d] for d in doubts})
