"""Readers turn kept files into pages of words. Where none is there, the file is kept and the answer says so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

import msgspec

from kangban.clinical.page import Page


class PagePicture(msgspec.Struct, frozen=True):
    """A page as a picture for the eye: PNG or JPEG bytes without metadata, as handed in (not straightened)."""

    number: int
    media_type: str
    content: bytes


class DocumentReader(Protocol):
    """Reads some media types."""

    def can_read(self, media_type: str) -> bool:
        """Whether this reader takes files of that sniffed type."""
        ...

    def read(self, content: bytes, media_type: str) -> AsyncIterator[Page]:
        """Pages in order, each as soon as it is read; closing the iterator cancels the rest.

        Raises InvalidInput with a clear message for an unreadable, encrypted or oversized file.
        """
        ...

    async def picture(self, content: bytes, media_type: str, number: int) -> PagePicture:
        """One page to look at; raises NotFound for a page that is not there, InvalidInput as `read` does."""
        ...
