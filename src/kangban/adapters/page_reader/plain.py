"""Files of words: lines and cells laid on sheets as a typewriter would, so that rows and columns have places."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from kangban.adapters.page_reader.letters import mended
from kangban.adapters.page_reader.refusals import refused
from kangban.adapters.page_reader.wire import Made
from kangban.clinical.page import Page, Word

LINES_A_PAGE = 200
MOST_LINES = 20_000
_LEAST_WIDTH = 60  # characters; shorter lines do not make letters larger
_LINE = 1.6  # height of a line, in widths of a character
_GAP = re.compile(r"\t+|[ \u3000]{2,}")
_SEEN_LINES = 20
_MOST_TITLES = 6


class Cell(NamedTuple):
    """Text and the column of characters at which it begins and ends."""

    text: str
    begin: int
    end: int


Line = list[Cell]


class PlainDocument:
    """See documents.Document. Pages hold `LINES_A_PAGE` lines; the places are made up, and agree from page to page."""

    def __init__(self, lines: Sequence[Line]) -> None:
        if not any(lines):
            raise refused("empty")
        if len(lines) > MOST_LINES:
            raise refused("too_long")
        self._lines = lines
        self._width = max(_LEAST_WIDTH, *(cell.end for line in lines for cell in line))

    @property
    def pages(self) -> int:
        """See Document.pages."""
        return -(-len(self._lines) // LINES_A_PAGE)

    def read(self, number: int) -> Page:
        """See Document.read."""
        lines = self._lines[(number - 1) * LINES_A_PAGE : number * LINES_A_PAGE]
        high = _LINE / self._width
        aspect = max(1, len(lines)) * high
        words: list[Word] = []
        for row, line in enumerate(lines):
            top, bottom = (row + 0.1) * high, (row + 0.9) * high
            for cell in line:
                x0, x1 = cell.begin / self._width, min(1.0, cell.end / self._width)
                box = (round(x0, 5), round(top / aspect, 5), round(x1, 5), round(bottom / aspect, 5))
                words.append(Word(cell.text, box, (box[0], round(top, 5), box[2], round(bottom, 5))))
        return Page(number, tuple(words), aspect, "plain")

    def picture(self, number: int) -> Made:  # noqa: ARG002
        """See Document.picture."""
        raise refused("no_picture")

    def close(self) -> None:
        """See Document.close."""


def lines_of_text(content: bytes, media_type: str) -> list[Line]:
    """Lines of a text or a table of text; raises InvalidInput for bytes that are no text."""
    text = decoded(content)
    rows = rows_of(text, media_type)
    return in_columns(rows) if rows is not None else [_cells(line) for line in text.splitlines()]


def decoded(content: bytes) -> str:
    """UTF-8, UTF-16 with its mark, or GB 18030; raises InvalidInput for anything else."""
    marks = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))
    codings = [coding for mark, coding in marks if content.startswith(mark)] or ["utf-8", "gb18030"]
    for coding in codings:
        try:
            text = content.decode(coding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise refused("broken")


def rows_of(text: str, media_type: str) -> list[list[str]] | None:
    """Rows of a table, or None for text that is none: its first lines all have the same number of cells.

    A few lines of title may stand above them.
    """
    seen = [line for line in text.splitlines()[: 3 * _SEEN_LINES] if line.strip()][:_SEEN_LINES]
    named = {"text/csv": ",", "text/tab-separated-values": "\t"}.get(media_type)
    for mark in [named] if named else ["\t", ",", ";"]:
        counts = [len(row) for row in _read(seen, mark)]
        table = next((i for i, count in enumerate(counts) if count >= 3 and set(counts[i:]) == {count}), len(counts))
        titles = all(count < 3 for count in counts[:table]) and table <= _MOST_TITLES
        if named or (titles and len(counts) - table >= (3 if table else 2)):
            return _read(text.splitlines(keepends=True), mark)
    return None


def _read(lines: Sequence[str], mark: str) -> list[list[str]]:
    if len(lines) > MOST_LINES:
        raise refused("too_long")
    csv.field_size_limit(1_000_000)
    try:
        return [[" ".join(mended(cell).split()) for cell in row] for row in csv.reader(lines, delimiter=mark)]
    except csv.Error as error:
        raise refused("broken") from error


def in_columns(rows: Sequence[Sequence[str]]) -> list[Line]:
    """A table laid out: every column as wide as its widest cell, two characters apart."""
    widths: list[int] = []
    for row in rows:
        # A title stands over all columns and makes none of them wide.
        for i, cell in enumerate(row if sum(map(bool, row)) > 1 else ()):
            widths[i : i + 1] = [max(_wide(cell), widths[i] if i < len(widths) else 1)]
    begins = [sum(widths[:i]) + 2 * i for i in range(len(widths))]
    begins += [0] * max((len(row) - len(begins) for row in rows), default=0)
    return [[Cell(c, begins[i], begins[i] + _wide(c)) for i, c in enumerate(row) if c] for row in rows]


def as_lines(text: str) -> list[Line]:
    """Lines of running text."""
    return [_cells(line) for line in text.splitlines()]


def _cells(line: str) -> Line:
    """Cells of a line set apart by tabs or by two and more spaces."""
    line, begin = line.expandtabs(8).rstrip(), 0
    found: Line = []
    for gap in [*_GAP.finditer(line), None]:
        end = gap.start() if gap else len(line)
        text = mended(line[begin:end]).strip()
        if text:
            before = _wide(line[:begin])
            found.append(Cell(text, before, before + _wide(line[begin:end])))
        begin = gap.end() if gap else end
    return found


def _wide(text: str) -> int:
    """Width in columns of a typewriter: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
