"""Whether value, printed range and unit of a row agree among themselves and with what the pack knows of the analyte."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import log

from kangban.clinical.report import PrintedRow
from kangban.reasoning.labs.units import from_own_unit, in_own_unit, in_unit, is_unit
from kangban.rules.lab_units import plain_unit
from kangban.rules.schema import Analyte, ReferenceRange

# Laboratories differ in their ranges by about this much; units of one analyte by more.
_ALIKE = log(1.6)
_BETTER = log(1.5)  # how much nearer another unit must bring the printed range
_FAR_UNIT = 100.0  # a unit the pack does not name and this far from the usual one may be the next row's

Bands = Sequence[ReferenceRange]
_Pair = tuple[float | None, float | None]


def unit_doubts(analyte: Analyte, row: PrintedRow, unit: str, bands: Bands) -> tuple[str, ...]:
    """Codes where the printed unit is possible, yet another one makes more sense of the numbers beside it.

    "unit_impossible": the printed range is the known one in another unit, or a unit the pack does not name stands
    unsupported and changes the number. "implausible": the range or the unit is far from any known one. `bands` are the
    known ranges that may hold for the person.
    """
    found: list[str] = []
    if _far_range(analyte, row, unit) or _far_unit(analyte, unit):
        found.append("implausible")
    if is_unit(unit) and (_fits_another(analyte, row, unit, bands) or _unsupported(analyte, row, unit, bands)):
        found.append("unit_impossible")
    return tuple(found)


def _fits_another(analyte: Analyte, row: PrintedRow, unit: str, bands: Bands) -> bool:
    """Whether the printed range, or a lone number that would be critical, is ordinary in another unit of the pack."""
    others = [u for u in (analyte.unit, *(o.unit for o in analyte.other_units)) if not _same(analyte, u, unit)]
    here = range_distance(analyte, row, unit, bands)
    if here is not None:
        there = min((d for u in others if (d := range_distance(analyte, row, u, bands)) is not None), default=None)
        return there is not None and there < _ALIKE and here - there > _BETTER
    return _critical(analyte, row.value, unit) and any(_ordinary(analyte, row.value, u, bands) for u in others)


def _unsupported(analyte: Analyte, row: PrintedRow, unit: str, bands: Bands) -> bool:
    """A unit that was only reckoned for the analyte and changes the number: a range it makes right must stand by it."""
    fit = in_unit(analyte, unit)
    if fit is None or fit.listed or (0.9 < fit.factor < 1.1 and not fit.offset):
        return False
    distance = range_distance(analyte, row, unit, bands)
    if distance is None:
        # Other countries print these per decilitre or millilitre; per litre it is more often a neighbour's unit.
        return plain_unit(unit).lower().endswith("/l")
    return distance > _ALIKE


def range_distance(analyte: Analyte, row: PrintedRow, unit: str, bands: Bands) -> float | None:
    """How far the printed range in that unit is from the nearest known one (log of a ratio); None where none is."""
    return min(
        (
            max(abs(log(own / known)) for own, known in pairs)
            for printed in _printed(row)
            for band in bands
            if (pairs := list(_compared(analyte, unit, printed, (band.low, band.high))))
        ),
        default=None,
    )


def _printed(row: PrintedRow) -> list[_Pair]:
    return [(row.low, row.high), *((low, high) for _, low, high in row.sex_ranges)]


def _compared(analyte: Analyte, unit: str, printed: _Pair, band: _Pair) -> Iterator[tuple[float, float]]:
    """Ends that both ranges have, in the analyte's own unit; zero and less say nothing of size."""
    for said, known in zip(printed, band, strict=True):
        own = in_own_unit(analyte, said, unit) if said is not None else None
        if own is not None and known is not None and own > 0 and known > 0:
            yield own, known


def _same(analyte: Analyte, one: str, other: str) -> bool:
    a, b = in_unit(analyte, one), in_unit(analyte, other)
    return a is not None and b is not None and a.offset == b.offset and abs(log(a.factor / b.factor)) < _BETTER


def _critical(analyte: Analyte, value: float | None, unit: str) -> bool:
    own = in_own_unit(analyte, value, unit) if value is not None else None
    low, high = analyte.critical_low, analyte.critical_high
    return own is not None and ((low is not None and own <= low) or (high is not None and own >= high))


def _ordinary(analyte: Analyte, value: float | None, unit: str, bands: Bands) -> bool:
    own = in_own_unit(analyte, value, unit) if value is not None else None
    return own is not None and any((b.low is None or own >= b.low) and (b.high is None or own <= b.high) for b in bands)


def _far_range(analyte: Analyte, row: PrintedRow, unit: str) -> bool:
    """A printed range in which no known range of this analyte can lie: the name, unit or range is another row's.

    Bands of one sex only say nothing of the other's (FSH of men), and each band is asked by itself.
    """
    if not analyte.ranges or {b.person.sex for b in analyte.ranges} in ({"male"}, {"female"}):
        return False
    low, high = (in_own_unit(analyte, x, unit) if x is not None else None for x in (row.low, row.high))
    return all(_far(low, high, band.low, band.high) for band in analyte.ranges)


def _far(low: float | None, high: float | None, bottom: float | None, top: float | None) -> bool:
    """Whether low to high lies clear of bottom to top, or is of quite another size."""
    above = low is not None and top is not None and top > 0 and low > 3 * top
    below = high is not None and bottom is not None and high < bottom / 3
    tall = high is not None and top is not None and top > 0 and (high > 8 * top or high < top / 8)
    return above or below or tall


def _far_unit(analyte: Analyte, unit: str) -> bool:
    fit = in_unit(analyte, unit)
    return fit is not None and not fit.listed and not 1 / _FAR_UNIT <= fit.factor <= _FAR_UNIT


def given_away(analyte: Analyte, row: PrintedRow) -> str:
    """The one known unit in which the printed range is the pack's, or ""; only a suggestion, a person confirms it."""
    if row.low is None and row.high is None:
        return ""
    fitting = [
        unit
        for unit in (analyte.unit, *(o.unit for o in analyte.other_units))
        if any(_alike(analyte, row, unit, (band.low, band.high)) for band in analyte.ranges)
    ]
    return fitting[0] if len(fitting) == 1 else ""


def _alike(analyte: Analyte, row: PrintedRow, unit: str, band: _Pair) -> bool:
    pairs = list(zip((row.low, row.high), band, strict=True))
    return all((a is None or a == 0) == (b is None or b == 0) for a, b in pairs) and all(
        abs(printed - shown) <= 0.25 * abs(shown)
        for printed, own in pairs
        if printed and own and (shown := from_own_unit(analyte, own, unit))
    )
