"""Cells → lines by fitted baselines: what tilt, a bow or a fold leaves over is measured and taken out first.

A row of a table lies on a baseline y = y' + d(x, y). The bend d is the same for neighbouring rows, so all rows of a page
fit it together: first a slope and a bow that make the fewest lines, then what is left over in each part of the page.
"""

from __future__ import annotations

from itertools import pairwise

import msgspec

from kangban.perception.reports.cells import Cell

# A slope of 0.105 is 6°; the reader has straightened the page before.
_SLOPES = [i * 0.0035 for i in range(-30, 31)]
_BOWS = [-0.15, -0.1, -0.06, -0.03, 0.0, 0.03, 0.06, 0.1, 0.15]
_MOST_FITTED = 900
_BINS = 10
_ROUNDS = 3


class Line(msgspec.Struct, frozen=True):
    """Cells from left to right. `unsure` holds the places (x, y) of cells that may belong to another line."""

    cells: tuple[Cell, ...]
    y: float
    height: float
    page: int
    text: str  # two blanks between cells
    unsure: frozenset[tuple[float, float]] = frozenset()

    def doubts(self, cell: Cell) -> bool:
        """Whether this cell may belong to another line."""
        return bool(self.unsure) and (cell.at[0], cell.at[1]) in self.unsure


class Flat(msgspec.Struct, frozen=True):
    """Cells of one page with `y` freed of bends; `sure` is false where two ways to flatten it fit alike."""

    cells: tuple[Cell, ...]
    height: float
    sure: bool = True


def flatten(cells: list[Cell], *, straight: bool) -> Flat:
    """Take the bends of one page out. `straight` pages (text files) have none."""
    if not cells:
        return Flat((), 0.01)
    height = _letter_height(cells)
    if straight or len(cells) < 4:
        return Flat(tuple(cells), height)
    fitted = [c for c in cells if c.height < 2.2 * height or c.at[2] - c.at[0] > c.height]
    fitted = fitted[:: len(fitted) // _MOST_FITTED + 1] or cells
    points = [(c.x - 0.5, c.middle) for c in fitted]
    slope, bow, sure = _fewest_lines(points, height)
    bend = _Bend(slope, bow, points, height)
    for _ in range(_ROUNDS):
        bend.refine()
    flat = [msgspec.structs.replace(c, y=bend.flat(c.x - 0.5, c.middle)) for c in cells]
    return Flat(tuple(flat), height, sure)


def _letter_height(cells: list[Cell]) -> float:
    # Narrow cells, whose box a tilt makes least taller.
    narrow = sorted(cells, key=lambda c: c.at[2] - c.at[0])[: max(8, len(cells) // 2)]
    heights = sorted(c.height for c in narrow)
    return max(heights[len(heights) // 2], 1e-4)


def _cost(ys: list[float], height: float) -> float:
    """How many lines there are, about: gaps between sorted middles, each counted up to half a letter."""
    ys.sort()
    top = 0.5 * height
    return sum(min(b - a, top) for a, b in pairwise(ys)) / top


def _fewest_lines(points: list[tuple[float, float]], height: float) -> tuple[float, float, bool]:
    """Slope and bow with the fewest lines, and whether no quite different pair does about as well."""
    flat = _cost([y for _, y in points], height)
    tried: list[tuple[float, float, float]] = []
    for bow in _BOWS:
        for slope in _SLOPES:
            cost = _cost([y - slope * x - bow * x * x for x, y in points], height)
            # Straight lines are what readers aim at: a bend must earn its place.
            tried.append((cost + 0.02 * len(points) * (abs(slope) * 4 + abs(bow) * 3), slope, bow))
    tried.sort()
    cost, slope, bow = tried[0]
    if flat <= cost * 1.03:
        cost, slope, bow = flat, 0.0, 0.0
    step = 0.0035
    for _ in range(4):
        step /= 2
        near = [(slope + i * step, bow + j * step * 4) for i in (-1, 0, 1) for j in (-1, 0, 1)]
        cost, slope, bow = min((_cost([y - s * x - b * x * x for x, y in points], height), s, b) for s, b in near)
    spread = max(x for x, _ in points) - min(x for x, _ in points)
    # Another slope is another reading only if it moves the far end by most of a line.
    apart = 0.9 * height / max(spread, 0.2)
    other = min((c for c, s, _ in tried if abs(s - slope) > apart), default=2 * cost)
    return slope, bow, other > cost * 1.12


class _Bend:
    """d(x, y): slope and bow, and the rest as medians of leftovers in bins of x in the upper and lower page."""

    def __init__(self, slope: float, bow: float, points: list[tuple[float, float]], height: float) -> None:
        self._slope, self._bow = slope, bow
        self._points = points
        self._height = height
        ys = [y for _, y in points]
        self._top, self._span = min(ys), max(max(ys) - min(ys), 1e-6)
        self._rest = [[0.0] * (_BINS + 1) for _ in range(3)]

    def flat(self, x: float, y: float) -> float:
        return y - self._slope * x - self._bow * x * x - self._left_over(x, y)

    def _left_over(self, x: float, y: float) -> float:
        down = min(max((y - self._top) / self._span, 0.0), 1.0) * (len(self._rest) - 1)
        i = min(int(down), len(self._rest) - 2)
        return (1 - (down - i)) * self._across(self._rest[i], x) + (down - i) * self._across(self._rest[i + 1], x)

    @staticmethod
    def _across(band: list[float], x: float) -> float:
        place = min(max(x + 0.5, 0.0), 1.0) * _BINS
        i = min(int(place), _BINS - 1)
        return band[i] + (place - i) * (band[i + 1] - band[i])

    def refine(self) -> None:
        """Add the middle leftover near each node; nodes without cells take their neighbours'."""
        flat = sorted((self.flat(x, y), x, y) for x, y in self._points)
        groups = _runs(flat, 0.45 * self._height)
        off: list[tuple[float, float, float]] = []
        for group in groups:
            if len(group) < 2 or group[-1][0] - group[0][0] > 1.1 * self._height:
                continue
            middle = sum(y for y, _, _ in group) / len(group)
            off += [(x + 0.5, (y0 - self._top) / self._span, y - middle) for y, x, y0 in group]
        for b, band in enumerate(self._rest):
            near = [(x, d) for x, down, d in off if abs(down * (len(self._rest) - 1) - b) < 0.75]
            found = [_middle([d for x, d in near if abs(x * _BINS - i) < 0.8]) for i in range(_BINS + 1)]
            for i, extra in enumerate(_filled(found)):
                band[i] += 0.8 * extra


def _middle(values: list[float]) -> float | None:
    values.sort()
    return values[len(values) // 2] if len(values) >= 3 else None


def _filled(found: list[float | None]) -> list[float]:
    known = [(i, v) for i, v in enumerate(found) if v is not None]
    if not known:
        return [0.0] * len(found)
    return [v if v is not None else min(known, key=lambda k: abs(k[0] - i))[1] for i, v in enumerate(found)]


def _runs(flat: list[tuple[float, float, float]], gap: float) -> list[list[tuple[float, float, float]]]:
    out = [[flat[0]]]
    for item in flat[1:]:
        if item[0] - out[-1][-1][0] > gap:
            out.append([])
        out[-1].append(item)
    return out


def lines_of(flat: Flat) -> list[Line]:
    """Group flattened cells, top to bottom. A cell nearly as close to another line is `unsure`."""
    cells = sorted(flat.cells, key=lambda c: (c.y, c.at[0]))
    if not cells:
        return []
    groups: list[list[Cell]] = [[cells[0]]]
    for cell in cells[1:]:
        if cell.y - groups[-1][-1].y > 0.42 * flat.height:
            groups.append([])
        groups[-1].append(cell)
    groups = [part for group in groups for part in _parted(group, flat.height)]
    middles = [sum(c.y for c in g) / len(g) for g in groups]
    out: list[Line] = []
    for i, group in enumerate(groups):
        unsure: set[tuple[float, float]] = set()
        for cell in group:
            own = abs(cell.y - middles[i])
            others = [abs(cell.y - middles[j]) for j in (i - 1, i + 1) if 0 <= j < len(groups)]
            if not flat.sure or own > 0.3 * flat.height or any(other < 2 * own for other in others):
                unsure.add((cell.at[0], cell.at[1]))
        ordered = tuple(sorted(group, key=lambda c: (c.at[0], c.y)))
        text = "  ".join(c.text for c in ordered)
        out.append(Line(ordered, middles[i], flat.height, ordered[0].page, text, frozenset(unsure)))
    return out


def _parted(group: list[Cell], height: float) -> list[list[Cell]]:
    """A group in which two cells stand above each other holds two rows: cut at its widest gap, again and again."""
    if len(group) < 2 or group[-1].y - group[0].y < 0.5 * height or not _stacked(group):
        return [group]
    gaps = [(b.y - a.y, i + 1) for i, (a, b) in enumerate(pairwise(group))]
    _, at = max(gaps)
    return [*_parted(group[:at], height), *_parted(group[at:], height)]


def _stacked(group: list[Cell]) -> bool:
    ordered = sorted(group, key=lambda c: c.at[0])
    return any(a.at[2] - b.at[0] > 0.4 * min(a.at[2] - a.at[0], b.at[2] - b.at[0]) for a, b in pairwise(ordered))
