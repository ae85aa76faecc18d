"""A printed row with the analyte its name, unit and specimen settle, and what the table around it says of its unit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import islice

import msgspec

from kangban.clinical.report import PrintedReport, PrintedRow
from kangban.reasoning.labs.agreement import given_away
from kangban.reasoning.labs.resolve import LabName, resolve_analyte
from kangban.reasoning.labs.units import in_own_unit, in_unit, is_unit
from kangban.rules.analytes import analyte_names
from kangban.rules.lab_specimens import specimen_of
from kangban.rules.lab_units import plain_unit
from kangban.rules.schema import Analyte

# The reader's own trouble with a unit: what it then reads says nothing of the column.
_READERS = frozenset({"unit_unread", "cell_moved", "joined_cells"})
_GASES = "血气分析"
_ENOUGH_GASES = 2  # one arterial name may be a stray; two make the table a blood gas report


class Named(msgspec.Struct, frozen=True):
    """`analyte` where it is settled; `own` the value in its unit; `unit` as printed or as its range gives it away."""

    row: PrintedRow
    lab: LabName
    analyte: Analyte | None
    own: float | None
    unit: str
    doubts: tuple[str, ...]


def named_row(row: PrintedRow, report: PrintedReport) -> Named:
    """One row resolved by name, code, unit and specimen."""
    lab = _resolved(row.name, row.unit, row, report)
    doubts: list[str] = []
    if row.code.strip():
        coded = _resolved(row.code, row.unit, row, report)
        if lab.analyte is None and coded.analyte is not None and coded.analyte in (lab.candidates or (coded.analyte,)):
            lab = coded
        elif lab.analyte is not None and coded.candidates and lab.analyte not in coded.candidates:
            doubts.append("ambiguous_analyte")
    analyte = analyte_names().by_id.get(lab.analyte) if lab.analyte else None
    if analyte is None:
        return Named(row, lab, None, None, row.unit, (*doubts, _unnamed(lab)))
    unit, more = _unit(analyte, lab, row)
    own = in_own_unit(analyte, row.value, unit) if row.value is not None and (unit or not analyte.unit) else None
    return Named(row, lab, analyte, own, unit, (*doubts, *more))


def _resolved(name: str, unit: str, row: PrintedRow, report: PrintedReport) -> LabName:
    result = "number" if row.value is not None else "words" if row.text.strip() else ""
    sampled = row.specimen if specimen_of(row.specimen) else ""
    found = resolve_analyte(name, unit, sampled, row.panel or report.title, result)
    if not sampled and _specimen(found) == "body" and _among_gases(row, report):
        return resolve_analyte(name, unit, sampled, _GASES, result)
    return found


def _specimen(lab: LabName) -> str:
    row = analyte_names().by_id.get(lab.analyte) if lab.analyte else None
    return row.specimen if row is not None else ""


def _among_gases(row: PrintedRow, report: PrintedReport) -> bool:
    """Whether the row's table is a blood gas report without a heading, where nothing is measured on the skin."""
    beside = (r for r in report.rows if (r.page, r.panel) == (row.page, row.panel) and r is not row)
    gases = (r for r in beside if _specimen(resolve_analyte(r.name, r.unit)) == "arterial_blood")
    return len(list(islice(gases, _ENOUGH_GASES))) == _ENOUGH_GASES


def _unnamed(lab: LabName) -> str:
    """A misspelt name has candidates, too, but it is not known; several meanings are ambiguous."""
    return "ambiguous_analyte" if lab.candidates and lab.confidence >= 0.3 else "unknown_analyte"


def _unit(analyte: Analyte, lab: LabName, row: PrintedRow) -> tuple[str, tuple[str, ...]]:
    """The unit to reckon with, and doubts about it."""
    if is_unit(row.unit):
        return (row.unit, ()) if lab.unit_fits else ("", ("unit_impossible",))
    if not analyte.unit or row.value is None:
        return "", ()
    return given_away(analyte, row), ("unit_missing",)


# -- the column of units ----------------------------------------------------------------------------------------------


def slipped_units(named: Sequence[Named], report: PrintedReport) -> frozenset[int]:
    """Rows whose unit may be a neighbour's: where the column shows that it moved, each of its units asks."""
    tables: dict[tuple[int, str], list[int]] = defaultdict(list)
    for index, one in enumerate(named):
        tables[(one.row.page, one.row.panel)].append(index)
    found: set[int] = set()
    for rows in tables.values():
        if len({plain_unit(named[n].row.unit) for n in rows}) < 2:
            continue
        asked = rows if _moved([named[n] for n in rows], report) else []
        found |= {n for n in asked if is_unit(named[n].row.unit)}
    return frozenset(found)


def _moved(rows: Sequence[Named], report: PrintedReport) -> bool:
    """A unit that cannot be its row's, or one that is missing where the column one row up or down misses nothing."""
    wrong = [one for one in rows if "unit_impossible" in one.doubts]
    if len(wrong) > 1 or any(not _READERS & {*one.row.doubts} for one in wrong):
        return True
    if not any(_lacks(one.row, one.analyte, one.row.unit) for one in rows):
        return False
    return any(_fits_shifted(rows, step, report) for step in (-1, 1))


def _lacks(row: PrintedRow, analyte: Analyte | None, unit: str) -> bool:
    """Whether a number stands without the unit that it needs."""
    return row.value is not None and not is_unit(unit) and (analyte is None or bool(analyte.unit))


def _fits_shifted(rows: Sequence[Named], step: int, report: PrintedReport) -> bool:
    """Whether every row could bear the unit of the row `step` away, none but the last one then lacking its unit."""
    for n, one in enumerate(rows):
        if not 0 <= n + step < len(rows):
            continue
        unit = rows[n + step].row.unit
        lab = _resolved(one.row.name, unit, one.row, report)
        analyte = analyte_names().by_id.get(lab.analyte) if lab.analyte else one.analyte
        if _lacks(one.row, analyte, unit) or (analyte is not None and is_unit(unit) and in_unit(analyte, unit) is None):
            return False
    return True
