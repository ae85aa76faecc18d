"""The encrypted database: nothing readable on the disk, opened by its key only, and its key told to nobody."""

from __future__ import annotations

import logging
import sqlite3

import pytest

from kangban.adapters.store import files, open_store, open_stores, sqlite_url
from kangban.adapters.store.copies import copies_of
from kangban.adapters.store.engine import make_engine, read_url
from kangban.app import open_blobs, unlocked
from kangban.app import open_stores as open_house_stores
from kangban.clinical.record import Condition
from kangban.kernel.errors import Broken, Conflict, SettingsRefused, Unavailable
from tests.support.stores import KEY, fact
from tests.support.vaults import ENTRIES, FILES, WORDS, fill, plain_words_in, settings_in

OTHER = "6b" * 32


async def test_no_known_word_is_readable_in_any_file_while_open_and_after(tmp_path):
    plain = settings_in(tmp_path / "plain")
    await fill(plain, plain=True)
    assert plain_words_in(tmp_path / "plain")  # the search finds what can be read
    settings = settings_in(tmp_path / "sealed")
    await fill(settings, plain=False)
    stores = await open_house_stores(settings)
    await stores.records.append([fact(Condition(f"{WORDS[0]} again {n}"), client_id=f"again{n}") for n in range(200)])
    await open_blobs(settings).put(FILES[0] + b"more")
    assert len(await stores.records.entries("home", newest_first=True)) > 200
    names = {path.name for path in settings.house_dir.iterdir()}
    assert {"record.sqlite3", "record.sqlite3-wal", "record.sqlite3.before-0002", "files"} <= names
    assert plain_words_in(settings.data_dir) == []
    await stores.close()
    assert plain_words_in(settings.data_dir) == []


async def test_the_copies_are_encrypted_and_lose_an_erased_member(tmp_path):
    settings = settings_in(tmp_path)
    await fill(settings, plain=False)
    stores = await open_house_stores(settings)
    assert await stores.records.delete_member("home", "gran") == len(ENTRIES) - 1
    await stores.close()
    keys = unlocked(settings)
    (copy,) = copies_of(settings.house_dir / "record.sqlite3")
    for file in (copy, settings.house_dir / "record.sqlite3"):
        with pytest.raises(sqlite3.DatabaseError):
            sqlite3.connect(file).execute("SELECT * FROM entry")
        opened = await open_store(sqlite_url(file, keys.database_key))
        assert {e.member_id for e in await opened.entries("home", include_superseded=True)} <= {"dad"}
        await opened.close()


async def test_another_key_or_none_is_refused_and_changes_nothing(tmp_path):
    file = tmp_path / "record.sqlite"
    store = await open_store(sqlite_url(file, KEY))
    await store.append([fact()])
    await store.close()
    before = file.read_bytes()
    for url in (sqlite_url(file, OTHER), sqlite_url(file)):
        with pytest.raises(SettingsRefused) as refused:
            await open_store(url)
        assert OTHER not in str(refused.value)
    for bad in ("secret-word", "5a" * 31, "5A" * 32, "zz" * 32):
        with pytest.raises(SettingsRefused) as refused:
            await open_store(sqlite_url(file, bad))
        assert bad not in str(refused.value)
    assert file.read_bytes() == before
    store = await open_store(sqlite_url(file, KEY))
    assert await store.entries("home") == [fact()]
    await store.close()


async def test_a_plain_file_is_not_opened_as_an_encrypted_one(tmp_path):
    file = tmp_path / "record.sqlite"
    await (await open_store(sqlite_url(file))).close()
    before = file.read_bytes()
    with pytest.raises(SettingsRefused):
        await open_store(sqlite_url(file, KEY))
    assert file.read_bytes() == before


async def test_a_changed_page_is_said_and_not_read(tmp_path):
    file = tmp_path / "record.sqlite"
    store = await open_store(sqlite_url(file, KEY))
    await store.append([fact(Condition("cough " * 200), client_id=f"n{n}") for n in range(300)])
    await store.close()
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises((Unavailable, Broken)) as changed:
        files.check(file, KEY)
    assert KEY not in str(changed.value)


async def test_the_key_is_in_no_log_and_no_representation(tmp_path, caplog):
    url = sqlite_url(tmp_path / "record.sqlite", KEY)
    with caplog.at_level(logging.DEBUG):
        stores = await open_stores(url)
        await stores.records.append([fact()])
        shown = [
            str(stores),
            repr(stores.work.engine),
            str(stores.work.engine.url),
            repr(read_url(url)),
            str(read_url(url)),
        ]
        await stores.close()
    assert caplog.records  # aiosqlite did log what it executes
    assert KEY not in caplog.text + "".join(shown)


@pytest.mark.parametrize("key", ["", KEY])
async def test_sorting_spills_into_memory_and_not_into_a_file(tmp_path, key):
    engine = make_engine(read_url(sqlite_url(tmp_path / "record.sqlite", key)))
    async with engine.connect() as connection:
        assert (await connection.exec_driver_sql("PRAGMA temp_store")).scalar() == 2
        assert (await connection.exec_driver_sql("PRAGMA journal_mode")).scalar() == "wal"
        assert (await connection.exec_driver_sql("PRAGMA secure_delete")).scalar() == 1
    await engine.dispose()


async def test_a_file_that_is_open_is_had_alone_by_nobody_and_the_other_way_round(tmp_path):
    file = tmp_path / "record.sqlite"
    first, second = await open_store(sqlite_url(file, KEY)), await open_store(sqlite_url(file, KEY))
    await first.close()
    with pytest.raises(Conflict):
        files.alone(file)
    await second.close()
    held = files.alone(file)
    with pytest.raises(Unavailable):
        await open_store(sqlite_url(file, KEY))
    held.release()
    await (await open_store(sqlite_url(file, KEY))).close()


@pytest.mark.parametrize(("source", "to"), [("", KEY), (KEY, OTHER), (KEY, "")])
async def test_a_copy_to_another_key_says_the_same(tmp_path, source, to):
    file, copy = tmp_path / "record.sqlite", tmp_path / "copy.sqlite"
    store = await open_store(sqlite_url(file, source))
    await store.append(ENTRIES)
    if not source:
        await store.close()
    files.copy(file, source, copy, to)  # an encrypted one also while it is open
    assert files.fingerprint(copy, to) == files.fingerprint(file, source)
    files.check(copy, to)
    await store.close()
    store = await open_store(sqlite_url(file, source))
    await store.append([fact(61.0)])
    await store.close()
    assert files.fingerprint(copy, to) != files.fingerprint(file, source)
    again = await open_store(sqlite_url(copy, to))
    assert len(await again.entries("home")) == len(ENTRIES)
    await again.close()
