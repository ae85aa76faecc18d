"""A laboratory value against the ranges of the labs pack."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import msgspec

from kangban.clinical.person import PersonFacts
from kangban.kernel.logic import Tri
from kangban.reasoning.labs.units import in_own_unit
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
            said = (row.id, row.loinc or row.id, row.name, row.name_en, *row.aliases, *row.spoken)
            for name in {fold(n) for n in said}:
                self._by_name.setdefault(name, []).append(row)

    def find(self, name: str) -> tuple[Analyte, ...]:
        """All analytes a name may mean; more than one is ambiguous."""
        return tuple(self._by_name.get(fold(name), ()))


@lru_cache(maxsize=1)
def labs() -> Labs:
    """The shipped labs pack."""
    return Labs(shipped().packs, catalogue())


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
    found = Judge(person, (using or labs()).names).range_of(analyte)
    flags: set[Flag] = {flag_of(own, band) for band in found.bands}
    if len(flags) == 1:
        band = found.bands[0]
        return LabJudgement(analyte, own, flags.pop(), band.low, band.high, band.citations, None, converted)
    return LabJudgement(analyte, own, "unknown", None, None, analyte.citations, found.needs, converted)


class PackRange(msgspec.Struct, frozen=True):
    """The pack's ranges that may hold for a person: one if everything is known, else all; `needs` names what is not."""

    bands: tuple[ReferenceRange, ...] = ()
    needs: str | None = None


class Judge:
    """The pack's ranges for one person, each looked up once."""

    def __init__(self, person: PersonFacts, names: Catalogue | None = None) -> None:
        self._names = names or labs().names
        self._view = view_of(person, self._names, None)
        self._found: dict[str, PackRange] = {}

    def range_of(self, analyte: Analyte) -> PackRange:
        """The band that surely holds, else every band that may hold with the first missing fact."""
        if analyte.id not in self._found:
            self._found[analyte.id] = self._look_up(analyte)
        return self._found[analyte.id]

    def _look_up(self, analyte: Analyte) -> PackRange:
        maybe: list[tuple[ReferenceRange, str]] = []
        for band in analyte.ranges:
            tri, missing = holds(band.person, self._view, self._names)
            if tri is Tri.YES:
                return PackRange((band,))
            if tri is Tri.UNKNOWN:
                maybe.append((band, missing[0]))
        return PackRange(tuple(band for band, _ in maybe), maybe[0][1] if maybe else None)


def _first(analyte: Analyte) -> tuple[float | None, float | None]:
    return (analyte.ranges[0].low, analyte.ranges[0].high) if analyte.ranges else (None, None)


def flag_of(value: float, band: ReferenceRange) -> Flag:
    """low, normal or high against one closed range."""
    if band.low is not None and value < band.low:
        return "low"
    return "high" if band.high is not None and value > band.high else "normal"
