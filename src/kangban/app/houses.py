"""A house put together of what is kept and what is reached, for a family, an actor or a guest."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from urllib.parse import urlsplit

import msgspec

from kangban.adapters.blob_files import MemoryBlobs
from kangban.adapters.memory_library import MemoryLibraryStore
from kangban.adapters.memory_store import MemoryRecordStore
from kangban.adapters.tantivy_search import LaterSearch
from kangban.agent.offline.brain import OfflineBrain
from kangban.app.kept import RunJournals, open_blobs, open_stores
from kangban.app.reach import make_bench, make_library, make_messenger, make_model, page_reader
from kangban.clinical.access import Actor, system_actor
from kangban.clinical.record import Patient
from kangban.journeys.demo.brain import DemoBrain
from kangban.journeys.demo.family import FAMILY as DEMO_FAMILY
from kangban.journeys.demo.family import load_demo
from kangban.journeys.family import add_member
from kangban.journeys.gate import Gate
from kangban.journeys.house import House, as_system, get_member, nobody, require, seen_by
from kangban.journeys.workshop.forgetting import forget_owner
from kangban.kernel.clock import SystemClock
from kangban.kernel.errors import Unavailable
from kangban.ports.accounts import AccountStore
from kangban.ports.agents import AgentShelf
from kangban.ports.audit import AuditTrail
from kangban.ports.blobs import BlobStore
from kangban.ports.chat_model import ChatModel
from kangban.ports.durable import DurableRuns
from kangban.ports.factors import IdentityProvider
from kangban.ports.library import LibraryStore
from kangban.ports.notices import NoticeStore
from kangban.ports.records import RecordStore
from kangban.record.accessed import AccessedStore
from kangban.retrieval.corpus import Section, passages, sections
from kangban.rules.compiled import shipped
from kangban.settings import Settings

HOME_FAMILY, GUEST_FAMILY = "home", "guest"


class Opened(msgspec.Struct, frozen=True):
    """What a program opens once: the gate, and the family's house, closed until `seen_by` opens it for one actor."""

    house: House
    gate: Gate


@lru_cache(maxsize=1)
def search_index() -> LaterSearch:
    """The index over the shipped corpus, built once per process, when it is first asked."""
    return LaterSearch(lambda: passages(shipped().packs))


@lru_cache(maxsize=1)
def corpus_sections() -> dict[str, Section]:
    """Article sections by id."""
    return {part.id: part for article in shipped().packs.articles for part in sections(article)}


class _Kept(msgspec.Struct, frozen=True):
    """Everything that is kept somewhere: in one database, or in memory."""

    library: LibraryStore
    records: RecordStore
    accounts: AccountStore
    audit: AuditTrail
    notices: NoticeStore
    blobs: BlobStore
    agents: Callable[[str], AgentShelf]
    durable: Callable[[], DurableRuns] | None = None


def _house(settings: Settings, family_id: str, kept: _Kept) -> House:
    offline: ChatModel = DemoBrain(OfflineBrain()) if settings.demo else OfflineBrain()
    house = House(
        family_id=family_id, demo=settings.demo, store=kept.records, blobs=kept.blobs, search=search_index(),
        sections=corpus_sections(), model=make_model(settings, offline), offline=offline, clock=SystemClock(),
        actor=nobody(family_id), accounts=kept.accounts, audit=kept.audit, notices=kept.notices, lang=settings.lang,
        model_host=urlsplit(settings.model.url).netloc if settings.model else "",
        messenger=make_messenger(settings), readers=(page_reader(),), library=make_library(settings, kept.library),
        bench=make_bench(settings, kept.agents, kept.durable),
    )  # fmt: skip
    return seen_by(house, nobody(family_id))


class _Births(msgspec.Struct, frozen=True):
    """Birth dates for the journeys of accounts; nothing else of a record goes there."""

    house: House

    async def born_on(self, family_id: str, member_id: str) -> date | None:
        """See Births.born_on."""
        return (await get_member(as_system(in_family(self.house, family_id)), member_id)).patient.born_on


class _Forgotten(msgspec.Struct, frozen=True):
    """A closed account's part of the workshop."""

    house: House

    async def __call__(self, account_id: str, family_id: str) -> None:
        """See Forget."""
        if self.house.bench is not None:
            await forget_owner(self.house.bench, family_id, account_id)


def _gate(settings: Settings, kept: _Kept, births: _Births) -> Gate:
    from kangban.adapters.argon_passwords import ArgonPasswords
    from kangban.adapters.pyotp_codes import PyotpCodes
    from kangban.adapters.webauthn_keys import WebauthnKeys

    return Gate(
        kept.accounts, kept.audit, kept.notices, ArgonPasswords(), SystemClock(), lang=settings.lang, births=births,
        base_url=settings.public_url, codes=PyotpCodes(), passkeys=WebauthnKeys(), identities=_identities(settings),
    )  # fmt: skip


def _identities(settings: Settings) -> IdentityProvider | None:
    if settings.oidc is None or settings.demo:
        return None
    from kangban.adapters.oidc import Oidc

    return Oidc(settings.oidc, SystemClock())


async def open_doors(settings: Settings) -> Opened:
    """Open the directory or database; with settings.demo the demo family is loaded into its own folder."""
    # The record last: whoever looks at its first bytes drops the locks of those who have it open.
    blobs = await asyncio.to_thread(open_blobs, settings)
    journals = await asyncio.to_thread(RunJournals, settings)
    stores = await open_stores(settings)
    kept = _Kept(
        stores.library, stores.records, stores.accounts, stores.audit, stores.notices, blobs, stores.agents,
        journals,
    )  # fmt: skip
    house = _house(settings, DEMO_FAMILY if settings.demo else HOME_FAMILY, kept)
    if settings.demo:
        await load_demo(as_system(house))
    return Opened(house, msgspec.structs.replace(_gate(settings, kept, _Births(house)), forget=_Forgotten(house)))


async def open_house(settings: Settings, actor: Actor | None = None) -> House:
    """The house for Kangban itself, or for one actor; entrypoints that serve people use `open_doors`."""
    opened = await open_doors(settings)
    return seen_by(opened.house, actor or system_actor(opened.house.family_id))


def in_family(house: House, family_id: str) -> House:
    """The same server's house for another of its families, closed again: what one family may see ends here."""
    return seen_by(msgspec.structs.replace(house, family_id=family_id, actor=nobody(family_id)), nobody(family_id))


async def keep_heads(settings: Settings, house: House) -> None:
    """Write down where the audit's chains end, beside the database; ends that are gone stay written, as evidence.

    A server does it when it starts and when it stops. A disk that takes no file does not keep it from doing either.
    """
    from kangban.adapters.head_file import HeadFile
    from kangban.journeys.auditing.verifying import advanced

    file = HeadFile(settings.house_dir)
    with contextlib.suppress(Unavailable):
        before = await asyncio.to_thread(file.read)
        await asyncio.to_thread(file.write, await advanced(house.audit, before))


async def accept_heads(settings: Settings, house: House) -> None:
    """Write down the ends as they are now, also where older ones are gone; that it was done stands in the audit."""
    from kangban.adapters.head_file import HeadFile
    from kangban.journeys.auditing.recording import event
    from kangban.journeys.auditing.verifying import heads

    await require(house, "", "", "administer")
    await house.audit.write([event(house, "audit.accepted", purpose="administer", family_id="")])
    await asyncio.to_thread(HeadFile(settings.house_dir).write, await heads(house.audit))


async def close_house(house: House) -> None:
    """Release store, model and reader; safe after a failure."""
    await house.model.close()
    await page_reader().close()
    if house.library is not None:
        await house.library.close()
    if house.bench is not None and isinstance(house.bench.durable, RunJournals):
        await house.bench.durable.close()
    await (house.store.inner if isinstance(house.store, AccessedStore) else house.store).close()


async def guest_house(settings: Settings) -> tuple[House, str]:
    """A house in memory with one nameless member, for questions about a person given in words."""
    from kangban.adapters.memory_agents import MemoryAgentShelf
    from kangban.adapters.memory_audit import MemoryAudit
    from kangban.adapters.memory_doors import MemoryAccounts, MemoryNotices
    from kangban.journeys.accounts.local import local_actor

    audit, notices = MemoryAudit(), MemoryNotices()
    records = MemoryRecordStore(audit=audit, notices=notices)
    agents = MemoryAgentShelf()
    kept = _Kept(MemoryLibraryStore(), records, MemoryAccounts(), audit, notices, MemoryBlobs(), lambda _: agents)
    house = _house(msgspec.structs.replace(settings, demo=False), GUEST_FAMILY, kept)
    house = seen_by(house, local_actor(GUEST_FAMILY, "cli"))
    member = await add_member(house, Patient(name="guest"), client_id="guest", consent=True)
    return house, member


def own_family(settings: Settings) -> Settings:
    """The same settings for your own family instead of the demo."""
    return msgspec.structs.replace(settings, demo=False)
