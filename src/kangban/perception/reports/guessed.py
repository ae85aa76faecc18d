"""Columns of a table that has no header: told from what stands in them."""

from __future__ import annotations

from statistics import median

from kangban.perception.reports.cells import Cell
from kangban.perception.reports.fitting import misfit
from kangban.perception.reports.headers import Column, Header, Role
from kangban.perception.reports.headings import is_foot
from kangban.perception.reports.lines import Line

_AFTER: tuple[Role, ...] = ("flag", "unit", "range")


def guessed_header(lines: tuple[Line, ...]) -> Header | None:
    """A header made of the usual places of name, result, unit and range; None where fewer than two lines have them."""
    told = [found for line in lines if not is_foot(line.text) and (found := _told(line))]
    if len(told) < 2:
        return None
    columns: list[Column] = []
    roles: set[Role] = {role for found in told for role in found}
    for role in roles:
        cells = [found[role] for found in told if role in found]
        # Panels of words have few units; one is a column all the same.
        if len(cells) >= (1 if role == "unit" else max(2, len(told) // 5)):
            columns.append(Column(role, median(c.at[0] for c in cells), median(c.at[2] for c in cells)))
    columns.sort(key=lambda column: column.x)
    return Header((tuple(columns),), lines[0])


def _told(line: Line) -> dict[Role, Cell]:
    """Roles of one line's cells where its content leaves no choice: a name, then a result, then a unit or a range."""
    out: dict[Role, Cell] = {}
    for cell in line.cells:
        if "value" not in out:
            if misfit(cell.text, "no") == 0 and not out:
                out["no"] = cell
            elif misfit(cell.text, "value") == 0 and ("name" in out or "code" in out):
                out["value"] = cell
            elif misfit(cell.text, "code") == 0 and "code" not in out and misfit(cell.text, "name") != 0:
                out["code"] = cell
            elif misfit(cell.text, "name") <= 1 and "name" not in out:
                out["name"] = cell
            continue
        role: Role | None = next((role for role in _AFTER if role not in out and misfit(cell.text, role) == 0), None)
        if role is None and "range" not in out and misfit(cell.text, "range") == 1:
            role = "range"
        if role is not None:
            out[role] = cell
    if "name" not in out and "code" in out:
        out["name"] = out.pop("code")
    full = "value" in out and "name" in out and ("unit" in out or "range" in out)
    return out if full else {}
