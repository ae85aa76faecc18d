"""Words of a page with their places → the text of a leaflet in reading order: columns one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean, median

from kangban.clinical.page import Page, Word

# A leaflet's columns hold lines of print; what is shorter on both sides of a gap is a table, read row by row.
_LEAST_LINES = 4
_LEAST_LETTERS = 7.0
_MOST_CROSSING = 0.4  # of the words may lie across a gutter: titles, notes, a part printed over the whole width
_TITLES = 3  # words more than the fewest
_MOST_DEEP = 4
_GRID = 240


def text_in_order(page: Page) -> str:
    """The page's text, a printed line a line. Text files keep the order they have."""
    if page.source == "plain" or not page.words:
        return page.text
    height = median(w.at[3] - w.at[1] for w in page.words)
    return "\n".join(_read(page.words, max(height, 1e-4), _MOST_DEEP))


def _read(words: Sequence[Word], height: float, deep: int) -> list[str]:
    gutter = _gutter(words, height) if deep else None
    if gutter is None:
        return _lines(words, height)
    across = sorted((w for w in words if w.at[0] < gutter < w.at[2]), key=_middle)
    rest = [w for w in words if not w.at[0] < gutter < w.at[2]]
    found: list[str] = []
    while rest or across:
        # Down to the next words that lie across: left column, right column; then those words.
        top = _middle(across[0]) if across else float("inf")
        band = [w for w in rest if _middle(w) < top - 0.6 * height]
        rest = [w for w in rest if _middle(w) >= top - 0.6 * height]
        for side in ([w for w in band if w.at[2] <= gutter], [w for w in band if w.at[2] > gutter]):
            found += _read(side, height, deep - 1) if side else []
        lowest = top
        row: list[Word] = []
        while across and _middle(across[0]) - lowest < 1.8 * height:
            lowest = _middle(across[0])
            row.append(across.pop(0))
        beside = [w for w in rest if row and _middle(w) <= lowest + 0.6 * height]
        rest = [w for w in rest if w not in beside]
        found += _lines([*row, *beside], height) if row else []
    return found


def _gutter(words: Sequence[Word], height: float) -> float | None:
    """Where a column ends and another begins: a gap few words lie across, with lines of print on both sides."""
    left, right = min(w.at[0] for w in words), max(w.at[2] for w in words)
    width = right - left
    if len(words) < 2 * _LEAST_LINES or width < 12 * height:
        return None
    places = [left + width * (i + 0.5) / _GRID for i in range(_GRID)]
    crossing = [sum(w.at[0] < x < w.at[2] for w in words) for x in places]
    fewest = min(crossing)
    found: list[float] = []
    for most in sorted({c for c in crossing if c <= min(fewest + _TITLES, _MOST_CROSSING * len(words))}):
        start: int | None = None
        for i in range(_GRID + 1):
            open_here = i < _GRID and crossing[i] <= most
            if open_here and start is None:
                start = i
            elif not open_here and start is not None:
                gap, at = (i - start) * width / _GRID, left + width * (start + i) / 2 / _GRID
                if gap >= 0.5 * height and _columns(words, at):
                    found.append(at)
                start = None
    # A title lies across the middle one of three gutters, and beside the others.
    return min(found, key=lambda at: abs(at - (left + right) / 2), default=None)


def _columns(words: Sequence[Word], at: float) -> bool:
    sides = [w for w in words if w.at[2] <= at], [w for w in words if w.at[0] >= at]
    if any(len(side) < _LEAST_LINES or mean(len(w.text) for w in side) < _LEAST_LETTERS for side in sides):
        return False
    tops, ends = [min(map(_middle, s)) for s in sides], [max(map(_middle, s)) for s in sides]
    shared = min(ends) - max(tops)
    return shared > 0.5 * min(e - t for t, e in zip(tops, ends, strict=True))


def _lines(words: Sequence[Word], height: float) -> list[str]:
    rows: list[list[Word]] = []
    for word in sorted(words, key=_middle):
        if rows and _middle(word) - mean(map(_middle, rows[-1])) < 0.5 * height:
            rows[-1].append(word)
        else:
            rows.append([word])
    return [" ".join(w.text for w in sorted(row, key=lambda w: w.at[0])) for row in rows]


def _middle(word: Word) -> float:
    return (word.at[1] + word.at[3]) / 2
