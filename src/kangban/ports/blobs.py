"""Kept files, addressed by the SHA-256 of their bytes; and the shelf of named bytes they lie on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol


class BlobStore(Protocol):
    """Content-addressed bytes. Writing the same bytes twice keeps one copy."""

    async def put(self, content: bytes) -> str:
        """Keep bytes durably and return their SHA-256 (hex); raises Unavailable when the disk is full."""
        ...

    async def get(self, sha256: str) -> bytes:
        """Return the bytes; raises NotFound, or Broken when they no longer match their hash."""
        ...

    async def delete(self, sha256: str) -> None:
        """Erase; idempotent."""
        ...


class Shelf(Protocol):
    """Bytes under names of 64 hex digits, there whole or not at all. Blocks: call it in a thread."""

    def write(self, name: str, content: bytes) -> None:
        """Keep durably, in the place of what is there; raises Unavailable when the disk is full."""
        ...

    def read(self, name: str) -> bytes:
        """The bytes; raises NotFound (also for what is no name), or Unavailable."""
        ...

    def remove(self, name: str) -> None:
        """Erase; idempotent."""
        ...

    def names(self) -> Iterator[str]:
        """Every name, in order."""
        ...
