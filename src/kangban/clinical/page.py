"""A page as a reader saw it: words with places. Nothing here knows what the words mean."""

from __future__ import annotations

from typing import Literal

import msgspec

# x0, y0, x1, y1 as fractions (0–1) of a page or picture as it was handed in; origin top left.
Box = tuple[float, float, float, float]


class Word(msgspec.Struct, frozen=True):
    """A run of characters that stood together: one table cell or one line, never two columns.

    `box` lies on the page as handed in, for drawing. `at` is the same run after turning, straightening and undoing
    perspective, in units of the straightened page's width (so 0 ≤ x ≤ 1, y may exceed 1): rows are grouped by `at`.
    """

    text: str
    box: Box
    at: Box
    confidence: float = 1.0


class Page(msgspec.Struct, frozen=True, omit_defaults=True):
    """One page, numbered from 1. `aspect` is height / width of the straightened page.

    `turned` is by how many degrees clockwise the reader turned the picture to read it; `source` whence the words come.
    `doubts` are codes about the whole page: "blurred", "dark", "cut_off", "handwriting", "few_words", and "not_read"
    where a page of several failed. `document` names the file of a zip the page belongs to; "" where there is only one.
    """

    number: int
    words: tuple[Word, ...]
    aspect: float
    source: Literal["text_layer", "ocr", "plain"]
    turned: int = 0
    doubts: tuple[str, ...] = ()
    document: str = ""

    @property
    def text(self) -> str:
        """Every word in reading order, one a line; the order is the reader's."""
        return "\n".join(word.text for word in self.words)


def around(boxes: tuple[Box, ...] | list[Box]) -> Box:
    """The smallest box that holds all of them; raises ValueError for none."""
    if not boxes:
        raise ValueError("no box to draw around")
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)
