"""Data directories for tests of the vault: filled with values to look for, read back whole, searched byte by byte."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import msgspec

from kangban.adapters.blob_files import FileBlobs
from kangban.adapters.store import open_stores, sqlite_url
from kangban.adapters.store.copies import copy_file
from kangban.adapters.vault.instruments import Instruments
from kangban.app import open_blobs, unlocked, vault_tools
from kangban.app import open_stores as open_house_stores
from kangban.clinical.record import Condition, Patient
from kangban.ports.keys import KeyPlaces
from kangban.settings import Settings
from tests.support.stores import fact

WORDS = ("Zhenyouqishi-Private-Matter", "心房颤动与焦虑", "李桂芳奶奶", "page-four-of-the-report")
FILES = tuple(f"{word} in a kept file ".encode() * 60 for word in WORDS)
ENTRIES = [
    fact(Patient(WORDS[2], "奶奶"), true=0),
    *(fact(Condition(f"{WORDS[0]} {n} {WORDS[1]}"), true=n % 20, client_id=f"c{n}") for n in range(60)),
    fact(Condition(WORDS[3]), member="dad"),
]


def settings_in(folder: Path, name: str = "place") -> Settings:
    """Settings of one data directory whose keys lie in `folder/keys`."""
    return Settings(data_dir=folder / name, keys=KeyPlaces(directory=folder / "keys"))


def tools_of(settings: Settings, **more: Any) -> Instruments:
    """The real instruments; more fields may be given."""
    return msgspec.structs.replace(vault_tools(settings), **more)


async def fill(settings: Settings, *, plain: bool) -> None:
    """A directory with entries, an older copy of the record, and kept files; `plain` as versions before wrote it."""
    record = settings.house_dir / "record.sqlite3"
    if plain:
        record.parent.mkdir(parents=True, mode=0o700)
        stores, blobs = await open_stores(sqlite_url(record)), FileBlobs(settings.house_dir / "files")
    else:
        stores, blobs = await open_house_stores(settings), open_blobs(settings)
    await stores.records.append(ENTRIES[:30])
    keys = None if plain else unlocked(settings)
    copy_file(record, "0002", keys.database_key if keys else "")
    await stores.records.append(ENTRIES[30:])
    for content in FILES:
        await blobs.put(content)
    await stores.close()


async def holds_everything(settings: Settings) -> None:
    """Open the directory as the program does; every entry, every file and the older copy are there."""
    stores = await open_house_stores(settings)
    try:
        found = await stores.records.entries("home", include_superseded=True)
    finally:
        await stores.close()
    assert sorted(found, key=lambda e: e.id) == sorted(ENTRIES, key=lambda e: e.id)
    blobs = open_blobs(settings)
    for content in FILES:
        assert await blobs.get(hashlib.sha256(content).hexdigest()) == content
    copy = settings.house_dir / "record.sqlite3.before-0002"
    if copy.exists():
        keys = unlocked(settings)
        older = await open_stores(sqlite_url(copy, keys.database_key if keys else ""))
        assert len(await older.records.entries("home", include_superseded=True)) == 30
        await older.close()


def plain_words_in(*folders: Path) -> list[str]:
    """Where a known word, or the hash of a known file, stands readable, in UTF-8 or UTF-16."""
    found: list[str] = []
    wanted = [word.encode(code) for word in WORDS for code in ("utf-8", "utf-16-le", "utf-16-be")]
    hashes = [hashlib.sha256(content) for content in FILES]
    wanted += [each for h in hashes for each in (h.hexdigest().encode(), h.digest())]
    for folder in folders:
        for path in folder.rglob("*"):
            content = path.read_bytes() if path.is_file() else b""
            if any(one in content or one in str(path).encode() for one in wanted):
                found.append(str(path.relative_to(folder)))
    return found
