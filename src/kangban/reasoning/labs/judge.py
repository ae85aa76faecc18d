"""A laboratory value against the ranges of the labs pack."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import msgspec

from kangban.clinical.person import PersonFacts
from kangban.kernel.logic import Tri
from kangban.reasoning.medication.person import holds, view_of
from kangban.rules.catalogue import Catalogue, catalogue
from kangban.rules.compiled import shipped
from kangban.rules.load import Packs
from kangban.rules.names import fold
from kangban.rules.schema import Analyte, ReferenceRange

Flag = Literal["low", "normal", "high", "critical_low", "critical_high", "unknown"]


class LabJudgement(msgspec.Struct, frozen=True):
    """One value judged. `value` is in the analyte's own unit; `needs` names a fact without which no range fits."""

    analyte: Analyte
    value: float
    flag: Flag
    low: float | None
    high: float | None
    citations: tuple[str, ...]
    needs: str | None = None
    converted_from: str | None = None


class Labs:
    """Analytes by id, name and LOINC."""

    def __init__(self, packs: Packs, names: Catalogue) -> None:
        self.names = names
        self.by_id = {a.id: a for a in packs.analytes}
        self._by_name: dict[str, list[Analyte]] = {}
        for row in packs.analytes:
            for name in {fold(n) for n in (row.id, row.loinc or row.id, row.name, row.name_en, *row.aliases)}:
                self._by_name.setdefault(name, []).append(row)

    def find(self, name: str) -> tuple[Analyte, ...]:
        """All analytes a name may mean; more than one is ambiguous."""
        return tuple(self._by_name.get(fold(name), ()))


@lru_cache(maxsize=1)
def labs() -> Labs:
    """The shipped labs pack."""
    return Labs(shipped().packs, catalogue())


def in_own_unit(analyte: Analyte, value: float, unit: str) -> float | None:
    """The value in the analyte's own unit; None when the unit cannot belong to it. No unit = its own."""
    said = fold(unit.replace("μ", "u").replace("µ", "u"))
    if not said or said in {fold(u) for u in (analyte.unit, *analyte.unit_aliases)}:
        return value
    for other in analyte.other_units:
        if said in {fold(u) for u in (other.unit, *other.aliases)}:
            return round(value * other.factor + other.offset, 6)
    return None


def judge(
    analyte: Analyte, value: float, unit: str, person: PersonFacts, using: Labs | None = None
) -> LabJudgement | None:
    """Judge one value for a person; None when the unit cannot belong to the analyte.

    The edge of a range is normal. A range that depends on a missing fact gives flag "unknown" and
    names the fact, unless every possible range agrees.
    """
    own = in_own_unit(analyte, value, unit)
    if own is None:
        return None
    converted = unit if own != value else None
    if analyte.critical_low is not None and own <= analyte.critical_low:
        return LabJudgement(analyte, own, "critical_low", *_first(analyte), analyte.citations, None, converted)
    if analyte.critical_high is not None and own >= analyte.critical_high:
        return LabJudgement(analyte, own, "critical_high", *_first(analyte), analyte.citations, None, converted)
    names = (using or labs()).names
    view = view_of(person, names, None)
    sure: list[ReferenceRange] = []
    maybe: list[tuple[ReferenceRange, str]] = []
    for band in analyte.ranges:
        tri, missing = holds(band.person, view, names)
        if tri is Tri.YES:
            sure.append(band)
        elif tri is Tri.UNKNOWN:
            maybe.append((band, missing[0]))
    if sure:
        band = sure[0]
        return LabJudgement(analyte, own, flag_of(own, band), band.low, band.high, band.citations, None, converted)
    flags: set[Flag] = {flag_of(own, band) for band, _ in maybe}
    if len(flags) == 1:
        band = maybe[0][0]
        return LabJudgement(analyte, own, flags.pop(), band.low, band.high, band.citations, None, converted)
    needs = maybe[0][1] if maybe else None
    return LabJudgement(analyte, own, "unknown", None, None, analyte.citations, needs, converted)


def _first(analyte: Analyte) -> tuple[float | None, float | None]:
    return (analyte.ranges[0].low, analyte.ranges[0].high) if analyte.ranges else (None, None)


def flag_of(value: float, band: ReferenceRange) -> Flag:
    """low, normal or high against one closed range."""
    if band.low is not None and value < band.low:
        return "low"
    return "high" if band.high is not None and value > band.high else "normal"
