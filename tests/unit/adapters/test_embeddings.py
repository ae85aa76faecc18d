"""Vectors and reranking from a stub server: order, retries, refusals, and a search that goes on without it."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from msgspec.structs import replace

from kangban.adapters.embeddings import ServerEmbedder, ServerReranker, ServerSettings
from kangban.adapters.gram_index import GramIndex
from kangban.adapters.memory_library import MemoryLibraryStore
from kangban.journeys.library.kept import Library
from kangban.journeys.library.searching import search
from kangban.kernel.errors import SettingsRefused, Unavailable
from kangban.settings import read_settings
from tests.journeys.library.books import GUIDE, TRADITION, added, family

Answer = Callable[[str, Any], tuple[int, Any]]


@contextlib.asynccontextmanager
async def serving(answer: Answer) -> AsyncIterator[tuple[str, list[tuple[str, Any]]]]:
    """A server that speaks just enough HTTP; (its address, what it was asked)."""
    asked: list[tuple[str, Any]] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = int(next(x.split(":")[1] for x in head.splitlines() if x.lower().startswith("content-length")))
        path, body = head.split(" ")[1], json.loads(await reader.readexactly(length))
        asked.append((path, body))
        status, words = answer(path, body)
        raw = words if isinstance(words, bytes) else json.dumps(words).encode()
        writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: {len(raw)}\r\nConnection: close\r\n\r\n".encode() + raw)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked
    finally:
        server.close()


def vectors(_path: str, body: Any) -> tuple[int, Any]:
    """Two numbers a text: does it speak of salt, of tea. In reverse order, as a server may."""
    rows = [
        {"index": n, "embedding": [float("盐" in x or "咸" in x), float("菊花" in x)]}
        for n, x in enumerate(body["input"])
    ]
    return 200, {"data": rows[::-1]}


async def no_wait(_: float) -> None: ...


async def test_vectors_come_in_the_order_of_the_texts():
    async with serving(vectors) as (url, asked):
        embedder = ServerEmbedder(ServerSettings(f"{url}/v1/", "m", "secret"))
        assert await embedder.embed(["盐", "菊花", *["x"] * 70]) == [[1, 0], [0, 1], *[[0, 0]] * 70]
        assert [(path, len(body["input"])) for path, body in asked] == [("/v1/embeddings", 64), ("/v1/embeddings", 8)]
        await embedder.close()


@pytest.mark.parametrize(
    "wrong",
    [
        b"no json",
        {"data": []},
        {"data": [{"index": 1, "embedding": [1]}]},
        {"data": [{"index": 0, "embedding": []}, {"index": 0, "embedding": [1]}]},
        {},
    ],
)
async def test_an_answer_that_is_none_is_unavailable(wrong):
    async with serving(lambda *_: (200, wrong)) as (url, _):
        with pytest.raises(Unavailable):
            await ServerEmbedder(ServerSettings(url, "m"), no_wait).embed(["盐"])


async def test_a_busy_server_is_asked_again_and_a_refusal_is_not():
    statuses = [503, 429, 200]
    async with serving(
        lambda p, b: (status, vectors(p, b)[1]) if (status := statuses.pop(0)) == 200 else (status, {})
    ) as (url, asked):
        assert await ServerEmbedder(ServerSettings(url, "m"), no_wait).embed(["盐"]) == [[1, 0]]
        assert len(asked) == 3
    async with serving(lambda *_: (401, {"error": "the text was 盐"})) as (url, asked):
        with pytest.raises(Unavailable) as refused:
            await ServerEmbedder(ServerSettings(url, "m"), no_wait).embed(["盐"])
        assert len(asked) == 1
        assert "盐" not in str(refused.value)


async def test_a_reranker_gives_a_score_for_each_passage_or_none():
    answer = {"results": [{"index": 1, "relevance_score": 0.9}, {"index": 0, "relevance_score": 0.1}]}
    async with serving(lambda *_: (200, answer)) as (url, asked):
        reranker = ServerReranker(ServerSettings(url, "r"), no_wait)
        assert await reranker.scores("盐", ["a", "b"]) == [0.1, 0.9]
        assert asked == [("/v1/rerank", {"model": "r", "query": "盐", "documents": ["a", "b"]})]
        with pytest.raises(Unavailable):
            await reranker.scores("盐", ["a", "b", "c"])


async def test_search_uses_meaning_where_a_server_is_there_and_goes_on_without_it():
    async with serving(vectors) as (url, _):
        house = await family()
        embedder = ServerEmbedder(ServerSettings(url, "m"), no_wait)
        house = replace(house, library=Library(MemoryLibraryStore(), GramIndex, embedder=embedder))
        await added(house, GUIDE, TRADITION)
        assert "吃盐" in (await search(house, "太咸"))[0].passage  # no word in common
    assert (await search(house, "高血压每天吃盐"))[0].passage
    assert await search(house, "太咸") == []


async def test_the_order_of_a_reranker_counts():
    def scores(_path: str, body: Any) -> tuple[int, Any]:
        return 200, {
            "results": [{"index": n, "relevance_score": float("菊花" in x)} for n, x in enumerate(body["documents"])]
        }

    async with serving(scores) as (url, _):
        house = await family()
        library = Library(MemoryLibraryStore(), GramIndex, reranker=ServerReranker(ServerSettings(url, "r"), no_wait))
        house = replace(house, library=library)
        await added(house, GUIDE, TRADITION)
        assert "菊花" in (await search(house, "高血压患者吃盐不超过多少"))[0].passage


@pytest.mark.parametrize("url", ["http://example.org/v1", "ftp://127.0.0.1", "127.0.0.1:80"])
def test_a_server_elsewhere_is_refused(url, tmp_path):
    with pytest.raises(SettingsRefused):
        read_settings(data_dir=tmp_path, environ={"KANGBAN_EMBEDDINGS_URL": url, "KANGBAN_EMBEDDINGS_NAME": "m"})


def test_a_server_of_this_machine_is_taken_and_its_key_never_shown(tmp_path):
    env = {
        "KANGBAN_EMBEDDINGS_URL": "http://127.0.0.1:9",
        "KANGBAN_EMBEDDINGS_NAME": "m",
        "KANGBAN_EMBEDDINGS_KEY": "sesame",
    }
    settings = read_settings(data_dir=tmp_path, environ=env)
    assert "sesame" not in repr(settings.embeddings) + repr(settings)
    assert "sesame" not in repr(ServerSettings("http://127.0.0.1:9", "m", "sesame"))
