"""The one place that joins journeys to adapters."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

import msgspec

from kangban.adapters.blob_files import FileBlobs, MemoryBlobs
from kangban.adapters.memory_store import MemoryRecordStore
from kangban.adapters.tantivy_search import TantivySearch
from kangban.agent.offline.brain import OfflineBrain
from kangban.clinical.record import Patient
from kangban.journeys.demo.family import FAMILY as DEMO_FAMILY
from kangban.journeys.demo.family import load_demo
from kangban.journeys.family import add_member
from kangban.journeys.house import House
from kangban.kernel.clock import SystemClock
from kangban.kernel.errors import Unavailable
from kangban.ports.blobs import BlobStore
from kangban.ports.chat_model import ChatModel
from kangban.ports.records import RecordStore
from kangban.retrieval.corpus import Section, passages, sections
from kangban.rules.compiled import shipped
from kangban.settings import Settings

HOME_FAMILY = "home"


@lru_cache(maxsize=1)
def search_index() -> TantivySearch:
    """The index over the shipped corpus, built once per process."""
    return TantivySearch(passages(shipped().packs))


@lru_cache(maxsize=1)
def corpus_sections() -> dict[str, Section]:
    """Article sections by id."""
    return {part.id: part for article in shipped().packs.articles for part in sections(article)}


async def open_store(settings: Settings) -> RecordStore:
    """Open (and migrate, after a backup) the store of the family in view; raises Unavailable."""
    from kangban.adapters.store import open_store as open_sql
    from kangban.adapters.store import sqlite_url

    if settings.database_url:
        return await open_sql(settings.database_url)
    try:
        settings.house_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise Unavailable(f"the data directory cannot be made: {type(error).__name__}") from error
    return await open_sql(sqlite_url(settings.house_dir / "record.sqlite3"))


def make_model(settings: Settings, offline: ChatModel) -> ChatModel:
    """The configured model, or the offline brain."""
    if settings.model is None:
        return offline
    from kangban.adapters.openai_chat import OpenAIChat, OpenAIChatSettings

    return OpenAIChat(OpenAIChatSettings.of(settings.model))


def _house(settings: Settings, family_id: str, store: RecordStore, blobs: BlobStore, *, demo: bool = False) -> House:
    offline = OfflineBrain()
    return House(
        family_id=family_id,
        demo=demo,
        store=store,
        blobs=blobs,
        search=search_index(),
        sections=corpus_sections(),
        model=make_model(settings, offline),
        offline=offline,
        clock=SystemClock(),
        lang=settings.lang,
        model_host=urlsplit(settings.model.url).netloc if settings.model else "",
    )


async def open_house(settings: Settings) -> House:
    """Everything of the family in view; with settings.demo the demo family is loaded into its own folder."""
    store = await open_store(settings)
    family_id = DEMO_FAMILY if settings.demo else HOME_FAMILY
    house = _house(settings, family_id, store, FileBlobs(settings.house_dir / "files"), demo=settings.demo)
    if settings.demo:
        await load_demo(house)
    return house


async def close_house(house: House) -> None:
    """Release store and model; safe after a failure."""
    await house.model.close()
    await house.store.close()


async def guest_house(settings: Settings) -> tuple[House, str]:
    """A house in memory with one nameless member, for questions about a person given in words."""
    house = _house(settings, "guest", MemoryRecordStore(), MemoryBlobs())
    member = await add_member(house, Patient(name="guest"), client_id="guest")
    return house, member


def own_family(settings: Settings) -> Settings:
    """The same settings for your own family instead of the demo."""
    return msgspec.structs.replace(settings, demo=False)
