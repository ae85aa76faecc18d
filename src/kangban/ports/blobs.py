"""Kept files, addressed by the SHA-256 of their bytes."""

from __future__ import annotations

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
