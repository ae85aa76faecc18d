"""Words of a page as cells: text mended, wide gaps cut, places kept on the page and on the straightened page."""

from __future__ import annotations

import re

import msgspec

from kangban.clinical.page import Box, Page, Word, around
from kangban.perception.reports.characters import closed, display_width, mend

# Two blanks or more, a tab or a full-width blank part the columns of a text file.
_COLUMN_GAP = re.compile(r"[ \u00a0]{2,}|\s*[\t\u3000]\s*|\s*\|\s*")
_LOW_CONFIDENCE = 0.8
_ONE_LINE = 1.6  # in letter heights


class Cell(msgspec.Struct, frozen=True):
    """One run of text; `at` as in clinical.page, `y` its middle after all bends were taken out (see lines).

    `apart` says that a reader or we had to cut it out of a longer run at a place that is not certain.
    """

    text: str
    box: Box
    at: Box
    confidence: float
    page: int
    y: float
    ocr: bool = False
    apart: bool = False

    @property
    def x(self) -> float:
        """The middle between its ends on the straightened page."""
        return (self.at[0] + self.at[2]) / 2

    @property
    def middle(self) -> float:
        """The middle between its upper and lower edge there, with every bend of the page still in it."""
        return (self.at[1] + self.at[3]) / 2

    @property
    def height(self) -> float:
        """How tall it stands there."""
        return self.at[3] - self.at[1]

    def in_one_line(self, letter: float) -> bool:
        """Whether it is one line of letters of this height; the middle of two lines says nothing about either."""
        return self.height < _ONE_LINE * letter

    @property
    def faint(self) -> bool:
        """Whether the reader was unsure of it."""
        return self.confidence < _LOW_CONFIDENCE


def cells_of(page: Page) -> list[Cell]:
    """Every word as one or more cells, empty ones left out, in the reader's order."""
    out: list[Cell] = []
    for word in page.words:
        spans = _spans(word.text)
        for start, end in spans:
            text = closed(mend(word.text[start:end]))
            if text:
                box, at = (word.box, word.at) if len(spans) == 1 else _part(word, start, end, page.turned)
                middle = (at[1] + at[3]) / 2
                out.append(Cell(text, box, at, word.confidence, page.number, middle, page.source == "ocr"))
    return out


def _spans(text: str) -> list[tuple[int, int]]:
    stripped = text.strip()
    if not _COLUMN_GAP.search(stripped):
        return [(0, len(text))]
    out: list[tuple[int, int]] = []
    at = 0
    for gap in _COLUMN_GAP.finditer(text):
        out.append((at, gap.start()))
        at = gap.end()
    out.append((at, len(text)))
    return [(start, end) for start, end in out if text[start:end].strip()]


def _part(word: Word, start: int, end: int, turned: int) -> tuple[Box, Box]:
    whole = display_width(word.text) or 1
    first = display_width(word.text[:start]) / whole
    last = display_width(word.text[:end]) / whole
    return along(word.box, first, last, turned), along(word.at, first, last, 0)


def along(box: Box, first: float, last: float, turned: int) -> Box:
    """The part of a box between two fractions of its reading direction, on a page that was turned to be read."""
    x0, y0, x1, y1 = box
    wide, high = x1 - x0, y1 - y0
    if turned == 90:
        return x0, y1 - last * high, x1, y1 - first * high
    if turned == 270:
        return x0, y0 + first * high, x1, y0 + last * high
    if turned == 180:
        return x1 - last * wide, y0, x1 - first * wide, y1
    return x0 + first * wide, y0, x0 + last * wide, y1


def cut(cell: Cell, at: int, *, certain: bool) -> tuple[Cell, Cell]:
    """A cell cut before character `at`, places shared by width; not `certain` marks both."""
    share = display_width(cell.text[:at]) / (display_width(cell.text) or 1)
    first = msgspec.structs.replace(
        cell, text=cell.text[:at].strip(), box=along(cell.box, 0, share, 0), at=along(cell.at, 0, share, 0),
        apart=cell.apart or not certain,
    )  # fmt: skip
    second = msgspec.structs.replace(
        cell, text=cell.text[at:].strip(), box=along(cell.box, share, 1, 0), at=along(cell.at, share, 1, 0),
        apart=cell.apart or not certain,
    )  # fmt: skip
    return first, second


_BETWEEN_HAN = re.compile(r"(?<=[\u3400-\u9fff)])\n(?=[\u3400-\u9fff(])")


def joined(cells: list[Cell]) -> Cell:
    """Cells that stand together as one, Chinese ones without a gap; raises ValueError for none."""
    if len(cells) == 1:
        return cells[0]
    box, at = around([c.box for c in cells]), around([c.at for c in cells])
    text = _BETWEEN_HAN.sub("", "\n".join(c.text for c in cells)).replace("\n", " ")
    confidence = min(c.confidence for c in cells)
    middle = sum(c.y for c in cells) / len(cells)
    return Cell(text, box, at, confidence, cells[0].page, middle, cells[0].ocr, any(c.apart for c in cells))
