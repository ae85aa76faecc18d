"""A full disk, a lock that stays, a server that goes away, erased bytes: said clearly, and nothing half written."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import event

from kangban.adapters.store import open_store, sqlite_url
from kangban.adapters.store.engine import make_engine, read_url
from kangban.adapters.store.records import SqlRecordStore
from kangban.adapters.store.work import Work
from kangban.clinical.record import Condition
from kangban.kernel.errors import Broken, Unavailable
from tests.support.stores import address, fact

LONG = "咳嗽" * 20_000


async def opened_with(file: Path, pragma: str) -> SqlRecordStore:
    """A store whose connections also get one more pragma."""
    engine = make_engine(read_url(sqlite_url(file)))

    def also(connection, _record):
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    event.listen(engine.sync_engine, "connect", also)
    return SqlRecordStore(Work(engine, file))


async def test_a_full_disk_is_unavailable_and_the_store_still_reads(tmp_path):
    file = tmp_path / "record.sqlite"
    store = await open_store(sqlite_url(file))
    await store.append([fact()])
    await store.close()
    full = await opened_with(file, "max_page_count=20")
    with pytest.raises(Unavailable) as caught:
        await full.append([fact(60.0), fact(Condition(LONG)), fact(61.0)])
    assert "咳嗽" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert await full.entries("home", include_superseded=True) == [fact()]
    assert await full.append([fact(60.0)]) == 1
    await full.close()
    with contextlib.closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


async def test_a_lock_that_stays_is_unavailable_and_readers_go_on(tmp_path):
    file = tmp_path / "record.sqlite"
    await (await open_store(sqlite_url(file))).close()
    store = await opened_with(file, "busy_timeout=20")
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable):
            await store.append([fact()])
        assert await store.entries("home") == []
        other.execute("ROLLBACK")
    assert await store.append([fact()]) == 1
    await store.close()


async def test_a_cancelled_write_is_whole_or_absent_and_the_store_goes_on(tmp_path):
    store = await open_store(sqlite_url(tmp_path / "record.sqlite"))
    for number in range(20):
        batch = [fact(float(100 * number + n)) for n in range(10)]
        write = asyncio.create_task(store.append(batch))
        for _ in range(number * 2):
            await asyncio.sleep(0)
        write.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await write
        here = {e.id for e in await store.entries("home")} & {e.id for e in batch}
        assert len(here) in {0, 10}
        assert await store.append(batch) == 10 - len(here)
    await store.close()


async def test_erased_words_are_no_longer_in_the_files(tmp_path):
    store = await open_store(sqlite_url(tmp_path / "record.sqlite"))
    await store.append([fact(Condition("a very private matter " * 300)), fact(member="dad")])
    assert b"private matter" in b"".join(path.read_bytes() for path in tmp_path.iterdir())
    await store.delete_member("home", "gran")
    assert b"private matter" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())
    await store.close()


async def test_a_damaged_entry_is_broken_a_damaged_file_unavailable_and_nothing_is_quoted(tmp_path):
    file = tmp_path / "record.sqlite"
    store = await open_store(sqlite_url(file))
    await store.append([fact(Condition(f"secret {n} " * 50)) for n in range(400)])
    await store.close()
    with contextlib.closing(sqlite3.connect(file)) as other:
        other.execute("UPDATE entry SET body = replace(body, 'Condition', 'Spell')")
        other.commit()
    store = await open_store(sqlite_url(file))
    with pytest.raises(Broken) as unreadable:
        await store.entries("home")
    await store.close()
    damaged = bytearray(file.read_bytes())
    half = len(damaged) // 2  # the entries; what opening reads lies before
    damaged[half:] = b"\xa5" * (len(damaged) - half)
    file.write_bytes(damaged)
    store = await open_store(sqlite_url(file))
    with pytest.raises(Unavailable) as malformed:
        await store.entries("home")
    await store.close()
    assert "secret" not in f"{unreadable.value} {malformed.value}"


@pytest.mark.postgres
async def test_a_server_that_drops_its_connections_is_asked_again(tmp_path):
    async with address("postgres", tmp_path) as url:
        store = await open_store(url)
        await asyncio.gather(*(store.append([fact(float(n))]) for n in range(6)))
        other = await asyncpg.connect(url)
        await other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await other.close()
        assert len(await store.entries("home")) == 6
        assert await store.append([fact(70.0)]) == 1
        await store.close()


@pytest.mark.postgres
async def test_a_database_that_takes_no_more_connections_is_unavailable(tmp_path):
    async with address("postgres", tmp_path) as url:
        await (await open_store(url)).close()
        name = read_url(url).database
        other = await asyncpg.connect(url, database="postgres")
        await other.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        try:
            with pytest.raises(Unavailable):
                await open_store(url)
        finally:
            await other.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
            await other.close()
