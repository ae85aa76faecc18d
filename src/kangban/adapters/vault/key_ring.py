"""The keys of one data directory. `keys.json` in it holds a content key wrapped by the master key, never a key itself.

One content key a directory; what encrypts the database and what seals files are derived from it. Changing the master
key rewrites `keys.json` only. Nothing here makes a new key where a `keys.json` is: a lost key is said, not replaced.
"""

from __future__ import annotations

import base64
import binascii
import os
from pathlib import Path
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from kangban.adapters.vault.files import read_small, write_whole
from kangban.adapters.vault.master_key import (
    KEY_BYTES,
    Source,
    configured,
    new_key,
    source_for_new,
    usual_source,
)
from kangban.adapters.vault.steps import Passed, nobody_told
from kangban.kernel.errors import SettingsRefused
from kangban.kernel.ids import new_id
from kangban.ports.keys import KeyCustody, KeyPlaces, KeySource

KEYS_FILE: Final = "keys.json"
FORMAT: Final = "kangban-keys/1"
_NONCE: Final = 12
_MOST_BYTES: Final = 65_536


class _File(msgspec.Struct, frozen=True):
    format: str
    directory: str
    generation: int
    source: KeySource
    wrapped: str


class KeyRing:
    """An opened `keys.json`."""

    def __init__(self, directory: str, generation: int, source: Source, master: bytes, content_key: bytes) -> None:
        self.directory, self.generation = directory, generation
        self._source, self._master, self._content_key = source, master, content_key
        self.made_now = False

    def __repr__(self) -> str:
        return f"KeyRing(directory={self.directory!r}, generation={self.generation})"

    @property
    def database_key(self) -> str:
        """The raw key of the database, 64 hex digits."""
        return _derived(self._content_key, b"kangban database 1").hex()

    @property
    def files_key(self) -> bytes:
        """What sealed files are made with."""
        return _derived(self._content_key, b"kangban files 1")

    @property
    def content_key(self) -> bytes:
        """The content key itself, for a backup."""
        return self._content_key

    @property
    def master(self) -> bytes:
        """The master key, for a backup that is to open with it."""
        return self._master

    @property
    def custody(self) -> KeyCustody:
        """What may be told."""
        return KeyCustody(self._source.kind, self._source.place, self.generation, self.made_now)

    def write(self, folder: Path) -> None:
        """Write `keys.json`, in the place of the one there."""
        write_whole(folder / KEYS_FILE, self._wrapped())

    def write_new(self, folder: Path) -> bool:
        """Write `keys.json` where there is none; False where there is one."""
        return write_whole(folder / KEYS_FILE, self._wrapped(), new=True)

    def with_new_content_key(self) -> KeyRing:
        """The next generation: the same master key over a new content key."""
        return KeyRing(self.directory, self.generation + 1, self._source, self._master, new_key())

    def rotate_master(self, folder: Path, given: bytes | None = None, passed: Passed = nobody_told) -> KeyRing:
        """Wrap the content key with a new master key: a given one, or a new one kept where the old one lies.

        A key given for KANGBAN_KEY or KANGBAN_KEY_FILE is the operator's to keep there. At every moment one of the
        keys kept opens `keys.json`. Raises SettingsRefused, Unavailable.
        """
        source = self._source
        theirs = given is not None and source.kind in ("environment", "key_file")
        master = given or new_key()
        if not theirs:
            # An earlier rotation may have been broken off before its last step; then `next` is the key in use.
            if self._master not in source.candidates()[:1]:
                source.promote()
            source.put_next(master)
            passed("next-key-kept")
        rotated = KeyRing(self.directory, self.generation + 1, source, master, self._content_key)
        rotated.write(folder)
        passed("rewrapped")
        if not theirs:
            source.promote()
        return rotated

    def forget_master(self) -> None:
        """Remove a master key that was made for nothing; an operator's own is left alone."""
        if self._source.kind in ("keyring", "made_file"):
            self._source.forget()

    def _wrapped(self) -> bytes:
        nonce = os.urandom(_NONCE)
        sealed = AESGCM(self._master).encrypt(nonce, self._content_key, _bound_to(self.directory, self.generation))
        wrapped = base64.b64encode(nonce + sealed).decode()
        return msgspec.json.format(
            msgspec.json.encode(_File(FORMAT, self.directory, self.generation, self._source.kind, wrapped))
        )


def is_there(folder: Path) -> bool:
    """Whether a directory has keys."""
    return (folder / KEYS_FILE).exists()


def make_ring(places: KeyPlaces, *, content_key: bytes | None = None) -> KeyRing:
    """Keys for a new directory, their master key kept durably already; `keys.json` is still to be written."""
    directory = new_id("dir")
    source = source_for_new(places, directory)
    ring = KeyRing(directory, 1, source, source.candidates()[0], content_key or new_key())
    ring.made_now = source.kind in ("keyring", "made_file")
    return ring


def open_or_make(folder: Path, places: KeyPlaces) -> KeyRing:
    """The keys of a directory, made where there are none; of two programs at once one makes them."""
    if not is_there(folder):
        ring = make_ring(places)
        try:
            if ring.write_new(folder):
                return ring
        except BaseException:
            ring.forget_master()
            raise
        ring.forget_master()
    return open_ring(folder, places)


def open_ring(folder: Path, places: KeyPlaces) -> KeyRing:
    """Open `keys.json`; raises SettingsRefused when the key is missing or wrong, Unavailable for a locked keyring."""
    kept = _read(folder)
    source = configured(places) or usual_source(places, kept.directory, kept.source)
    keys = source.candidates()
    if not keys:
        raise SettingsRefused(
            f"the key of this directory is not at {source.place}: put it back, or set KANGBAN_KEY or KANGBAN_KEY_FILE "
            "to a copy; nothing was changed",
            field="KANGBAN_KEY",
            key="vault.key_missing",
        )
    for master in keys:
        content_key = _unwrapped(kept, master)
        if content_key is not None:
            return KeyRing(kept.directory, kept.generation, source, master, content_key)
    raise SettingsRefused(
        f"the key from {source.place} does not open this directory (made with {kept.source}, generation "
        f"{kept.generation}): give the right one; nothing was changed",
        field="KANGBAN_KEY",
        key="vault.key_wrong",
    )


def masters(places: KeyPlaces, directory: str) -> list[bytes]:
    """Every master key at hand that may have closed a backup of this directory."""
    kinds: tuple[KeySource, ...] = ("keyring", "made_file")
    named = configured(places)
    sources = [usual_source(places, directory, kind) for kind in kinds] if named is None else [named]
    return [key for source in sources for key in (*source.candidates(), *source.earlier())]


def _read(folder: Path) -> _File:
    raw = read_small(folder / KEYS_FILE, _MOST_BYTES)
    try:
        kept = msgspec.json.decode(raw or b"", type=_File)
    except (msgspec.DecodeError, UnicodeError):
        raise _unreadable(folder) from None
    if kept.format != FORMAT:
        raise SettingsRefused("keys.json was written by a newer version of Kangban", field="data_dir")
    return kept


def _unreadable(folder: Path) -> SettingsRefused:
    return SettingsRefused(
        f"{folder / KEYS_FILE} cannot be read: put it back from a backup; nothing was changed",
        field="data_dir",
        key="vault.keys_unreadable",
    )


def _unwrapped(kept: _File, master: bytes) -> bytes | None:
    try:
        raw = base64.b64decode(kept.wrapped, validate=True)
        content_key = AESGCM(master).decrypt(raw[:_NONCE], raw[_NONCE:], _bound_to(kept.directory, kept.generation))
    except (InvalidTag, ValueError, binascii.Error):
        return None
    return content_key if len(content_key) == KEY_BYTES else None


def _bound_to(directory: str, generation: int) -> bytes:
    return f"{FORMAT} {directory} {generation}".encode()


def _derived(key: bytes, use: bytes) -> bytes:
    return HKDFExpand(hashes.SHA256(), KEY_BYTES, use).derive(key)
