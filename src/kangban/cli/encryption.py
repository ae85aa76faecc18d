"""The rows of `kangban doctor` on encryption: what is encrypted, where the key lies, and what is not protected."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kangban.ports.keys import KeyCustody
    from kangban.settings import Settings

Row = dict[str, Any]


def _row(name: str, state: str, what: str, mend: str = "") -> Row:
    return {"name": name, "state": state, "what": what, "mend": mend}


def encryption_rows(settings: Settings) -> list[Row]:
    """Look after the store was opened once: a new directory has its keys by then."""
    if settings.demo:
        return [_row("encryption", "ok", "the demo is not encrypted: it holds invented people only")]
    rows = [_directory(settings)]
    if settings.database_url:
        rows.append(
            _row(
                "database",
                "missing",
                "the database at KANGBAN_DATABASE_URL is not encrypted by Kangban; kept files are",
                "encrypt the disk of the database server, and its connection with TLS",
            )
        )
    return [*rows, *_keys(settings), _always()]


def _directory(settings: Settings) -> Row:
    from kangban.app import unlocked
    from kangban.kernel.errors import KangbanError

    try:
        keys = unlocked(settings)
    except KangbanError as error:
        return _row("encryption", "broken", error.message, "docs/encryption.md")
    if keys is None:
        return _row("encryption", "missing", "the record is not encrypted on the disk", "run kangban encrypt")
    what = "kept files" if settings.database_url else "record (SQLCipher), its copies, kept files"
    return _row("encryption", "ok", f"{what}: encrypted with AES-256, key generation {keys.generation}")


def _keys(settings: Settings) -> list[Row]:
    from kangban.app import unlocked
    from kangban.kernel.errors import KangbanError

    try:
        keys = unlocked(settings)
    except KangbanError:
        return []  # said already
    if keys is None:
        return []
    custody = keys.custody
    rows = [_row("key", "ok", f"from {custody.source}: {custody.place}", _keep_a_copy(custody))]
    if custody.source in ("key_file", "made_file"):
        rows += _file_rows(Path(custody.place), settings.house_dir)
    return rows


def _keep_a_copy(custody: KeyCustody) -> str:
    if custody.source in ("made_file", "keyring"):
        return "keep a copy elsewhere, or a backup with a passphrase: without the key nothing opens"
    return ""


def _file_rows(file: Path, house: Path) -> list[Row]:
    rows: list[Row] = []
    try:
        kept, record = file.stat(), house.stat()
    except OSError:
        return []
    if os.name == "posix" and kept.st_mode & 0o077:
        rows.append(_row("key file", "missing", "others on this machine can read the key file", f"chmod 600 {file}"))
    if kept.st_dev == record.st_dev:
        rows.append(
            _row(
                "key place",
                "missing",
                "the key lies on the same disk as the record: whoever takes the disk has both",
                "keep the key in the keyring, on another disk, or encrypt the whole disk too",
            )
        )
    return rows


async def walls_rows(settings: Settings) -> list[Row]:
    """Whether the database server itself keeps families apart; SQLite has no such walls and needs none told."""
    from kangban.app import open_stores
    from kangban.kernel.errors import KangbanError

    if not settings.database_url:
        return []
    try:
        stores = await open_stores(settings)
        try:
            state = await stores.walls()
        finally:
            await stores.close()
    except KangbanError:
        return []  # the row of the store says it
    if state == "bypassed":
        return [
            _row(
                "walls",
                "missing",
                "the database role ignores row-level security: only Kangban itself keeps families apart",
                "connect as a role that is no superuser and has no BYPASSRLS",
            )
        ]
    return [_row("walls", "ok", "row-level security keeps families apart")] if state == "closed" else []


def _always() -> Row:
    return _row(
        "not encrypted",
        "ok",
        "what is open while Kangban runs: memory, the search index in it, swap; logs (they hold no record value); "
        "what people export; the demo",
        "",
    )
