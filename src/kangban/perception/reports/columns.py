"""Cells of one line → columns: order, place and content together, so that a slipped header does not move a value."""

from __future__ import annotations

import re
from itertools import pairwise
from statistics import median

import msgspec

from kangban.perception.reports.cells import Cell, cut, joined
from kangban.perception.reports.fitting import misfit
from kangban.perception.reports.headers import Column, Role
from kangban.perception.reports.lines import Line
from kangban.perception.reports.ranges import is_range
from kangban.perception.reports.units import read_unit
from kangban.perception.reports.values import read_flag, read_value

_ARROWS = re.compile(r"^(?:[↑↓⬆⬇▲▼*!HL个†]{1,3}|偏[高低]|[升增过]高|[降减过]低|HIGH|LOW|\([HL]\))$")
_SHARED: dict[Role, float] = {"name": 1.0, "range": 0.6, "method": 1.0, "flag": 1.0}
_DOUBTFUL = 2.6
_STRAY = 7.0


class Sorted(msgspec.Struct):
    """One line told apart: cells by role, and doubts of the telling."""

    line: Line
    cells: dict[Role, Cell]
    doubts: set[str]

    def has(self, *roles: Role) -> bool:
        """Whether any of the columns is filled."""
        return any(role in self.cells for role in roles)

    @property
    def y(self) -> float:
        """Where the line stands."""
        return self.line.y


class Place(msgspec.Struct, frozen=True):
    """Where a column's cells stand: usual left edge, right edge and middle."""

    role: Role
    x0: float
    x1: float
    learned: bool = False


def places_of(columns: tuple[Column, ...], lines: list[Line]) -> tuple[Place, ...]:
    """Start from the header's places; where cells fit a column without question, take theirs."""
    header = tuple(Place(column.role, column.x0, column.x1) for column in columns)
    seen: dict[Role, list[Cell]] = {}
    for line in lines[:400]:
        for role, cell in sort_line(line, header).cells.items():
            if misfit(cell.text, role) == 0:
                seen.setdefault(role, []).append(cell)
    return tuple(
        Place(p.role, median(c.at[0] for c in found), median(c.at[2] for c in found), learned=True)
        if len(found := seen.get(p.role, [])) >= 2
        else p
        for p in header
    )


def sort_line(line: Line, places: tuple[Place, ...]) -> Sorted:
    """Tell the cells of one line apart; cells that fit nowhere make the line doubtful, they are not dropped in silence."""
    out = Sorted(line, {}, set())
    rest: list[Cell] = []
    marks: list[Cell] = []
    for cell in _whole([part for run in line.cells for part in _unmarked(run)]):
        (marks if _ARROWS.match(cell.text) and (rest or marks) else rest).append(cell)
    rest = _loosened(rest, places)
    flagged = any(p.role == "flag" for p in places)
    if not flagged and len(rest) > 1 and read_flag(rest[-1].text) is not None:
        marks.append(rest.pop())
    chosen, costs = _assign(rest, places)
    together: dict[Role, list[Cell]] = {}
    for cell, role, cost in zip(rest, chosen, costs, strict=True):
        if role is None:
            out.doubts.add("cell_moved")
            continue
        if cost > _DOUBTFUL and role in {"name", "value", "unit", "range"}:
            out.doubts.add("cell_moved")
        together.setdefault(role, []).append(cell)
    for role, cells in together.items():
        if len(cells) > 1 and role in {"value", "unit"}:
            out.doubts.add("joined_cells")
        out.cells[role] = joined(cells)
    if marks:
        out.cells["flag"] = joined([*([out.cells["flag"]] if "flag" in out.cells else []), *marks])
    if any(cell.apart for cell in rest):
        out.doubts.add("joined_cells")
    if any(line.doubts(cell) for cell in line.cells):
        out.doubts.add("cell_moved")
    return out


def _distance(cell: Cell, place: Place) -> float:
    x0, _, x1, _ = cell.at
    gap = max(x0 - place.x1, place.x0 - x1, 0.0)
    if not place.learned:
        return gap / 0.05
    aligned = min(abs(x0 - place.x0), abs(x1 - place.x1), abs((x0 + x1) / 2 - (place.x0 + place.x1) / 2))
    return gap / 0.05 + aligned / 0.08


def _assign(cells: list[Cell], places: tuple[Place, ...]) -> tuple[list[Role | None], list[float]]:
    """The cheapest way to give each cell a column, columns in order; None for a cell that fits nowhere."""
    quick = _plainly(cells, places)
    if quick is not None:
        return quick, [0.0] * len(cells)
    n, m = len(cells), len(places)
    price = [[misfit(c.text, p.role) + min(_distance(c, p), 6.0) for p in places] for c in cells]
    # best[j]: cheapest with the cells so far and the last of them in column j (j = m: none placed yet).
    best: list[tuple[float, tuple[int, ...]]] = [(float("inf"), ())] * m + [(0.0, ())]
    for i in range(n):
        fresh: list[tuple[float, tuple[int, ...]]] = []
        for j in range(m):
            options = [(cost + price[i][j], way) for cost, way in (*best[:j], best[m])]
            if best[j][0] < float("inf"):
                options.append((best[j][0] + price[i][j] + _SHARED.get(places[j].role, 3.0), best[j][1]))
            cost, way = min(options, key=lambda o: o[0])
            stray = (best[j][0] + _STRAY, (*best[j][1], -1))
            fresh.append(min((cost, (*way, j)), stray, key=lambda o: o[0]))
        fresh.append((best[m][0] + _STRAY, (*best[m][1], -1)))
        best = fresh
    _, way = min(best, key=lambda o: o[0])
    roles: list[Role | None] = [None if j < 0 else places[j].role for j in way]
    return roles, [_STRAY if j < 0 else price[i][j] for i, j in enumerate(way)]


def _plainly(cells: list[Cell], places: tuple[Place, ...]) -> list[Role | None] | None:
    """Where every cell stands under one column only, each column once, and fits it."""
    taken: list[Role | None] = []
    at = 0
    for cell in cells:
        while at < len(places) and places[at].x1 < cell.at[0]:
            at += 1
        if at == len(places) or places[at].x0 > cell.at[2]:
            return None
        if at + 1 < len(places) and places[at + 1].x0 < cell.at[2]:
            return None
        if misfit(cell.text, places[at].role) > 1:
            return None
        taken.append(places[at].role)
        at += 1
    return taken


# -- one cell that covers two columns ----------------------------------------------------------------------------------

_BORDERS = re.compile(
    r"(?<=[a-zA-Z/%μ\u4e00-\u9fff)])(?=[<>≤≥]?\d)|(?<=\d)(?=[\u4e00-\u9fffμ%])|\s+|(?<=\d)(?=[a-zA-Z])|(?<=[^\s])(?=[↑↓])"
)


def _loosened(cells: list[Cell], places: tuple[Place, ...]) -> list[Cell]:
    """Cells that cover neighbouring columns, cut where both parts then fit better."""
    if len(cells) >= len(places):
        return cells
    out: list[Cell] = []
    value = next((p for p in places if p.role == "value"), None)
    bare = value is not None and not any(_touches(c, value, 0.0) and misfit(c.text, "value") <= 1 for c in cells)
    for cell in cells:
        end = _ENDS_IN_A_RESULT.match(cell.text) if bare and value is not None and _touches(cell, value, 0.04) else None
        if end and misfit(cell.text, "name") == 0:
            # "白细胞计数 11.8": no other cell stands in the result column.
            out += cut(cell, end.start("n"), certain=False)
            continue
        out += _cut_once(cell, places, len(places) - len(cells))
    return out


_MARK_FIRST = re.compile(r"^[↑↓⬆⬇]{1,2}\s*(?=[^\s↑↓\d])")


def _unmarked(cell: Cell) -> list[Cell]:
    """An arrow set close before a unit or range is a cell of its own."""
    mark = _MARK_FIRST.match(cell.text)
    return list(cut(cell, mark.end(), certain=True)) if mark else [cell]


def _whole(cells: list[Cell]) -> list[Cell]:
    """A "×10", a raised "12" and "/L" that touch are one unit, "2.11-" and "-2.52" one range."""
    out: list[Cell] = []
    for cell in cells:
        touching = bool(out) and -0.005 < cell.at[0] - out[-1].at[2] < 0.006
        if (
            touching
            and re.search(r"^[×xX*]?\s?10(?:\^\d{1,2})?$", out[-1].text)
            and re.match(r"^(?:\d{1,2}|\^?\d{0,2}/\S+)$", cell.text)
        ):
            mark = "" if "/" in cell.text else "^"
            out[-1] = msgspec.structs.replace(
                joined([out[-1], cell]), text=f"{out[-1].text}{mark}{cell.text}", y=out[-1].y
            )
        elif out and _LOW.match(out[-1].text) and _HIGH.match(cell.text) and cell.at[0] - out[-1].at[2] < 0.03:
            out[-1] = msgspec.structs.replace(joined([out[-1], cell]), y=out[-1].y)
        else:
            out.append(cell)
    return out


_LOW = re.compile(r"^\d[\d. ]*[-~]{1,2}$")
_HIGH = re.compile(r"^[-~]{0,2}\d[\d. ]*$")


def _touches(cell: Cell, place: Place, slack: float) -> bool:
    return cell.at[0] <= place.x1 + slack and cell.at[2] >= place.x0 - slack


_ENDS_IN_A_RESULT = re.compile(
    r"^(?P<name>.*?(?:[\u3400-\u9fff)]|[A-Za-z%#)]\s))\s*(?P<n>[<>≤≥]?\d{1,6}(?:\.\d{1,4})?\s*[↑↓*]?|弱?阳性(?:\([+\d]+\))?|阴性(?:\(-\))?)$"
)


def _cut_once(cell: Cell, places: tuple[Place, ...], spare: int) -> list[Cell]:
    under = [p for p in places if min(cell.at[2], p.x1) - max(cell.at[0], p.x0) > 0.25 * (p.x1 - p.x0)]
    if spare <= 0 or len(under) < 2 or min(misfit(cell.text, p.role) for p in under) == 0:
        return [cell]
    best: tuple[float, int] | None = None
    for border in _BORDERS.finditer(cell.text):
        left, right = cell.text[: border.start()].strip(), cell.text[border.end() :].strip()
        if not left or not right:
            continue
        for a, b in pairwise(under):
            cost = misfit(left, a.role) + min(misfit(right, b.role), _composite(right) if len(under) > 2 else 9)
            cost += 0 if border.group() else 0.5
            if best is None or cost < best[0]:
                best = cost, border.start()
    if best is None or best[0] > 2:
        return [cell]
    before, after = cell.text[best[1] - 1], cell.text[best[1] :].strip()[0]
    certain = not (before.isdigit() and after.isdigit()) and (cell.text[best[1]].isspace() or before != "(")
    first, second = cut(cell, best[1], certain=certain and _unlike(before, after))
    return [first, *_cut_once(second, places, spare - 1)]


def _composite(text: str) -> int:
    """0 where a text is itself a unit and a range, or a number and a unit."""
    if read_value(text).unit:
        return 0
    for border in _BORDERS.finditer(text):
        if read_unit(text[: border.start()].strip()) and is_range(text[border.end() :].strip()):
            return 0
    return 9


def _unlike(before: str, after: str) -> bool:
    return not (before.isascii() and before.isalpha() and after.isdigit())
