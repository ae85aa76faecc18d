"""Heads of home tables that stand in several lines (收缩压/舒张压 under 早/晚) → one line, and tables with days across."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import msgspec

from kangban.perception.reports.cells import Cell
from kangban.perception.reports.lines import Line

MARK = "|"  # between a head and what stands above it; no cell holds one
SLOT = re.compile(
    r"早[上晨]?|晨起?|起床后?|上午|中午|午后?|下午|傍晚|晚[上间]?|睡前|夜间|左[臂手]?|右[臂手]?|坐位|卧位|立位|第[一二三四1-4]次|[1-4]|am|pm"
    r"|morning|noon|afternoon|evening|night|bedtime|left|right",
    re.IGNORECASE,
)
_NEAR = 0.012  # of the page's width
_MOST_HEADS = 3

KeyOf = Callable[[str], str]


def one_head(lines: Sequence[Line], key_of: KeyOf, is_day: Callable[[str], bool]) -> list[Line]:
    """The lines with heads of several lines joined: each lowest cell with those above it, the lowest first."""
    first = next((i for i, line in enumerate(lines) if is_day(line.cells[0].text) and len(line.cells) > 1), None)
    if first is None:
        return list(lines)
    start = first
    while start and first - start < _MOST_HEADS and _is_head(lines[start - 1], key_of):
        start -= 1
    if first - start < 2:
        return list(lines)
    head = _joined(lines[start:first])
    return [*lines[:start], head, *lines[first:]]


def is_slot(text: str) -> bool:
    """Whether a head says at what time, on which side or which time over, a unit in brackets aside."""
    return bool(SLOT.fullmatch(re.sub(r"[(（\[].*", "", text).strip()))


def _is_head(line: Line, key_of: KeyOf) -> bool:
    return all(key_of(cell.text) or is_slot(cell.text) for cell in line.cells)


def _joined(heads: Sequence[Line]) -> Line:
    columns = list(heads[-1].cells)
    for upper in reversed(heads[:-1]):
        left = all(any(abs(cell.at[0] - below.at[0]) < _NEAR for below in columns) for cell in upper.cells[1:-1])
        over = [_over(column, upper.cells, left=left) for column in columns]
        columns = [
            column if parent is None else msgspec.structs.replace(column, text=f"{column.text}{MARK}{parent.text}")
            for column, parent in zip(columns, over, strict=True)
        ]
        taken = {parent.at for parent in over if parent is not None}
        columns = sorted([*columns, *(cell for cell in upper.cells if cell.at not in taken)], key=lambda c: c.at[0])
    text = "  ".join(cell.text for cell in columns)
    return msgspec.structs.replace(heads[-1], cells=tuple(columns), text=text)


def _over(below: Cell, uppers: Sequence[Cell], *, left: bool) -> Cell | None:
    """The cell a column stands under: in files of words the last that begins before it, in print the nearest."""
    if not left:
        return min(uppers, key=lambda cell: abs(cell.x - below.x))
    return next((cell for cell in reversed(uppers) if cell.at[0] < below.at[0] + _NEAR), None)


class Across(msgspec.Struct, frozen=True):
    """One reading of a table whose days stand side by side: its head, its value, the day's cell; `sure` of the column."""

    head: Cell
    unit: str
    value: Cell
    day: Cell
    sure: bool


def days_across(lines: Sequence[Line], key_of: KeyOf, is_day: Callable[[str], bool]) -> list[Across]:
    """Every value of the first table that names days in its head and readings down its side; [] where there is none."""
    for i, line in enumerate(lines):
        days = [cell for cell in line.cells[1:] if is_day(cell.text)]
        if len(days) < 2 or is_day(line.cells[0].text) or not is_day(line.cells[-1].text):
            continue
        found = [one for row in lines[i + 1 :] for one in _across(row, days, key_of)]
        if found:
            return found
    return []


def _across(row: Line, days: Sequence[Cell], key_of: KeyOf) -> list[Across]:
    head, rest = row.cells[0], row.cells[1:]
    if not key_of(head.text):
        return []
    values = [cell for cell in rest if cell.at[2] > days[0].at[0] - _NEAR]
    unit = next((cell.text for cell in rest if cell not in values), "")
    out: list[Across] = []
    for cell in values:
        day = min(days, key=lambda one: min(abs(one.at[0] - cell.at[0]), abs(one.x - cell.x)))
        near = min(abs(day.at[0] - cell.at[0]), abs(day.x - cell.x)) < _NEAR
        sure = (near or len(values) == len(days)) and not row.doubts(cell)
        out.append(Across(head, unit, cell, day, sure))
    taken = [one.day.at for one in out]
    return [msgspec.structs.replace(one, sure=one.sure and taken.count(one.day.at) == 1) for one in out]
