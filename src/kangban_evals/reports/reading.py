"""The real way from bytes to understood rows: page reader, perception, laboratory reasoning. Nothing is faked."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from kangban.adapters.page_reader import PageReader
from kangban.clinical.page import Page
from kangban.clinical.person import PersonFacts
from kangban.clinical.report import Report
from kangban.perception.reports.read import read_documents
from kangban.reasoning.labs.settle import settle

File = tuple[bytes, str]  # content, media type


class Read(msgspec.Struct, frozen=True):
    """What came of one sheet: its pages, its documents, and the seconds the reader and the reasoning took."""

    pages: tuple[Page, ...]
    documents: tuple[Report, ...]
    reader_s: float
    reasoning_s: float


class Line:
    """The reader, kept warm over many sheets; close it. Its process starts with the first picture."""

    def __init__(self) -> None:
        # A thread of its own: the press (playwright) keeps a loop running in the one that prints.
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._reader = PageReader()

    def read(self, files: Sequence[File]) -> Read:
        """One sheet, given as one file or as one picture a page; raises InvalidInput as the reader does."""
        started = time.perf_counter()
        pages = asyncio.run_coroutine_threadsafe(self._pages(files), self._loop).result()
        between = time.perf_counter()
        documents = tuple(settle(printed, PersonFacts()) for printed in read_documents(pages))
        return Read(tuple(pages), documents, between - started, time.perf_counter() - between)

    async def _pages(self, files: Sequence[File]) -> list[Page]:
        pages: list[Page] = []
        for content, media_type in files:
            before = len(pages)
            read = self._reader.read(content, media_type)
            pages += [msgspec.structs.replace(page, number=before + page.number) async for page in read]
        return pages

    def most_memory_mb(self) -> float | None:
        """The most memory the reader's process has held, None where it did not run or the system does not tell."""
        status = Path(f"/proc/{self._reader.pid}/status")
        if self._reader.pid is None or not status.exists():
            return None
        lines = status.read_text(encoding="ascii").splitlines()
        return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), None)

    def close(self) -> None:
        """Stop the reader's process."""
        asyncio.run_coroutine_threadsafe(self._reader.close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
