"""A zip of files: one after the other, pages numbered on, each page naming its file."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator

import msgspec

from kangban.adapters.page_reader.archives import checked, name_of, unpacked
from kangban.adapters.page_reader.documents import Document, open_document
from kangban.adapters.page_reader.refusals import refused
from kangban.adapters.page_reader.settings import ReaderSettings
from kangban.adapters.page_reader.wire import Made
from kangban.clinical.page import Page
from kangban.kernel.media import UNKNOWN, sniff

_BY_ENDING = {"csv": "text/csv", "tsv": "text/tab-separated-values", "md": "text/markdown"}
_PASSED_OVER = ("__macosx/", ".ds_store", "thumbs.db", "desktop.ini")


class Bundle:
    """See documents.Document. Only the file whose page is asked for is open."""

    def __init__(self, content: bytes, settings: ReaderSettings) -> None:
        self._settings = settings
        self._archive = checked(content, settings)
        self._open: tuple[int, Document] | None = None
        self._files: list[tuple[zipfile.ZipInfo, str, int]] = []  # entry, name, pages before it
        pages = 0
        for entry in sorted(self._archive.infolist(), key=name_of):
            if entry.is_dir() or entry.file_size == 0 or _is_passed_over(entry.filename):
                continue
            self._files.append((entry, name_of(entry), pages))
            pages += self._opened(len(self._files) - 1).pages
            if pages > settings.pages:
                raise refused("too_many_pages")
        if not self._files:
            raise refused("empty")
        self._pages = pages

    @property
    def pages(self) -> int:
        """See Document.pages."""
        return self._pages

    def read(self, number: int) -> Page:
        """See Document.read."""
        index, inner = self._place(number)
        page = self._opened(index).read(inner)
        return msgspec.structs.replace(page, number=number, document=self._files[index][1])

    def picture(self, number: int) -> Made:
        """See Document.picture."""
        index, inner = self._place(number)
        return self._opened(index).picture(inner)

    def files(self) -> Iterator[tuple[str, set[int], bytes]]:
        """Each file with its name in the archive, the numbers of its pages, and its bytes."""
        for index, (entry, _, before) in enumerate(self._files):
            pages = self._opened(index).pages
            yield (
                entry.filename,
                set(range(before + 1, before + pages + 1)),
                unpacked(self._archive, entry, self._settings),
            )

    def close(self) -> None:
        """See Document.close."""
        if self._open is not None:
            self._open[1].close()
        self._archive.close()

    def _place(self, number: int) -> tuple[int, int]:
        index = max(i for i, (_, _, before) in enumerate(self._files) if before < number)
        return index, number - self._files[index][2]

    def _opened(self, index: int) -> Document:
        if self._open is not None and self._open[0] == index:
            return self._open[1]
        if self._open is not None:
            self._open[1].close()
            self._open = None
        entry, name, _ = self._files[index]
        content = unpacked(self._archive, entry, self._settings)
        document = open_document(content, _media_type(content, name), self._settings)
        self._open = index, document
        return document


def _is_passed_over(name: str) -> bool:
    name = name.casefold()
    return name.startswith(_PASSED_OVER[0]) or name.endswith(_PASSED_OVER[1:])


def _media_type(content: bytes, name: str) -> str:
    found = sniff(content)
    if found == "application/zip":
        raise refused("nested")
    if found == UNKNOWN or found.startswith("audio/"):
        raise refused("unsupported")
    return _BY_ENDING.get(name.rsplit(".", 1)[-1].casefold(), found) if found == "text/plain" else found
