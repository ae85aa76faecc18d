"""A paper to write: one outline for slides, a Word file and a PDF."""

from __future__ import annotations

from typing import Literal, Protocol

import msgspec

from kangban.ports.media import ImageRef, Media

PaperFormat = Literal["pptx", "docx", "pdf"]


class PaperTable(msgspec.Struct, frozen=True):
    """A table with its heading row."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class PaperSection(msgspec.Struct, frozen=True):
    """A chapter or a slide: paragraphs, bullets, tables and pictures, in this order."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    bullets: tuple[str, ...] = ()
    tables: tuple[PaperTable, ...] = ()
    pictures: tuple[ImageRef, ...] = ()


class Outline(msgspec.Struct, frozen=True):
    """What the paper says. `citations` are printed at its end, one line each."""

    title: str
    sections: tuple[PaperSection, ...]
    subtitle: str = ""
    citations: tuple[str, ...] = ()


class PaperWriter(Protocol):
    """Writes an outline as a file."""

    async def write(self, outline: Outline, to: PaperFormat, pictures: dict[str, Media]) -> Media:
        """The file, with `pictures` by ref; raises InvalidInput for a picture that cannot be read."""
        ...
