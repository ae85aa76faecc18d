"""Where one cell of a row leaps up or down against the rows around it, it may belong to the row above or below.

Baselines are fitted to a whole page (lines.py); a small table that lost cells can be fitted in two ways. What cannot
be bent is the step between two columns: it changes little from row to row, and the header shows it, too.
"""

from __future__ import annotations

from itertools import combinations
from statistics import median

from kangban.perception.reports.cells import Cell
from kangban.perception.reports.headers import Column, Role, find_header, role_of
from kangban.perception.reports.lines import Line

_COLUMNS: tuple[Role, ...] = ("no", "code", "name", "value", "unit", "range")
_HEADS: frozenset[Role | None] = frozenset({"name", "value", "unit", "range"})
# Rows stand at least 1.2 letter heights apart; four words, each off by two deviations of a tenth, are off by 0.8 together.
_LEAP = 0.9


def leaping(rows: list[dict[Role, Cell]], columns: tuple[Column, ...], height: float) -> set[int]:
    """Which rows, top to bottom, hold a cell that may be another row's. Only pages read from pictures bend.

    `height` is that of a letter, in the units of `Cell.at`.
    """
    if not any(cell.ocr for row in rows for cell in row.values()):
        return set()
    if any(role_of(row[role].text) is not None for row in rows for role in ("name", "range") if role in row):
        # A word of the header inside a row: the header itself was torn, so every row may be.
        return set(range(len(rows)))
    heads = {column.role: column.y for column in columns if column.y is not None}
    found: set[int] = set()
    for left, right in combinations(_COLUMNS, 2):
        steps = [
            (i, row[right].middle - row[left].middle) for i, row in enumerate(rows) if _both(row, left, right, height)
        ]
        if left in heads and right in heads:
            usual = heads[right] - heads[left]
        elif len(steps) > 2:
            usual = median(step for _, step in steps)
        else:
            continue
        for i, step in steps:
            if abs(step - usual) > _LEAP * height:
                found.add(i)
            else:
                usual = (usual + step) / 2  # a page bends little by little
    return found


def torn_header(lines: tuple[Line, ...]) -> bool:
    """Whether words of a header stand on lines of a picture that are none: beside one that is, or with none at all.

    Then lines were put together wrongly right there, and every row of the page may be.
    """
    if not any(cell.ocr for line in lines for cell in line.cells):
        return False
    whole = [(line, header) for line in lines if (header := find_header(line)) is not None]
    taken = {id(line) for line, _ in whole}
    strays = [
        (role, line)
        for line in lines
        if id(line) not in taken
        for cell in line.cells
        if cell.ocr and (role := role_of(cell.text)) in _HEADS
    ]
    if not whole:
        return len({role for role, _ in strays}) > 2
    for line, header in whole:
        near = {role for role, other in strays if abs(other.y - line.y) < 3 * line.height}
        # One word is enough where a panel of the header lacks just that column.
        if len(near) > 1 or any(near - {column.role for column in panel} for panel in header.panels):
            return True
    return False


def _both(row: dict[Role, Cell], left: Role, right: Role, height: float) -> bool:
    return all(role in row and row[role].in_one_line(height) for role in (left, right))
