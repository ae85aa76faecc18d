"""A box of text cut out of a picture, and where inside it one cell ends and the next begins."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from kangban.adapters.page_reader.engine import Line, Picture, Quads

_GAP = 1.0  # white as wide as this many text heights parts two cells
_NARROW_GAP = 0.7  # and this wide where the characters too stand apart from one another
_CLOSE = frozenset(".,-/^*<>=~%:+")  # stand with what is beside them, however wide the figure is set
_TALL = 1.5  # a box this much taller than wide is a line that runs down


def size_of(quad: NDArray[np.float32]) -> tuple[float, float]:
    """Width and height of a box in pixels."""
    width = max(np.linalg.norm(quad[0] - quad[1]), np.linalg.norm(quad[3] - quad[2]))
    height = max(np.linalg.norm(quad[0] - quad[3]), np.linalg.norm(quad[1] - quad[2]))
    return float(width), float(height)


def cut(picture: Picture, quad: NDArray[np.float32]) -> Picture:
    """The box, straightened."""
    width, height = size_of(quad)
    across, down = max(2, round(width)), max(2, round(height))
    corners = np.array([[0, 0], [across, 0], [across, down], [0, down]], np.float32)
    matrix = cv2.getPerspectiveTransform(quad.astype(np.float32), corners)
    crop = cv2.warpPerspective(
        picture, matrix, (across, down), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )  # fmt: skip
    return np.ascontiguousarray(crop, np.uint8)


def runs_down(quads: Quads) -> bool:
    """Whether most of the text, by length, stands sideways."""
    down = across = 0.0
    for quad in quads:
        width, height = size_of(quad)
        if height >= _TALL * width:
            down += height
        elif width >= _TALL * height:
            across += width
    return down > across


def parts(crop: Picture, line: Line) -> list[tuple[str, float, float, float]]:
    """The cells of a box as (text, left, right, sureness), left and right as fractions of its width.

    Sureness is that of the least sure character: one wrong digit spoils a number.
    """
    if not line.characters:
        return []
    ink = _ink(crop)
    edges = _gaps(ink, line)
    left, right = _inked(ink, 0.0, 1.0)
    cells: list[tuple[str, float, float, float]] = []
    bounds = [left, *edges, right]
    for begin, end in pairwise(bounds):
        chosen = [
            i for i, place in enumerate(line.places)
            if (place >= begin or begin == left) and (place < end or end == right)
        ]  # fmt: skip
        if chosen:
            x0, x1 = _inked(ink, begin, end)
            text = _spaced([line.characters[i] for i in chosen], [line.places[i] for i in chosen], ink)
            cells.append((text, x0, x1, min(line.sureness[i] for i in chosen)))
    return cells


class _Ink:
    """Which columns of a crop hold ink, and the height of the text in it."""

    def __init__(self, columns: NDArray[np.bool_], rules: NDArray[np.bool_], height: float) -> None:
        self.columns, self.rules, self.height = columns, rules, height


def _ink(crop: Picture) -> _Ink:
    grey = np.asarray(cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY), np.uint8)
    if grey.mean() < 110:
        grey = 255 - grey  # white on a dark bar
    dark = np.asarray(cv2.threshold(grey, 0, 1, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)[1], np.float64)
    rows: NDArray[np.float64] = dark.mean(axis=1)
    ruled = rows > 0.75  # the line of a table along the box is no text
    dark[ruled] = 0
    if not ruled.all():
        dark, rows = dark[~ruled], rows[~ruled]
    columns: NDArray[np.float64] = dark.mean(axis=0)
    tall = np.flatnonzero(rows > 0.02)
    height = float(tall[-1] - tall[0] + 1) if tall.size else float(crop.shape[0])
    rules = columns > 0.97
    return _Ink((columns > 0.04) & ~rules, rules, max(4.0, height))


def _gaps(ink: _Ink, line: Line) -> list[float]:
    """Middles of the gaps that part two cells, as fractions."""
    width = len(ink.columns)
    held = np.flatnonzero(ink.columns)
    found: list[float] = []
    for before, after in pairwise(held):
        gap = after - before - 1
        is_ruled = bool(ink.rules[before + 1 : after].any())
        middle = (before + after + 1) / 2 / width
        if (
            gap >= _GAP * ink.height
            or (gap >= _NARROW_GAP * ink.height and _apart(line, middle, ink, width))
            or (is_ruled and gap >= 0.25 * ink.height)
        ):
            found.append(middle)
    return found


def _apart(line: Line, middle: float, ink: _Ink, width: int) -> bool:
    """Whether the characters around a gap stand further apart than one and a half heights, centre to centre."""
    before = [p for p in line.places if p < middle]
    after = [p for p in line.places if p >= middle]
    return bool(before and after) and (after[0] - before[-1]) * width >= 1.7 * ink.height


def _inked(ink: _Ink, begin: float, end: float) -> tuple[float, float]:
    width = len(ink.columns)
    held = np.flatnonzero(ink.columns[int(begin * width) : max(int(begin * width) + 1, round(end * width))])
    if not held.size:
        return begin, end
    return int(begin * width) / width + held[0] / width, int(begin * width) / width + (held[-1] + 1) / width


def _spaced(characters: list[str], places: list[float], ink: _Ink) -> str:
    """Characters with a space where Latin words or numbers stand apart."""
    width = len(ink.columns)
    text = characters[0]
    for (before, left), (after, right) in zip(
        zip(characters, places, strict=True), list(zip(characters, places, strict=True))[1:], strict=False
    ):
        if before.isascii() and after.isascii() and not {before, after} & _CLOSE:
            columns = ink.columns[int(left * width) : int(right * width) + 1]
            if _longest_white(columns) >= 0.28 * ink.height:
                text += " "
        text += after
    return text


def _longest_white(columns: NDArray[np.bool_]) -> int:
    longest = run = 0
    for held in columns:
        run = 0 if held else run + 1
        longest = max(longest, run)
    return longest
