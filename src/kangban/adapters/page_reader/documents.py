"""A file opened in the process that reads: how many pages, each page, and a picture of each."""

from __future__ import annotations

from typing import Protocol

from kangban.adapters.page_reader.refusals import refused
from kangban.adapters.page_reader.settings import ReaderSettings
from kangban.adapters.page_reader.wire import Made
from kangban.clinical.page import Page
from kangban.kernel.media import DOCX


class Document(Protocol):
    """One opened file. Pages are numbered from 1; whoever calls has checked the number."""

    @property
    def pages(self) -> int:
        """How many there are."""
        ...

    def read(self, number: int) -> Page:
        """One page with its words."""
        ...

    def picture(self, number: int) -> Made:
        """One page to look at; raises InvalidInput for a file of words."""
        ...

    def close(self) -> None:
        """Let go of memory."""
        ...


def open_document(content: bytes, media_type: str, settings: ReaderSettings) -> Document:
    """Open by media type; raises InvalidInput."""
    # Each kind brings a large library: only what a file needs is loaded.
    if media_type == "application/pdf":
        from kangban.adapters.page_reader.pdf import PdfDocument

        return PdfDocument(content, settings)
    if media_type.startswith("image/"):
        from kangban.adapters.page_reader.pictures import PictureDocument

        return PictureDocument(content, settings)
    if media_type == "application/zip":
        from kangban.adapters.page_reader.bundle import Bundle

        return Bundle(content, settings)
    from kangban.adapters.page_reader.plain import PlainDocument

    if media_type == DOCX:
        from kangban.adapters.page_reader.word_files import lines_of_docx

        return PlainDocument(lines_of_docx(content, settings))
    if media_type.startswith("text/"):
        from kangban.adapters.page_reader.plain import lines_of_text

        return PlainDocument(lines_of_text(content, media_type))
    raise refused("unsupported")
