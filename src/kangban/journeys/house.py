"""What a journey is handed: the family's store as one actor may see it, its files, the brains, the clock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from kangban.clinical.access import GROUP_OF, Access, Actor, Purpose, system_actor
from kangban.clinical.record import Entry, Patient, Provenance
from kangban.clinical.urgency import Lang
from kangban.journeys.library.kept import Library
from kangban.journeys.workshop.bench import Bench
from kangban.kernel.clock import Clock
from kangban.kernel.errors import NotFound, NotPermitted
from kangban.ports.accounts import AccountStore
from kangban.ports.audit import AuditTrail
from kangban.ports.blobs import BlobStore
from kangban.ports.chat_model import ChatModel
from kangban.ports.notices import Messenger, NoticeStore
from kangban.ports.readers import DocumentReader
from kangban.ports.records import RecordStore, Stamped
from kangban.ports.search import SearchIndex
from kangban.record.access import UNNAMED, decide
from kangban.record.accessed import AccessedStore
from kangban.record.policy import Policy
from kangban.record.writing import KANGBAN, PERSON
from kangban.retrieval.corpus import Section

Source = Literal["person", "document", "device", "import", "tool", "system", "demo"]


class House(msgspec.Struct, frozen=True):
    """Everything of one family, as `actor` may see it. `model` is the configured brain, or the offline one itself.

    `store` lets through what the actor may see or do; entrypoints get a house from `seen_by` and no other way.
    """

    family_id: str
    demo: bool
    store: RecordStore
    blobs: BlobStore
    search: SearchIndex
    sections: Mapping[str, Section]
    model: ChatModel
    offline: ChatModel
    clock: Clock
    actor: Actor
    accounts: AccountStore
    audit: AuditTrail
    notices: NoticeStore
    lang: Lang = "zh"
    readers: tuple[DocumentReader, ...] = ()
    model_host: str = ""
    messenger: Messenger | None = None
    library: Library | None = None
    bench: Bench | None = None  # of the workshop


def seen_by(house: House, actor: Actor, purpose: Purpose = "view") -> House:
    """The house as an actor may see it; raises NotPermitted for an actor of another family."""
    if actor.family_id != house.family_id:
        raise NotPermitted("another family", field="family")
    old = house.store if isinstance(house.store, AccessedStore) else None
    store = AccessedStore(
        old.inner if old else house.store, house.accounts, actor, house.clock, purpose=purpose, audit=house.audit,
        source=old.source if old else None,
    )  # fmt: skip
    return msgspec.structs.replace(house, store=store, actor=actor)


def for_purpose(house: House, purpose: Purpose) -> House:
    """The same actor with another purpose: what may be viewed may not always be exported or sent to a model."""
    return seen_by(house, house.actor, purpose)


def as_system(house: House) -> House:
    """Kangban itself at work, with the whole record of this family: ticks, deliveries, hiding names.

    A test holds the list of callers: whatever is read this way must not reach a person without their own access.
    """
    return seen_by(house, system_actor(house.family_id))


async def as_systems_beside(house: House) -> list[House]:
    """Kangban itself at work in every other family of this server; as with `as_system`, none of it reaches a person."""
    others = [one for one in await _accessed(house).inner.families() if one != house.family_id]
    return [
        seen_by(msgspec.structs.replace(house, family_id=one, actor=nobody(one)), system_actor(one)) for one in others
    ]


def nobody(family_id: str) -> Actor:
    """An actor who may do nothing: whom a house just opened belongs to until `seen_by` opens it for somebody."""
    return Actor("", "", family_id, "operator")


async def access(house: House, member_id: str, kind: str, purpose: Purpose, author: str = "") -> Access:
    """Decide without doing, for pages that leave out what would be refused; "", "" is what belongs to no person."""
    return await _accessed(house).access(member_id, kind, purpose, author)


async def require(house: House, member_id: str, kind: str, purpose: Purpose, author: str = "") -> None:
    """Raises NotFound for a member who is not there for the actor and NotPermitted for what they may not do."""
    await _accessed(house).require(member_id, kind, purpose, author)


async def policy(house: House) -> Policy:
    """What the family has decided, as of now; words and ages, never a record value."""
    return await _accessed(house).policy()


def _accessed(house: House) -> AccessedStore:
    if isinstance(house.store, AccessedStore):
        return house.store
    raise NotPermitted("the house was opened for nobody", field="actor")


async def rights_on(house: House, member_id: str, purpose: Purpose = "view") -> frozenset[str]:
    """Kinds of entries of a member that the actor may have for a purpose now, whoever made them."""
    known, now = await policy(house), house.clock.now()
    return frozenset(k for k in GROUP_OF if decide(known, house.actor, member_id, k, purpose, now).allowed)


def stamp(house: House) -> int | None:
    """A number that differs once anything was written by anybody; None where that cannot be told cheaply."""
    inner = _accessed(house).inner
    return inner.stamp() if isinstance(inner, Stamped) else None


def signed(house: House, source: Source = "person", *, note: str = "") -> Provenance:
    """Who writes: the account, or simply the person where nobody has one."""
    actor = PERSON if house.actor.account_id in UNNAMED else house.actor.account_id
    return Provenance(actor=actor, source=source, note=note)


def by_kangban(house: House) -> Provenance:
    """What Kangban writes itself, on behalf of the account whose question it answers."""
    asker = "" if house.actor.role == "system" else house.actor.account_id
    return Provenance(actor=KANGBAN, source="system", on_behalf_of=asker)


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
    found: Member | None = None
    for entry in await house.store.entries(house.family_id, member_id, kinds=["Patient"]):
        if isinstance(entry.body, Patient):
            found = Member(member_id, entry.body, entry)
    if found is None or not found.patient.active:
        raise NotFound("no such member", field="person")
    return found
