"""Tables whose columns are named one by one: dates and readings at home, doses of vaccines."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import msgspec

from kangban.perception.reports.cells import Cell
from kangban.perception.reports.lines import Line


class GridRow(msgspec.Struct):
    """Cells of one line by the column's key; `doubts` holds "cell_moved" where a cell stands between two columns."""

    cells: dict[str, Cell]
    doubts: set[str]


class Grid(msgspec.Struct, frozen=True):
    """Header cells by key, left to right, and the rows under them."""

    heads: dict[str, Cell]
    rows: list[GridRow]


def find_grid(
    lines: Sequence[Line],
    key_of: Callable[[str], str],
    enough: Callable[[set[str]], bool],
    fits: Callable[[str, str], bool],
    before: Grid | None = None,
) -> Grid | None:
    """The first table whose header has `enough` keys; `key_of` gives a header cell's key, "" for none.

    `fits` says whether a text may stand under a key. A page without header goes on with the columns of the one `before`.
    """
    heads: dict[str, Cell] = {}
    start = 0
    for i, line in enumerate(lines):
        keys = [(key, cell) for cell in line.cells if (key := key_of(cell.text))]
        if enough({key for key, _ in keys}) and len(keys) >= len(line.cells) * 0.6:
            # The same words again ("早餐前 早餐后") are columns of their own.
            heads = {f"{key}#{n}" if any(k == key for k, _ in keys[:n]) else key: c for n, (key, c) in enumerate(keys)}
            start = i + 1
            break
    if not heads:
        if before is None:
            return None
        heads = before.heads
    rest = [line for line in lines[start:] if not _FOOT.search(line.text)]
    return Grid(heads, [_row(line, heads, fits) for line in rest])


_FOOT = re.compile(r"。|小结|医师|签名|第\s*\d+\s*页")


def _row(line: Line, heads: dict[str, Cell], fits: Callable[[str, str], bool]) -> GridRow:
    """Columns in order; a cell goes where it fits and stands nearest, the dearest doubt is said."""
    keys, places = list(heads), list(heads.values())
    price = [
        [_away(cell, head) / 0.05 + (0.0 if fits(key.split("#")[0], cell.text) else 6.0) for key, head in heads.items()]
        for cell in line.cells
    ]
    ways: list[tuple[float, tuple[int, ...]]] = [(0.0, ())]
    for i in range(len(line.cells)):
        fresh: dict[int, tuple[float, tuple[int, ...]]] = {}
        for cost, way in ways:
            for j in range(way[-1] if way else 0, len(keys)):
                # A second cell in one column is two columns' cells, or words after the last one.
                again = 0.5 if way and way[-1] == j == len(keys) - 1 else 5.0 if way and way[-1] == j else 0.0
                total = cost + price[i][j] + again
                if j not in fresh or total < fresh[j][0]:
                    fresh[j] = total, (*way, j)
        ways = list(fresh.values())
    chosen = min(ways)[1] if ways else ()
    out = GridRow({}, set())
    whole = len(line.cells) == len(keys) and len(set(chosen)) == len(keys)
    for i, (cell, j) in enumerate(zip(line.cells, chosen, strict=True)):
        key = keys[j]
        free = [
            k
            for k in (j - 1, j + 1)
            if 0 <= k < len(keys) and k not in chosen and fits(keys[k].split("#")[0], cell.text)
        ]
        near = any(_away(cell, places[k]) < 2 * _away(cell, places[j]) + 0.01 for k in free)
        if (not whole and (near or price[i][j] >= 5.0)) or line.doubts(cell):
            out.doubts.add("cell_moved")
        if key in out.cells:
            first = out.cells[key]
            out.cells[key] = msgspec.structs.replace(first, text=f"{first.text} {cell.text}")
        else:
            out.cells[key] = cell
    return out


def _away(cell: Cell, head: Cell) -> float:
    gap = max(cell.at[0] - head.at[2], head.at[0] - cell.at[2], 0.0)
    return gap + min(abs(cell.at[0] - head.at[0]), abs(cell.at[2] - head.at[2]), abs(cell.x - head.x))
