"""A backup made a directory again: everything checked aside, then moved into its place by one rename.

Names in an archive are not paths: three are known, the rest must be 64 hex digits, and anything else is refused.
The directory gets an id and a master key of its own, so that rotating one copy never locks the other out.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
import secrets
from pathlib import Path
from typing import IO, Final

import msgspec

from kangban.adapters.vault.archive import Master, Passphrase, header_of
from kangban.adapters.vault.backup import CONTENTS, FORMAT, MANIFEST, Contents, Manifest, members_of, read_manifest
from kangban.adapters.vault.files import shred, sync_folder
from kangban.adapters.vault.instruments import Instruments
from kangban.adapters.vault.key_ring import KEY_BYTES, make_ring, masters
from kangban.adapters.vault.layout import FILES, RECORD
from kangban.adapters.vault.sealed_blobs import SealedBlobs
from kangban.kernel.errors import Conflict, InvalidInput, SettingsRefused, Unavailable
from kangban.ports.keys import KeyCustody

_LEFT: Final = ".restoring-"
_FILE_NAME: Final = re.compile(rf"{FILES}/([0-9a-f]{{64}})")
_BLOCK: Final = 1 << 20


class Restored(msgspec.Struct, frozen=True):
    """A directory that was put back, every hash checked."""

    directory: str
    files: int
    rows: int
    custody: KeyCustody


def restore(file: Path, to: Path, house: str, secret: Passphrase | None, tools: Instruments) -> Restored:
    """Put a backup back as `to/house`; `to` must be new or empty.

    Raises Conflict for a directory that holds anything, InvalidInput for a wrong passphrase or a changed archive,
    Unavailable for a full disk; then nothing is left behind.
    """
    try:
        to.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in to.glob(f"{_LEFT}*"):
            shred(left)
        if any(to.iterdir()):
            raise Conflict(f"{to} is not empty: nothing was changed", field="dir", key="vault.not_empty")
        aside = to / f"{_LEFT}{secrets.token_hex(8)}"
        aside.mkdir(mode=0o700)
    except OSError as error:
        raise Unavailable(f"{to} cannot be made: {error.strerror or type(error).__name__}", field="dir") from None
    try:
        content_key = _unpack(file, aside, _opened_with(file, secret, tools))
        tools.passed("unpacked")
        return _put_in_place(aside, to, house, content_key, tools)
    except OSError as error:
        raise Unavailable(f"{to} cannot be written: {error.strerror or type(error).__name__}", field="dir") from None
    finally:
        shred(aside)


def _opened_with(file: Path, secret: Passphrase | None, tools: Instruments) -> Passphrase | Master:
    try:
        with file.open("rb") as opened:
            header = header_of(opened)
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror or type(error).__name__}", field="file") from None
    if header.kind == "passphrase":
        if secret is None:
            raise InvalidInput(
                "this archive opens with a passphrase: give --passphrase-file",
                field="passphrase",
                key="vault.passphrase_needed",
            )
        return secret
    if secret is not None:
        raise InvalidInput(
            "this archive opens with the master key, not with a passphrase",
            field="passphrase",
            key="vault.archive_closed",
        )
    for key in masters(tools.places, header.directory):
        master = Master(key, header.directory)
        if _opens(file, master):
            return master
    raise SettingsRefused(
        "no master key at hand opens this archive: set KANGBAN_KEY or KANGBAN_KEY_FILE to the one it was made with",
        field="KANGBAN_KEY",
        key="vault.archive_closed",
    )


def _opens(file: Path, master: Master) -> bool:
    try:
        next(members_of(file, master))
    except InvalidInput:
        return False
    return True


def _unpack(file: Path, aside: Path, secret: Passphrase | Master) -> bytes:
    """Write every member aside and check its hash; returns the content key."""
    hashes: dict[str, str] = {}
    contents: Contents | None = None
    manifest: Manifest | None = None
    for name, content in members_of(file, secret):
        if name == MANIFEST:
            manifest = read_manifest(content.read())
        elif name in hashes or manifest is not None:
            raise InvalidInput("the archive names a member twice", field="file", key="vault.archive_broken")
        elif name == CONTENTS:
            raw = content.read(_BLOCK)
            contents, hashes[name] = _contents(raw), hashlib.sha256(raw).hexdigest()
        else:
            hashes[name] = _write(content, _place(aside, name))
    if contents is None or manifest is None or manifest.members != hashes:
        raise InvalidInput("the archive does not hold what its list says", field="file", key="vault.archive_broken")
    return _content_key(contents)


def _place(aside: Path, name: str) -> Path:
    if name == RECORD:
        return aside / "house" / RECORD
    found = _FILE_NAME.fullmatch(name)
    if found is None:
        raise InvalidInput("the archive holds a name no backup has", field="file", key="vault.archive_broken")
    digits = found.group(1)
    return aside / "house" / FILES / digits[:2] / digits[2:4] / digits


def _write(content: IO[bytes], place: Path) -> str:
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = hashlib.sha256()
    descriptor = os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(descriptor, "wb") as file:
        while block := content.read(_BLOCK):
            digest.update(block)
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def _put_in_place(aside: Path, to: Path, house: str, content_key: bytes, tools: Instruments) -> Restored:
    built = aside / "house"
    (built / FILES).mkdir(mode=0o700, parents=True, exist_ok=True)
    ring = make_ring(tools.places, content_key=content_key)
    try:
        rows = 0
        if (built / RECORD).exists():
            tools.database.check(built / RECORD, ring.database_key)
            told = tools.database.fingerprint(built / RECORD, ring.database_key)
            rows = sum(int(each.split()[0]) for table, each in told.items() if table)
        files = sum(1 for _ in SealedBlobs(tools.shelf_at(built / FILES), ring.files_key).contents())
        ring.write(built)
        tools.passed("checked")
        built.rename(to / house)
    except BaseException:
        ring.forget_master()
        raise
    sync_folder(to)
    tools.passed("placed")
    return Restored(str(to), files, rows, ring.custody)


def _contents(raw: bytes) -> Contents:
    try:
        contents = msgspec.json.decode(raw, type=Contents)
    except (msgspec.DecodeError, UnicodeError):
        raise InvalidInput("the archive's contents cannot be read", field="file", key="vault.archive_broken") from None
    if contents.format != FORMAT:
        raise InvalidInput("the archive was written by a newer version of Kangban", field="file")
    return contents


def _content_key(contents: Contents) -> bytes:
    try:
        key = base64.b64decode(contents.content_key, validate=True)
    except (ValueError, binascii.Error):
        key = b""
    if len(key) != KEY_BYTES:
        raise InvalidInput("the archive's key cannot be read", field="file", key="vault.archive_broken")
    return key
