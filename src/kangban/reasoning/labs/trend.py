"""Results over time: one series per analyte across units and laboratories, with the range valid for each point."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Literal

from kangban.clinical.report import Report, ReportRow
from kangban.clinical.report_explanation import Series, SeriesPoint
from kangban.reasoning.labs.flags import by_limits
from kangban.reasoning.labs.judge import labs
from kangban.reasoning.labs.readings import Readings
from kangban.reasoning.labs.units import in_own_unit
from kangban.rules import formulas
from kangban.rules.compiled import shipped
from kangban.rules.schema import Analyte, Variation

Moved = Literal["rose", "fell", "steady", "unknown"]


@lru_cache(maxsize=1)
def variations() -> dict[str, Variation]:
    """How much each analyte moves by itself, by analyte id."""
    return {v.of: v for v in shipped().packs.variations}


def series_of(report: Report, readings: Readings) -> tuple[Series, ...]:
    """A series for every counted number of the report, in the order of its rows; last the reckoned kidney function."""
    found: list[Series] = []
    for place in readings.counted:
        row = report.rows[place]
        analyte = labs().by_id.get(row.analyte or "")
        if analyte is None or row.own_value is None or analyte.id in {s.analyte for s in found}:
            continue
        points = (*_before(analyte.id, readings), _point(row, analyte, place, report))
        found.append(_series(analyte, points))
    reckoned = readings.find("egfr").reading
    if reckoned is not None and reckoned.value is not None and "egfr" not in readings.own:
        analyte = labs().by_id["egfr"]
        now = SeriesPoint(reckoned.value, "unknown", _moment(report), row=reckoned.rows[0] if reckoned.rows else None)
        found.append(_series(analyte, (*_reckoned_before(readings), now)))
    return tuple(found)


def _before(analyte: str, readings: Readings) -> list[SeriesPoint]:
    some = readings.earlier.get(analyte, [])
    day = readings.sampled
    return [
        SeriesPoint(e.value, by_limits(e.value, None, (e.low, e.high)), e.at, e.low, e.high, e.source)
        for e in sorted(some, key=lambda e: e.at.date())
        if day is None or e.at.date() < day
    ]


def _reckoned_before(readings: Readings) -> list[SeriesPoint]:
    at = {
        (readings.sampled - e.at.date()).days: e.at for e in readings.earlier.get("creatinine", []) if readings.sampled
    }
    return [SeriesPoint(r.value, "unknown", at.get(ago)) for ago, r in readings.before("egfr") if r.value is not None]


def _moment(report: Report) -> datetime | None:
    return report.printed.dates.sampled or report.printed.dates.reported


def _point(row: ReportRow, analyte: Analyte, place: int, report: Report) -> SeriesPoint:
    low, high = (
        None if limit is None else in_own_unit(analyte, limit, row.printed.unit) for limit in (row.low, row.high)
    )
    return SeriesPoint(row.own_value or 0.0, row.flag, _moment(report), low, high, report.printed.hospital, place)


def _series(analyte: Analyte, points: tuple[SeriesPoint, ...]) -> Series:
    plain = Series(analyte.id, analyte.name, analyte.name_en, analyte.unit, points)
    if len(points) < 2 or not points[-2].value:
        return plain
    change = round(100 * (points[-1].value / points[-2].value - 1), 1)
    variation = variations().get(analyte.id)
    if variation is None:
        return Series(analyte.id, analyte.name, analyte.name_en, analyte.unit, points, change)
    usual = formulas.reference_change_percent(variation.percent)
    moved: Moved = "steady" if abs(change) <= usual else "rose" if change > 0 else "fell"
    return Series(
        analyte.id, analyte.name, analyte.name_en, analyte.unit, points, change, usual, moved, variation.citations
    )
