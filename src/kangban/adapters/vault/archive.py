"""A file encrypted as a stream: written and read in pieces, and cut short, reordered or changed nowhere unnoticed.

MAGIC, one line of JSON on how the key is made, then pieces: 4 bytes of length, AES-256-GCM of up to PIECE bytes.
A piece's nonce is a random prefix, its number, and whether it is the last; the header is sealed with each.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from typing import IO, Final, Literal

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from kangban.kernel.errors import InvalidInput, SettingsRefused

MAGIC: Final = b"KANGBAN-BACKUP/1\n"
PIECE: Final = 1 << 20
SHORTEST_PASSPHRASE: Final = 12
_KEY: Final = 32
_TAG: Final = 16
_PREFIX: Final = 7
_SALT: Final = 16
_LONGEST_HEADER: Final = 4096
_SCRYPT_N: Final = 1 << 17  # 128 MiB and some tenths of a second for each guess
_MOST_SCRYPT_N: Final = 1 << 20  # a forged header must not take all memory
_SCRYPT_R: Final = 8


class Header(msgspec.Struct, frozen=True):
    """How the key is made: of a passphrase, or of a directory's master key."""

    kind: Literal["passphrase", "master"]
    salt: str
    prefix: str
    directory: str = ""
    n: int = 0


class Passphrase(msgspec.Struct, frozen=True):
    """A secret somebody remembers; never shown."""

    text: str

    def __repr__(self) -> str:
        return "Passphrase()"


class Master(msgspec.Struct, frozen=True):
    """A directory's master key; never shown."""

    key: bytes
    directory: str

    def __repr__(self) -> str:
        return "Master()"


class ArchiveWriter:
    """A file to write to; what `close` has not been called on cannot be read."""

    def __init__(self, file: IO[bytes], secret: Passphrase | Master) -> None:
        salt, self._prefix = os.urandom(_SALT), os.urandom(_PREFIX)
        by_words = isinstance(secret, Passphrase)
        header = Header(
            kind="passphrase" if by_words else "master",
            salt=base64.b64encode(salt).decode(),
            prefix=base64.b64encode(self._prefix).decode(),
            directory="" if isinstance(secret, Passphrase) else secret.directory,
            n=_SCRYPT_N if by_words else 0,
        )
        line = msgspec.json.encode(header) + b"\n"
        self._file, self._number, self._waiting = file, 0, bytearray()
        self._seal, self._header = AESGCM(_key(secret, salt, _SCRYPT_N)), hashlib.sha256(MAGIC + line).digest()
        file.write(MAGIC + line)

    def write(self, content: bytes) -> int:
        """Take bytes; a piece goes out when it is full."""
        self._waiting += content
        while len(self._waiting) > PIECE:  # more than one: the last piece is known only at the end
            self._put(bytes(self._waiting[:PIECE]), last=False)
            del self._waiting[:PIECE]
        return len(content)

    def close(self) -> None:
        """Write the last piece; the file stays open."""
        self._put(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _put(self, content: bytes, *, last: bool) -> None:
        sealed = self._seal.encrypt(_nonce(self._prefix, self._number, last), content, self._header)
        self._file.write(len(sealed).to_bytes(4, "big") + sealed)
        self._number += 1


class ArchiveReader:
    """A file to read from. Raises InvalidInput for another key, or bytes that were changed or cut off."""

    def __init__(self, file: IO[bytes], secret: Passphrase | Master) -> None:
        header, line = _read_header(file)
        if (header.kind == "passphrase") != isinstance(secret, Passphrase):
            raise InvalidInput(
                f"the archive opens with a {header.kind}", field="passphrase", key="vault.archive_closed"
            )
        salt, self._prefix = _decoded(header.salt), _decoded(header.prefix)
        self._seal, self._header = AESGCM(_key(secret, salt, header.n)), hashlib.sha256(MAGIC + line).digest()
        self._file, self._number, self._ready, self._done = file, 0, bytearray(), False

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes; all the rest with -1."""
        while not self._done and (size < 0 or len(self._ready) < size):
            self._ready += self._next()
        size = len(self._ready) if size < 0 else size
        found = bytes(self._ready[:size])
        del self._ready[:size]
        return found

    def _next(self) -> bytes:
        length = int.from_bytes(self._exactly(4), "big")
        if not _TAG <= length <= PIECE + _TAG:
            raise _changed()
        sealed = self._exactly(length)
        for last in (False, True):
            try:
                content = self._seal.decrypt(_nonce(self._prefix, self._number, last), sealed, self._header)
            except InvalidTag:
                continue
            self._number += 1
            self._done = last
            if last and self._file.read(1):
                raise _changed()
            return content
        if self._number == 0:
            raise InvalidInput(
                "the passphrase or key does not open this archive, or its first bytes were changed",
                field="passphrase",
                key="vault.archive_closed",
            )
        raise _changed()

    def _exactly(self, size: int) -> bytes:
        found = self._file.read(size)
        if len(found) != size:
            raise _changed()
        return found


def header_of(file: IO[bytes]) -> Header:
    """How an archive is to be opened; raises InvalidInput for what is no archive."""
    return _read_header(file)[0]


def checked_passphrase(text: str) -> Passphrase:
    """A passphrase to close an archive with; raises InvalidInput for one that is soon guessed."""
    if len(text) < SHORTEST_PASSPHRASE:
        raise InvalidInput(
            f"the passphrase needs at least {SHORTEST_PASSPHRASE} characters",
            field="passphrase",
            key="vault.passphrase_short",
        )
    return Passphrase(text)


def _read_header(file: IO[bytes]) -> tuple[Header, bytes]:
    if file.read(len(MAGIC)) != MAGIC:
        raise InvalidInput("the file is no backup of Kangban", field="file", key="vault.no_archive")
    line = file.readline(_LONGEST_HEADER)
    try:
        header = msgspec.json.decode(line, type=Header)
    except (msgspec.DecodeError, UnicodeError):
        raise _changed() from None
    if header.kind == "passphrase" and not (1 < header.n <= _MOST_SCRYPT_N and header.n & (header.n - 1) == 0):
        raise _changed()
    if (len(_decoded(header.salt)), len(_decoded(header.prefix))) != (_SALT, _PREFIX):
        raise _changed()
    return header, line


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        raise _changed() from None


def _key(secret: Passphrase | Master, salt: bytes, n: int) -> bytes:
    if isinstance(secret, Master):
        return HKDF(hashes.SHA256(), _KEY, salt, b"kangban backup 1").derive(secret.key)
    try:
        return Scrypt(salt, _KEY, n=n, r=_SCRYPT_R, p=1).derive(secret.text.encode())
    except (MemoryError, UnicodeEncodeError):
        raise SettingsRefused("the passphrase cannot be used on this machine", field="passphrase") from None


def _nonce(prefix: bytes, number: int, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([last])


def _changed() -> InvalidInput:
    return InvalidInput("the archive was changed or cut off", field="file", key="vault.archive_broken")
