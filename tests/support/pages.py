"""Pages laid out in a test: cells of a table with tilt, bow, fold, jitter and lost words, as a reader would hand them over."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from kangban.clinical.page import Box, Page, Word
from kangban.perception.reports.characters import display_width


class Sheet(msgspec.Struct):
    """A page being laid out, in units of its width; letters are `height` tall and half as wide."""

    height: float = 0.014
    pitch: float = 0.026
    top: float = 0.06
    placed: list[tuple[str, float, float]] = []

    def line(self, *cells: tuple[float, str], down: float = 1.0) -> Sheet:
        """One line of (x, text); `down` is how many line distances the next one is below."""
        self.placed += [(text, x, self.top) for x, text in cells if text]
        self.top += self.pitch * down
        return self

    def lines(self, *texts: str, x: float = 0.06) -> Sheet:
        """Lines of running text."""
        for text in texts:
            self.line((x, text))
        return self

    def table(self, columns: Sequence[float], rows: Iterable[Sequence[str]]) -> Sheet:
        """Rows of cells, each starting at its column."""
        for row in rows:
            self.line(*zip(columns, row, strict=False))
        return self

    def page(
        self,
        number: int = 1,
        source: Literal["text_layer", "ocr", "plain"] = "text_layer",
        *,
        tilt: float = 0.0,
        bow: float = 0.0,
        fold: float = 0.0,
        jitter: float = 0.0,
        seed: int = 0,
        shuffled: bool = False,
        confidence: float = 1.0,
    ) -> Page:
        """The page as read: turned by `tilt` degrees, bowed and folded by fractions of the width, each word off by
        `jitter` letter heights (normal, cut at two)."""
        rng = random.Random(seed)
        slope = math.tan(math.radians(tilt))
        words: list[Word] = []
        for text, x, y in self.placed:
            wide = display_width(text) * self.height / 2
            middle = x + wide / 2 - 0.5
            noise = max(-2.0, min(2.0, rng.gauss(0, 1))) * jitter * self.height
            down = slope * middle + bow * middle * middle * 4 + fold * abs(middle - 0.08) + noise
            grown = wide * abs(slope) / 2
            at = (x, y + down - grown, x + wide, y + down + self.height + grown)
            words.append(Word(text, box_of(at, 1.4), at, confidence))
        if shuffled:
            rng.shuffle(words)
        return Page(number, tuple(words), 1.4, source)


def box_of(at: Box, aspect: float) -> Box:
    """Fractions of the page for a place in units of its width."""
    return at[0], at[1] / aspect, at[2], at[3] / aspect


def plain_page(text: str, number: int = 1) -> Page:
    """A text file as one word a line, the way a reader of plain files hands it over."""
    rows = text.splitlines()
    step = 1.0 / max(len(rows), 1)
    words = tuple(
        Word(
            row,
            (0.0, i * step, display_width(row) / 120, (i + 1) * step),
            (0.0, i * 0.02, display_width(row) / 120, i * 0.02 + 0.015),
        )
        for i, row in enumerate(rows)
        if row.strip()
    )
    return Page(number, words, max(len(rows) * 0.02, 0.1), "plain")


def csv_page(rows: Sequence[Sequence[str]], number: int = 1) -> Page:
    """A table file as cells by column and line."""
    wide = 1.0 / max((len(row) for row in rows), default=1)
    high = 1.0 / max(len(rows), 1)
    words: list[Word] = []
    for i, row in enumerate(rows):
        for k, text in enumerate(row):
            box = (k * wide, i * high, (k + 0.9) * wide, (i + 0.9) * high)
            words.append(Word(text, box, (box[0], i * 0.02, box[2], i * 0.02 + 0.015)))
    return Page(number, tuple(words), max(len(rows) * 0.02, 0.1), "plain")
