"""Readers turn kept files into pages of words. Where none is there, the file is kept and the answer says so."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
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

    async def barcodes(self, content: bytes, media_type: str) -> tuple[str, ...]:
        """Digits of the bars on a picture whose check digit fits, each once; () where there are none.

        Raises InvalidInput as `read` does.
        """
        ...

    async def only_pages(self, content: bytes, media_type: str, numbers: Sequence[int]) -> tuple[str, bytes] | None:
        """A file of these pages alone, as (media type, bytes); None where pages of such a file cannot be parted.

        Raises InvalidInput as `read` does.
        """
        ...

    async def without_metadata(self, content: bytes, media_type: str) -> tuple[str, bytes]:
        """The file to keep, as (media type, bytes): without what tells where, when and by whom it was made.

        Raises InvalidInput as `read` does.
        """
        ...
