"""What a program reaches beyond itself: pages, models, messages, libraries, and the tools' way out."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from kangban.agent.ledger import PriceList
from kangban.agent.offline.brain import OfflineBrain
from kangban.app.model_keys import key_for_a_model
from kangban.app.senses import with_senses
from kangban.app.tool_servers import catalogue, make_tool_servers
from kangban.journeys.library.kept import Library
from kangban.journeys.workshop.bench import Bench
from kangban.journeys.workshop.live import LiveRuns
from kangban.journeys.workshop.metering import Meter
from kangban.kernel.errors import InvalidInput, SettingsRefused
from kangban.ports.agents import AgentShelf, ModelChoice
from kangban.ports.chat_model import ChatModel
from kangban.ports.durable import DurableRuns
from kangban.ports.library import LibraryStore, PassageIndex
from kangban.ports.notices import Messenger
from kangban.ports.outside import Outside
from kangban.ports.web_fetch import WebFetch
from kangban.settings import Settings, on_this_machine

if TYPE_CHECKING:
    from kangban.adapters.page_reader import PageReader
    from kangban.adapters.secret_file import SecretFile


@lru_cache(maxsize=1)
def page_reader() -> PageReader:
    """What reads files, one a program; its process starts with the first file. Raises SettingsRefused."""
    from kangban.adapters.page_reader import PageReader, read_reader_settings

    return PageReader(read_reader_settings(os.environ))


def make_fetch(settings: Settings) -> WebFetch:
    """Pages of the public internet, and what the operator allowed besides; raises SettingsRefused."""
    from kangban.adapters.safe_fetch import SafeFetch, allowed_places

    return SafeFetch(allowed=allowed_places(settings.fetch_allow))


def make_outside(settings: Settings) -> Outside:
    """What tools beyond the family chat's reach; raises SettingsRefused."""
    from kangban.adapters.page_words import page_words
    from kangban.adapters.report_writer.writer import ReportWriter
    from kangban.adapters.sandbox import one_interpreter

    model = None if settings.model is None else make_model(settings, OfflineBrain())
    secrets = secret_file(settings).get
    fetch, code, writer = make_fetch(settings), one_interpreter(), ReportWriter()
    outside = Outside(fetch, page_words, secrets, settings.tool_places, model, code, writer)
    return with_senses(outside, settings, secrets)


def secret_file(settings: Settings) -> SecretFile:
    """The keys of services; who may set one is the caller's to ask, and nobody is shown a value."""
    from kangban.adapters.secret_file import SecretFile

    return SecretFile(settings.data_dir)


def make_bench(
    settings: Settings, shelf_of: Callable[[str], AgentShelf], durable: Callable[[], DurableRuns] | None = None
) -> Bench:
    """The workshop's; the catalogue and whatever reaches outside are loaded with the first run."""
    servers = make_tool_servers(settings)

    def model_of(choice: ModelChoice) -> ChatModel:
        from kangban.adapters.openai_chat.of_agents import model_of_agent

        key = key_for_a_model(secret_file(settings).get, servers)
        return model_of_agent(choice, settings.fetch_allow, key, on_this_machine)

    return Bench(
        shelf_of, model_of, lambda: catalogue(servers), LiveRuns(), lambda: make_outside(settings), durable=durable,
        meter=Meter(_prices(settings)),
    )  # fmt: skip


def _prices(settings: Settings) -> PriceList | None:
    if settings.prices is None:
        return None
    try:
        return PriceList.of(settings.prices)
    except InvalidInput as error:
        raise SettingsRefused(error.message, field="KANGBAN_PRICES") from None


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
