"""The one place that joins journeys to adapters."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from kangban.adapters.blob_files import FileBlobs, FileShelf, MemoryBlobs
from kangban.adapters.memory_library import MemoryLibraryStore
from kangban.adapters.memory_store import MemoryRecordStore
from kangban.adapters.tantivy_search import TantivySearch
from kangban.agent.offline.brain import OfflineBrain
from kangban.clinical.access import Actor, system_actor
from kangban.clinical.record import Patient
from kangban.journeys.demo.brain import DemoBrain
from kangban.journeys.demo.family import FAMILY as DEMO_FAMILY
from kangban.journeys.demo.family import load_demo
from kangban.journeys.family import add_member
from kangban.journeys.gate import Gate
from kangban.journeys.house import House, as_system, get_member, nobody, require, seen_by
from kangban.journeys.library.kept import Library
from kangban.journeys.workshop.bench import Bench
from kangban.journeys.workshop.live import LiveRuns
from kangban.kernel.clock import SystemClock
from kangban.kernel.errors import Unavailable
from kangban.ports.accounts import AccountStore
from kangban.ports.agents import AgentShelf, ModelChoice
from kangban.ports.audit import AuditTrail
from kangban.ports.blobs import BlobStore
from kangban.ports.chat_model import ChatModel
from kangban.ports.factors import IdentityProvider
from kangban.ports.library import LibraryStore, PassageIndex
from kangban.ports.notices import Messenger, NoticeStore
from kangban.ports.outside import Outside
from kangban.ports.records import RecordStore
from kangban.ports.web_fetch import WebFetch
from kangban.record.accessed import AccessedStore
from kangban.retrieval.corpus import Section, passages, sections
from kangban.rules.compiled import shipped
from kangban.settings import Settings, on_this_machine
from kangban.toolbox.shelf import all_tools

if TYPE_CHECKING:
    from kangban.adapters.page_reader import PageReader
    from kangban.adapters.store import Stores
    from kangban.adapters.vault.instruments import Instruments
    from kangban.adapters.vault.key_ring import KeyRing

HOME_FAMILY, GUEST_FAMILY = "home", "guest"


class Opened(msgspec.Struct, frozen=True):
    """What a program opens once: the gate, and the family's house, closed until `seen_by` opens it for one actor."""

    house: House
    gate: Gate


@lru_cache(maxsize=1)
def search_index() -> TantivySearch:
    """The index over the shipped corpus, built once per process."""
    return TantivySearch(passages(shipped().packs))


@lru_cache(maxsize=1)
def corpus_sections() -> dict[str, Section]:
    """Article sections by id."""
    return {part.id: part for article in shipped().packs.articles for part in sections(article)}


@lru_cache(maxsize=1)
def page_reader() -> PageReader:
    """What reads files, one a program; its process starts with the first file. Raises SettingsRefused."""
    from kangban.adapters.page_reader import PageReader, read_reader_settings

    return PageReader(read_reader_settings(os.environ))


async def open_stores(settings: Settings) -> Stores:
    """Open (and migrate, after a backup) everything one database keeps; raises Unavailable."""
    from kangban.adapters.store import open_stores as open_sql
    from kangban.adapters.store import sqlite_url

    if settings.database_url:
        return await open_sql(settings.database_url)
    keys = await asyncio.to_thread(unlocked, settings)
    return await open_sql(sqlite_url(settings.house_dir / "record.sqlite3", keys.database_key if keys else ""))


def unlocked(settings: Settings) -> KeyRing | None:
    """The keys of the family's directory, made for a new one; None for a plain one and for the demo.

    Finishes a `kangban encrypt` or `rotate` that was broken off. Raises SettingsRefused when the key is lost or wrong.
    """
    folder = settings.house_dir
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise Unavailable(f"the data directory cannot be made: {type(error).__name__}") from error
    if settings.demo:
        return None
    from kangban.adapters.vault.key_ring import open_or_make
    from kangban.adapters.vault.layout import state_of
    from kangban.adapters.vault.rebuild import settle

    settle(folder, vault_tools(settings))
    return None if state_of(folder) == "plain" else open_or_make(folder, settings.keys)


def vault_tools(settings: Settings) -> Instruments:
    """What moving a directory, rotation, backup and restore work with."""
    from kangban.adapters.dir_lock import DirectoryLock
    from kangban.adapters.store import files
    from kangban.adapters.vault.instruments import Instruments

    def serving(folder: Path) -> DirectoryLock:
        lock = DirectoryLock(folder)
        lock.take()
        return lock

    return Instruments(database=files, shelf_at=FileShelf, serving=serving, places=settings.keys)


def open_blobs(settings: Settings) -> BlobStore:
    """The family's kept files, sealed where the directory has keys."""
    shelf = settings.house_dir / "files"
    keys = unlocked(settings)
    if keys is None:
        return FileBlobs(shelf)
    from kangban.adapters.vault.sealed_blobs import SealedBlobs

    return SealedBlobs(FileShelf(shelf), keys.files_key)


def make_fetch(settings: Settings) -> WebFetch:
    """Pages of the public internet, and what the operator allowed besides; raises SettingsRefused."""
    from kangban.adapters.safe_fetch import SafeFetch, allowed_places

    return SafeFetch(allowed=allowed_places(settings.fetch_allow))


def make_outside(settings: Settings) -> Outside:
    """What tools beyond the family chat's reach; raises SettingsRefused."""
    from kangban.adapters.page_words import page_words
    from kangban.adapters.report_writer.writer import ReportWriter
    from kangban.adapters.sandbox import one_interpreter
    from kangban.adapters.secret_file import SecretFile

    model = None if settings.model is None else make_model(settings, OfflineBrain())
    secrets = SecretFile(settings.data_dir).get
    fetch, code, writer = make_fetch(settings), one_interpreter(), ReportWriter()
    return Outside(fetch, page_words, secrets, settings.tool_places, model, code, writer)


def make_bench(settings: Settings, shelf_of: Callable[[str], AgentShelf]) -> Bench:
    """The workshop's; the catalogue and whatever reaches outside are loaded with the first run."""

    def model_of(choice: ModelChoice) -> ChatModel:
        from kangban.adapters.openai_chat.of_agents import model_of_agent
        from kangban.adapters.secret_file import SecretFile

        return model_of_agent(choice, settings.fetch_allow, SecretFile(settings.data_dir).get, on_this_machine)

    return Bench(shelf_of, model_of, all_tools, LiveRuns(), lambda: make_outside(settings))


def make_messenger(settings: Settings) -> Messenger:
    """Apprise, kept out of this machine's own network but for what the operator allowed."""
    from kangban.adapters.apprise_messenger import AppriseMessenger

    async def inside(host: str, port: int | None) -> bool:
        # Loaded with the first message: no start pays for it.
        from kangban.adapters.safe_fetch.inside import name_leads_inside

        return await name_leads_inside(settings.fetch_allow, host, port)

    return AppriseMessenger(inside)


def make_model(settings: Settings, offline: ChatModel) -> ChatModel:
    """The configured model, or the offline brain."""
    if settings.model is None:
        return offline
    from kangban.adapters.openai_chat import OpenAIChat, OpenAIChatSettings

    return OpenAIChat(OpenAIChatSettings.of(settings.model))


def make_library(settings: Settings, store: LibraryStore) -> Library:
    """The libraries with an index in memory; vectors and reranking where a server of this machine is configured."""

    def index() -> PassageIndex:
        # numpy is loaded with the first search or addition: no start pays for it.
        from kangban.adapters.gram_index import GramIndex

        return GramIndex()

    there = settings.embeddings
    if there is None:
        return Library(store, index)
    from kangban.adapters.embeddings import ServerEmbedder, ServerReranker, ServerSettings

    embedder = ServerEmbedder(ServerSettings(there.url, there.model, there.key))
    reranker = ServerReranker(ServerSettings(there.url, there.reranker, there.key)) if there.reranker else None
    return Library(store, index, embedder=embedder, reranker=reranker)


class _Kept(msgspec.Struct, frozen=True):
    """Everything that is kept somewhere: in one database, or in memory."""

    library: LibraryStore
    records: RecordStore
    accounts: AccountStore
    audit: AuditTrail
    notices: NoticeStore
    blobs: BlobStore
    agents: Callable[[str], AgentShelf]


def _house(settings: Settings, family_id: str, kept: _Kept) -> House:
    offline: ChatModel = DemoBrain(OfflineBrain()) if settings.demo else OfflineBrain()
    house = House(
        family_id=family_id, demo=settings.demo, store=kept.records, blobs=kept.blobs, search=search_index(),
        sections=corpus_sections(), model=make_model(settings, offline), offline=offline, clock=SystemClock(),
        actor=nobody(family_id), accounts=kept.accounts, audit=kept.audit, notices=kept.notices, lang=settings.lang,
        model_host=urlsplit(settings.model.url).netloc if settings.model else "",
        messenger=make_messenger(settings), readers=(page_reader(),), library=make_library(settings, kept.library),
        bench=make_bench(settings, kept.agents),
    )  # fmt: skip
    return seen_by(house, nobody(family_id))


class _Births(msgspec.Struct, frozen=True):
    """Birth dates for the journeys of accounts; nothing else of a record goes there."""

    house: House

    async def born_on(self, family_id: str, member_id: str) -> date | None:
        """See Births.born_on."""
        return (await get_member(as_system(in_family(self.house, family_id)), member_id)).patient.born_on


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
    stores = await open_stores(settings)
    blobs = await asyncio.to_thread(open_blobs, settings)
    kept = _Kept(stores.library, stores.records, stores.accounts, stores.audit, stores.notices, blobs, stores.agents)
    house = _house(settings, DEMO_FAMILY if settings.demo else HOME_FAMILY, kept)
    if settings.demo:
        await load_demo(as_system(house))
    return Opened(house, _gate(settings, kept, _Births(house)))


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
