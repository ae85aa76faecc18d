"""Libraries, asked of the fake and every database alike."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from kangban.adapters.memory_library import MemoryLibraryStore
from kangban.adapters.store import open_stores
from kangban.clinical.library import Edge, LibraryDocument, Passage
from kangban.kernel.errors import NotFound
from kangban.ports.library import LibraryStore
from tests.support.stores import DATABASES, KEY, START, STORES, address

WORDS = "多喝温水，注意休息，独一无二的一句"


@pytest.fixture(params=STORES)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[LibraryStore]:
    if request.param == "memory":
        yield MemoryLibraryStore()
        return
    async with address(request.param, tmp_path) as url:
        stores = await open_stores(url)
        yield stores.library
        await stores.close()


def document(name: str = "a", family: str = "home", **more) -> LibraryDocument:
    made = LibraryDocument(
        f"library-{family}-{name}",
        family,
        "family",
        name,
        f"{name}.txt",
        "text/plain",
        9,
        "a" * 64,
        "b" * 64,
        START,
        "gran",
    )
    return msgspec.structs.replace(made, **more)


def passages(of: LibraryDocument, count: int = 3, start: int = 0) -> list[Passage]:
    return [
        Passage(f"{of.id}-{n}", of.id, n, f"{WORDS} {n}", "第一章 › 感冒", n + 1, (Edge("感冒", "symptom", "咳嗽"),))
        for n in range(start, start + count)
    ]


def vector(*numbers: float) -> bytes:
    return struct.pack(f"<{len(numbers)}f", *numbers)


async def test_a_document_is_kept_once_and_comes_back_as_it_was(store):
    one = document(licence="CC0", tradition=True)
    assert await store.put_document(one)
    assert not await store.put_document(msgspec.structs.replace(one, title="another"))
    assert await store.documents("home") == [one]
    assert await store.documents("away") == []
    assert await store.documents("\0") == []


async def test_passages_come_back_in_order_with_the_documents_new_state_and_twice_changes_nothing(store):
    one = document()
    await store.put_document(one)
    later = msgspec.structs.replace(one, state="reading", stored=5)
    await store.add_passages(later, passages(one, 3, 2))
    await store.add_passages(later, passages(one, 5))
    assert await store.passages("home", one.id) == passages(one, 5)
    assert await store.documents("home") == [later]
    assert await store.passages("away", one.id) == []
    assert await store.passages("home", "nothing") == []


async def test_what_was_removed_takes_no_more_passages(store):
    one = document()
    await store.put_document(one)
    await store.add_passages(one, passages(one))
    assert await store.remove("home", one.id)
    assert not await store.remove("home", one.id)
    with pytest.raises(NotFound):
        await store.add_passages(one, passages(one))
    with pytest.raises(NotFound):
        await store.change_document(one)
    assert await store.passages("home", one.id) == []


async def test_a_family_neither_sees_nor_changes_nor_removes_what_another_has(store):
    theirs = document(family="away")
    await store.put_document(theirs)
    await store.add_passages(theirs, passages(theirs))
    assert not await store.remove("home", theirs.id)
    with pytest.raises(NotFound):
        await store.change_document(msgspec.structs.replace(theirs, family_id="home", title="taken"))
    await store.put_vectors("home", "model", {f"{theirs.id}-0": vector(1.0)})
    assert await store.vectors("away", theirs.id, "model") == {}
    assert await store.documents("away") == [theirs]
    assert await store.passages("away", theirs.id) == passages(theirs)


async def test_vectors_are_kept_by_model_and_go_with_their_document(store):
    one = document()
    await store.put_document(one)
    await store.add_passages(one, passages(one))
    await store.put_vectors("home", "old", {f"{one.id}-0": vector(1.0, 0.0), f"{one.id}-1": vector(0.0, 1.0)})
    await store.put_vectors("home", "new", {f"{one.id}-1": vector(3.0)})
    assert await store.vectors("home", one.id, "old") == {f"{one.id}-0": vector(1.0, 0.0)}
    assert await store.vectors("home", one.id, "new") == {f"{one.id}-1": vector(3.0)}
    await store.remove("home", one.id)
    assert await store.vectors("home", one.id, "new") == {}


async def test_many_at_once_leave_each_passage_once(store):
    many = [document(str(n)) for n in range(6)]
    await asyncio.gather(*(store.put_document(one) for one in many * 2))
    await asyncio.gather(*(store.add_passages(one, passages(one, 4)) for one in many * 2))
    assert len(await store.documents("home")) == 6
    assert [len(await store.passages("home", one.id)) for one in many] == [4] * 6


@pytest.mark.parametrize("kind", DATABASES)
async def test_passages_outlive_the_program(kind, tmp_path):
    async with address(kind, tmp_path) as url:
        first = await open_stores(url)
        one = document()
        await first.library.put_document(one)
        await first.library.add_passages(one, passages(one))
        await first.close()
        second = await open_stores(url)
        assert await second.library.passages("home", one.id) == passages(one)
        await second.close()


async def test_nothing_of_a_library_lies_readable_beside_an_encrypted_file_and_nothing_stays_after_removal(tmp_path):
    from kangban.adapters.store import sqlite_url

    needle = WORDS.encode()
    for key, readable in ((KEY, False), ("", True)):
        folder = tmp_path / (key[:2] or "plain")
        stores = await open_stores(sqlite_url(folder / "record.sqlite", key))
        one = document()
        await stores.library.put_document(one)
        await stores.library.add_passages(one, passages(one))
        assert any(needle in file.read_bytes() for file in folder.iterdir()) == readable
        await stores.library.remove("home", one.id)
        await stores.close()
        assert not any(needle in file.read_bytes() for file in folder.iterdir())
