"""DocumentReader over the process that reads: limits first, then page after page, one ahead of whoever asks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from itertools import count
from typing import Literal

from kangban.adapters.page_reader.refusals import refused
from kangban.adapters.page_reader.settings import ReaderSettings
from kangban.adapters.page_reader.wire import Answer, Ask, Barcodes, Counted, Made, NoPage, PageRead, Refusal
from kangban.adapters.page_reader.workshop import Workshop
from kangban.clinical.page import Page
from kangban.kernel.errors import Broken, InvalidInput, NotFound
from kangban.kernel.media import DOCX
from kangban.ports.readers import PagePicture

PICTURES = frozenset({"image/jpeg", "image/png", "image/webp", "image/heic", "image/gif", "image/bmp", "image/tiff"})
TEXTS = frozenset({"text/plain", "text/markdown", "text/csv", "text/tab-separated-values"})
TYPES = PICTURES | TEXTS | {"application/pdf", "application/zip", DOCX}
_Work = Literal["count", "page", "picture", "barcodes", "strip", "part"]
_MEGABYTE = 1024 * 1024

_log = logging.getLogger("kangban.page_reader")
_names = count(1)


class _File:
    """A file on its way through the workshop, under a name of its own."""

    def __init__(self, workshop: Workshop, settings: ReaderSettings, content: bytes, media_type: str) -> None:
        if media_type not in TYPES:
            raise refused("unsupported")
        if not content:
            raise refused("empty")
        if len(content) > settings.megabytes * _MEGABYTE:
            raise refused("too_big")
        self._workshop, self._settings = workshop, settings
        self._content, self._media_type = content, media_type
        self._name = f"file-{next(_names)}"

    async def ask(self, do: _Work, number: int = 0, numbers: tuple[int, ...] = ()) -> Answer:
        answer = await self._workshop.ask(
            Ask(do, self._name, self._media_type, self._settings, number, numbers), self._content
        )  # fmt: skip
        if isinstance(answer, Refusal):
            if answer.trace:
                _log.warning("a file was refused: %s at %s", answer.why, answer.trace)
            raise refused(answer.why)
        if isinstance(answer, NoPage):
            raise NotFound("the file has no such page", field="page")
        return answer

    def forget(self) -> None:
        self._workshop.forget(Ask("forget", self._name, self._media_type, self._settings))


class PageReader:
    """Pages of PDF, pictures, .docx, plain texts, tables of text, and zip files of these.

    Nothing is loaded and no process runs before the first file. `read` needs the media type that `kernel.media.sniff`
    tells. Safe for many files at once and from more than one event loop.
    """

    def __init__(self, settings: ReaderSettings | None = None) -> None:
        self.settings = settings or ReaderSettings()
        self._workshop = Workshop(self.settings)

    @property
    def pid(self) -> int | None:
        """The process that reads, where one is up."""
        return self._workshop.pid

    def can_read(self, media_type: str) -> bool:
        """See DocumentReader.can_read."""
        return media_type in TYPES

    async def read(self, content: bytes, media_type: str) -> AsyncGenerator[Page]:
        """See DocumentReader.read. One page of several that fails comes without words, with the doubt "not_read"."""
        file = self._file(content, media_type)
        ahead: asyncio.Task[Page] | None = None
        try:
            pages = await _counted(file)
            ahead = asyncio.create_task(_page(file, 1, pages))
            for number in range(1, pages + 1):
                page = await ahead
                # One page ahead and no more: memory is bounded by it, and no page waits for its reader.
                if number < pages:
                    ahead = asyncio.create_task(_page(file, number + 1, pages))
                yield page
        finally:
            if ahead is not None:
                ahead.cancel()
                await asyncio.gather(ahead, return_exceptions=True)
            file.forget()

    async def picture(self, content: bytes, media_type: str, number: int) -> PagePicture:
        """See DocumentReader.picture; the long side has at most 2400 pixels. Files of words have no pictures."""
        made = await self._once(self._file(content, media_type), "picture", number)
        if not isinstance(made, Made):
            raise Broken("the process that reads made no picture")
        return PagePicture(number, made.media_type, made.content)

    async def without_metadata(self, content: bytes, media_type: str) -> tuple[str, bytes]:
        """The file to keep, as (media type, bytes): a picture upright and with nothing but its pixels.

        HEIC and WebP become JPEG, GIF and BMP become PNG. A PDF loses its Info and XMP; other files stay as they are.
        Raises InvalidInput as `read` does.
        """
        if media_type not in PICTURES and media_type != "application/pdf":
            return media_type, content
        made = await self._once(self._file(content, media_type), "strip")
        if not isinstance(made, Made):
            raise Broken("the process that reads gave no file back")
        return made.media_type, made.content

    async def only_pages(self, content: bytes, media_type: str, numbers: Sequence[int]) -> tuple[str, bytes] | None:
        """See DocumentReader.only_pages: PDF by pages, zip by the files in it."""
        if media_type not in ("application/pdf", "application/zip"):
            return None
        file = self._file(content, media_type)
        try:
            made = await file.ask("part", numbers=tuple(numbers))
        finally:
            file.forget()
        return (made.media_type, made.content) if isinstance(made, Made) and made.content else None

    async def barcodes(self, content: bytes, media_type: str) -> tuple[str, ...]:
        """Digits of EAN-13, EAN-8 and UPC-A bars on a picture, each once; () where there are none."""
        if media_type not in PICTURES:
            raise refused("unsupported")
        found = await self._once(self._file(content, media_type), "barcodes")
        return found.codes if isinstance(found, Barcodes) else ()

    async def close(self) -> None:
        """End the process that reads; the next file starts another."""
        await self._workshop.close()

    def _file(self, content: bytes, media_type: str) -> _File:
        return _File(self._workshop, self.settings, content, media_type)

    @staticmethod
    async def _once(file: _File, do: Literal["picture", "barcodes", "strip"], number: int = 0) -> Answer:
        try:
            return await file.ask(do, number)
        finally:
            file.forget()


async def _counted(file: _File) -> int:
    answer = await file.ask("count")
    if not isinstance(answer, Counted):
        raise Broken("the process that reads counted no pages")
    return answer.pages


async def _page(file: _File, number: int, pages: int) -> Page:
    try:
        answer = await file.ask("page", number)
    except InvalidInput:
        if pages == 1:
            raise
        return Page(number, (), 1.0, "plain", doubts=("not_read",))
    if not isinstance(answer, PageRead):
        raise Broken("the process that reads read no page")
    return answer.page
