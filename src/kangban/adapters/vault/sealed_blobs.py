"""Kept files encrypted with AES-256-GCM, on any shelf. Neither a file's bytes nor their hash stand on the disk.

A sealed file is MAGIC, 12 bytes of random nonce, ciphertext and tag. The name it lies under is an HMAC of its
SHA-256: whoever has a known leaflet in hand cannot see whether this family keeps it too. Name and version are
sealed with it, so that a file moved under another name does not open.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import os
from collections.abc import Iterator
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from kangban.kernel.errors import Broken, InvalidInput, NotFound
from kangban.ports.blobs import Shelf

MAGIC: Final = b"KBSEAL1\n"
MOST_BYTES: Final = 1 << 30  # one seal is made in memory
_NONCE = 12
_HEX = frozenset("0123456789abcdef")


class SealedBlobs:
    """A `BlobStore` over a shelf; `key` is 32 bytes."""

    def __init__(self, shelf: Shelf, key: bytes) -> None:
        self._shelf = shelf
        self._seal, self._names = _keys(key)

    def __repr__(self) -> str:
        return "SealedBlobs()"

    async def put(self, content: bytes) -> str:
        """See BlobStore.put; raises InvalidInput for more than MOST_BYTES."""
        return await asyncio.to_thread(self.put_now, content)

    async def get(self, sha256: str) -> bytes:
        """See BlobStore.get; Broken also for a file somebody changed or sealed with another key."""
        return await asyncio.to_thread(self.get_now, sha256)

    async def delete(self, sha256: str) -> None:
        """See BlobStore.delete."""
        if _is_hash(sha256):
            await asyncio.to_thread(self._shelf.remove, self.name_of(sha256))

    def name_of(self, sha256: str) -> str:
        """The name a file lies under."""
        return hmac.new(self._names, sha256.encode(), hashlib.sha256).hexdigest()

    def put_now(self, content: bytes) -> str:
        """`put`, for whoever has a thread of its own."""
        if len(content) > MOST_BYTES:
            raise InvalidInput("the file is too big", key="error.too_big")
        sha256 = hashlib.sha256(content).hexdigest()
        with contextlib.suppress(NotFound, Broken):
            self.get_now(sha256)
            return sha256
        name = self.name_of(sha256)
        nonce = os.urandom(_NONCE)
        self._shelf.write(name, MAGIC + nonce + self._seal.encrypt(nonce, content, _bound_to(name)))
        return sha256

    def get_now(self, sha256: str) -> bytes:
        """`get`, for whoever has a thread of its own."""
        if not _is_hash(sha256):
            raise NotFound("no such file", field="sha256")
        content = self._opened(self.name_of(sha256))
        if hashlib.sha256(content).hexdigest() != sha256:
            raise Broken("a kept file no longer matches its SHA-256")
        return content

    def contents(self) -> Iterator[bytes]:
        """Every file on the shelf, opened; raises Broken at one that does not open or lies under a wrong name."""
        for name in self._shelf.names():
            content = self._opened(name)
            if self.name_of(hashlib.sha256(content).hexdigest()) != name:
                raise Broken("a kept file lies under another file's name")
            yield content

    def _opened(self, name: str) -> bytes:
        sealed = self._shelf.read(name)
        if not sealed.startswith(MAGIC):
            raise Broken("a kept file is not sealed")
        nonce, rest = sealed[len(MAGIC) : len(MAGIC) + _NONCE], sealed[len(MAGIC) + _NONCE :]
        try:
            return self._seal.decrypt(nonce, rest, _bound_to(name))
        except (InvalidTag, ValueError):
            raise Broken("a kept file was changed, or sealed with another key") from None


def _keys(key: bytes) -> tuple[AESGCM, bytes]:
    return AESGCM(_expanded(key, b"kangban blobs seal 1")), _expanded(key, b"kangban blobs names 1")


def _expanded(key: bytes, use: bytes) -> bytes:
    return HKDFExpand(hashes.SHA256(), 32, use).derive(key)


def _bound_to(name: str) -> bytes:
    return MAGIC + name.encode()


def _is_hash(text: str) -> bool:
    return len(text) == 64 and _HEX.issuperset(text)
