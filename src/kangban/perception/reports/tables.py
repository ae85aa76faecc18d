"""Lines of a document → tables: where one starts and ends, its panels side by side, its rows put together again."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from itertools import pairwise
from statistics import median

import msgspec

from kangban.perception.reports.cells import Cell, joined
from kangban.perception.reports.columns import Sorted, places_of, sort_line
from kangban.perception.reports.headers import Column, Header, Role, find_header
from kangban.perception.reports.headings import heading_of, is_foot, specimen_in
from kangban.perception.reports.leaps import leaping
from kangban.perception.reports.lines import Flat, Line, lines_of
from kangban.perception.reports.ranges import is_range
from kangban.perception.reports.units import read_unit
from kangban.perception.reports.values import is_result

Known = Callable[[str], bool]
MOST_ROWS = 20_000


class TableRow(msgspec.Struct):
    """A row put together from one line or more; `panel` and `specimen` from the heading above it."""

    cells: dict[Role, Cell]
    y: float
    doubts: set[str]
    page: int
    panel: str = ""
    specimen: str = ""


class Body(msgspec.Struct):
    """The lines under one header on one page; a page that goes on without a header has the columns of the one before.

    `heading` is the text right above the header, where it names a panel.
    """

    panels: tuple[tuple[Column, ...], ...]
    lines: list[Line]
    heading: str = ""
    specimen: str = ""


def bodies_of(lines: list[Line], before: Header | None) -> tuple[list[Body], Header | None]:
    """Cut one page's lines into tables; `before` is the last header of the pages before. Also the last header here."""
    out: list[Body] = []
    header, body, ended = before, Body(_elsewhere(before.panels), []) if before else None, False
    above: list[str] = []
    waiting: Line | None = None
    for line in lines:
        found = find_header(line)
        if found is not None:
            title = next((h for t in reversed(above[-2:]) if (h := heading_of(t)) is not None and "报告" not in h), "")
            if body is not None and title and body.lines and heading_of(body.lines[-1].text) == title:
                body.lines.pop()
            out += [body] if body is not None and body.lines else []
            specimen = next((s for t in reversed(above[-2:]) if (s := specimen_in(t))), "")
            header, body, ended = found, Body(found.panels, [], title, specimen), False
        elif not _full(line) and is_foot(line.text):
            ended = body is not None and bool(body.lines)
        elif body is not None:
            # After a foot only what can be nothing else goes on; so does a page that has not begun yet.
            heading = len(line.cells) == 1 and heading_of(line.text) is not None
            begun = header is not before or bool(body.lines) or _row_like(line)
            if begun and (not ended or heading or _full(line)):
                body.lines += _first_halves(body, waiting, line)
                body.lines.append(line)
            waiting = line
        above.append(line.text)
    return [*out, *([body] if body is not None and body.lines else [])], header


def _elsewhere(panels: tuple[tuple[Column, ...], ...]) -> tuple[tuple[Column, ...], ...]:
    """Columns whose header stands on another page."""
    return tuple(tuple(msgspec.structs.replace(column, y=None) for column in panel) for panel in panels)


def _first_halves(body: Body, waiting: Line | None, line: Line) -> list[Line]:
    """The upper line of the first row's range, where a page goes on with a row of two lines."""
    near = waiting is not None and not body.lines and line.y - waiting.y < 1.5 * line.height
    return [waiting] if waiting is not None and near and len(waiting.cells) == 1 else []


def _row_like(line: Line) -> bool:
    """A name and a result: where a table without a header may start."""
    texts = [c.text for c in line.cells]
    return len(texts) > 1 and not is_result(texts[0]) and any(is_result(t) for t in texts[1:])


def _full(line: Line) -> bool:
    """A line that can only be a row: a name, a result, and a unit or a range."""
    texts = [c.text for c in line.cells]
    if len(texts) < 3 or is_result(texts[0]):
        return False
    rest = [t for t in texts[1:] if not is_result(t)]
    return len(rest) < len(texts) - 1 and any(is_range(t) or read_unit(t) is not None for t in texts[1:])


def rows_of(body: Body, known: Known) -> list[TableRow]:
    """All rows of a table, panel by panel from left to right, top to bottom in each."""
    out: list[TableRow] = []
    borders = _borders(body)
    for i, columns in enumerate(body.panels):
        left, right = borders[i], borders[i + 1]
        lines = body.lines
        if len(body.panels) > 1:
            cells = [(c, line.doubts(c)) for line in body.lines for c in line.cells if left <= c.x < right]
            doubted = {(c.at[0], c.at[1]) for c, doubt in cells if doubt}
            lines = [
                msgspec.structs.replace(part, unsure=part.unsure | doubted)
                for part in lines_of(Flat(tuple(c for c, _ in cells), body.lines[0].height))
            ]
        if lines:
            rows = _panel_rows(columns, lines, known, body)
            for k in leaping([row.cells for row in rows], columns, body.lines[0].height):
                rows[k].doubts.add("cell_moved")
            out += rows
    return out


def _borders(body: Body) -> list[float]:
    """Where panels side by side part: in the widest gap no cell covers, near the first column of the next panel."""
    out = [float("-inf")]
    for before, after in pairwise(body.panels):
        low, high = before[-1].x, after[0].x
        spans = sorted(
            (c.at[0], c.at[2]) for line in body.lines for c in line.cells if c.at[2] > low and c.at[0] < high
        )
        best, reach = (0.0, (before[-1].x1 + after[0].x0) / 2), low
        for x0, x1 in [*spans, (high, high)]:
            if x0 - reach > best[0]:
                best = x0 - reach, (x0 + reach) / 2
            reach = max(reach, x1)
        out.append(best[1])
    return [*out, float("inf")]


def _panel_rows(columns: tuple[Column, ...], lines: list[Line], known: Known, body: Body) -> list[TableRow]:
    places = places_of(columns, lines)
    sorted_ = [sort_line(line, places) for line in lines]
    panel, specimen = body.heading, body.specimen
    rows: list[TableRow] = []
    loose: list[Sorted] = []
    for i, one in enumerate(sorted_):
        heading = heading_of(one.line.text) if _bare(one) else None
        if heading is not None and not known(heading) and not _first_half(one, sorted_[i + 1 : i + 2]):
            panel, specimen = heading, specimen_in(one.line.text) or specimen
        elif one.has("value") or (one.has("name", "code") and one.has("unit", "range")):
            rows.append(TableRow(one.cells, one.y, one.doubts, one.line.page, panel, specimen))
        elif one.cells:
            loose.append(one)
    _attach(rows, loose, known, lines[0].height)
    return rows


def _first_half(one: Sorted, after: list[Sorted]) -> bool:
    """Whether the next line is a result without a name: then this is the first line of that name."""
    return any(b.has("value") and not b.has("name", "code") and one.line.text[0] not in "【[■◆" for b in after)


def _bare(one: Sorted) -> bool:
    return (
        len(one.line.cells) <= 2
        and not one.has("unit", "range", "flag")
        and not (one.has("value") and len(one.cells) > 1)
    )


# -- lines that are a part of a row -------------------------------------------------------------------------------------


def _attach(rows: list[TableRow], loose: list[Sorted], known: Known, height: float) -> None:
    """Give second lines of names and ranges to their rows; what belongs to none leaves its neighbours in doubt."""
    ys = [row.y for row in rows]
    steps = [b - a for a, b in pairwise(ys) if b - a > 0.5 * height]
    reach = max(0.85 * median(steps) if steps else 0.0, 1.5 * height)
    extra: dict[int, list[Sorted]] = {}
    for one in loose:
        at = bisect_left(ys, one.y)
        near = [i for i in (at - 1, at) if 0 <= i < len(ys) and abs(ys[i] - one.y) <= reach]
        kind = set(one.cells)
        if not near:
            _alone(rows, one, at, known)
        elif kind <= {"name", "code"}:
            chosen = _whose_name(rows, near, one, known)
            if chosen is None:
                _alone(rows, one, at, known)
            else:
                extra.setdefault(chosen, []).append(one)
        else:
            chosen = _nearest(rows, near, one, kind)
            extra.setdefault(chosen, []).append(one)
            if kind != {"range"}:
                rows[chosen].doubts.add("cell_moved")
    for i, parts in extra.items():
        for role in ("name", "code", "value", "unit", "range", "flag", "method"):
            cells = [(p.y, p.cells[role]) for p in parts if role in p.cells]
            if cells:
                own = [(rows[i].y, rows[i].cells[role])] if role in rows[i].cells else []
                if own and role in {"value", "unit"}:
                    rows[i].doubts.add("joined_cells")
                rows[i].cells[role] = joined([c for _, c in sorted([*cells, *own], key=lambda pair: pair[0])])
        for part in parts:
            rows[i].doubts |= part.doubts
    rows.sort(key=lambda row: row.y)


def _nearest(rows: list[TableRow], near: list[int], one: Sorted, kind: set[Role]) -> int:
    """The row a loose unit or range stands closest to; where two are about as close, both are doubted."""
    near = sorted(near, key=lambda i: abs(rows[i].y - one.y))
    if len(near) == 2:
        first, second = (abs(rows[i].y - one.y) for i in near)
        if first > 0.7 * second:
            empty = [i for i in near if not kind & set(rows[i].cells)]
            for i in near:
                rows[i].doubts.add("cell_moved")
            return empty[0] if len(empty) == 1 else near[0]
    return near[0]


def _whose_name(rows: list[TableRow], near: list[int], one: Sorted, known: Known) -> int | None:
    """The row a line with only a name goes on with: the one without a name, an open bracket, or the closer one."""
    text = " ".join(c.text for c in one.cells.values())
    nameless = [i for i in near if "name" not in rows[i].cells and "code" not in rows[i].cells]
    if nameless:
        return min(nameless, key=lambda i: abs(rows[i].y - one.y))
    above = [i for i in near if rows[i].y < one.y]
    for i in above:
        name = rows[i].cells["name"].text if "name" in rows[i].cells else ""
        if name.count("(") > name.count(")") or text.startswith((")", "(", "-")) or known(name + text):
            return i
    if known(text):
        return None
    nearest = min(near, key=lambda i: abs(rows[i].y - one.y))
    if len(near) == 2 and abs(rows[near[0]].y - one.y) > 0.7 * abs(rows[near[1]].y - one.y):
        for i in near:
            rows[i].doubts.add("cell_moved")
    return nearest


def _alone(rows: list[TableRow], one: Sorted, at: int, known: Known) -> None:
    """A name whose result is missing becomes a row that says so; other cells that belong to no row doubt all around."""
    name = one.cells.get("name") or one.cells.get("code")
    if name is not None and set(one.cells) <= {"name", "code", "no"}:
        if known(name.text):
            beside = rows[min(max(at - 1, 0), len(rows) - 1)] if rows else None
            panel, specimen = (beside.panel, beside.specimen) if beside else ("", "")
            rows.append(TableRow(one.cells, one.y, {"value_unread"}, one.line.page, panel, specimen))
        return
    # The whole column may have slipped: every row with such a cell is in doubt.
    for row in rows:
        if set(row.cells) & set(one.cells) & {"unit", "range", "value"}:
            row.doubts.add("cell_moved")
    if 0 <= at - 1 < len(rows):
        rows[at - 1].doubts.add("cell_moved")
