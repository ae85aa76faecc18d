"""Readers turn kept files into words. Where none is there, the file is kept and the answer says so."""

from __future__ import annotations

from typing import Protocol

import msgspec


class ReadPage(msgspec.Struct, frozen=True):
    """The text of one page, numbered from 1."""

    number: int
    text: str


class ReadResult(msgspec.Struct, frozen=True):
    """What a reader got out of a file."""

    kind: str
    pages: tuple[ReadPage, ...]


class DocumentReader(Protocol):
    """Reads some media types."""

    def can_read(self, media_type: str) -> bool:
        """Whether this reader takes files of that sniffed type."""
        ...

    async def read(self, content: bytes, media_type: str) -> ReadResult:
        """Read; raises InvalidInput with a clear message for an unreadable file."""
        ...
