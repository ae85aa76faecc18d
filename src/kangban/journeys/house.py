"""What a journey is handed: the family's store, its kept files, the search index, the brains, the clock."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from kangban.clinical.record import Entry, Patient
from kangban.clinical.urgency import Lang
from kangban.kernel.clock import Clock
from kangban.kernel.errors import NotFound
from kangban.ports.blobs import BlobStore
from kangban.ports.chat_model import ChatModel
from kangban.ports.readers import DocumentReader
from kangban.ports.records import RecordStore
from kangban.ports.search import SearchIndex
from kangban.retrieval.corpus import Section


class House(msgspec.Struct, frozen=True):
    """Everything of one family. `model` is the configured brain, or the offline one itself."""

    family_id: str
    demo: bool
    store: RecordStore
    blobs: BlobStore
    search: SearchIndex
    sections: Mapping[str, Section]
    model: ChatModel
    offline: ChatModel
    clock: Clock
    lang: Lang = "zh"
    readers: tuple[DocumentReader, ...] = ()
    model_host: str = ""


class Member(msgspec.Struct, frozen=True):
    """One family member as listed."""

    id: str
    patient: Patient
    entry: Entry


async def members(house: House) -> list[Member]:
    """Active members, eldest first; those without a birth date last."""
    entries = await house.store.entries(house.family_id, kinds=["Patient"])
    latest: dict[str, Member] = {}
    for entry in entries:
        if isinstance(entry.body, Patient):
            latest[entry.member_id] = Member(entry.member_id, entry.body, entry)
    active = [m for m in latest.values() if m.patient.active]
    return sorted(active, key=lambda m: (m.patient.born_on is None, str(m.patient.born_on), m.id))


async def get_member(house: House, member_id: str) -> Member:
    """One member; raises NotFound."""
    for member in await members(house):
        if member.id == member_id:
            return member
    raise NotFound("no such member", field="person")
