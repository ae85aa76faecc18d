"""A laboratory value in another unit of the same analyte, and the LOINC term that unit makes it."""

from __future__ import annotations

from functools import lru_cache

import msgspec

from kangban.rules.lab_units import LabUnit, plain_unit, read_unit
from kangban.rules.schema import Analyte

# What stands in a unit column where there is no unit.
NO_UNIT = frozenset({"", "-", "--", "---", "/", "//", "无", "none", "ratio", "比值", "n/a", "na", "1", "*"})


_FARTHEST = 2000.0


class InUnit(msgspec.Struct, frozen=True):
    """How a printed unit belongs to an analyte: value × factor + offset is in the analyte's own unit."""

    ucum: str
    factor: float
    offset: float
    loinc: str | None
    listed: bool = True  # the pack names the unit; else it was only reckoned from the same measure
    only_named: tuple[str, ...] = ()


def is_unit(printed: str) -> bool:
    """Whether a unit column says anything at all."""
    return plain_unit(printed) not in NO_UNIT


@lru_cache(maxsize=16384)
def in_unit(analyte: Analyte, printed: str) -> InUnit | None:
    """How the printed unit belongs to the analyte; None where it cannot. No unit is the analyte's own."""
    said = plain_unit(printed)
    if said in NO_UNIT or said in {plain_unit(u) for u in (analyte.unit, *analyte.unit_aliases)}:
        return InUnit(analyte.unit, 1.0, 0.0, analyte.loinc)
    for other in analyte.other_units:
        if said in {plain_unit(u) for u in (other.unit, *other.aliases)}:
            loinc = other.loinc or _term(analyte, other.unit)
            return InUnit(other.unit, other.factor, other.offset, loinc, only_named=other.only_named)
    unit = read_unit(printed)
    found = None if unit is None else _computed(analyte, unit)
    # A unit a thousandfold and more away from every listed one is another analyte's (progesterone in mmol/L).
    return found if found is not None and 1 / _FARTHEST <= found.factor <= _FARTHEST else None


def _computed(analyte: Analyte, unit: LabUnit) -> InUnit | None:
    own = read_unit(analyte.unit)
    if own is None:
        return None
    if unit.measures == own.measures:
        return InUnit(unit.ucum, unit.scale / own.scale, 0.0, analyte.loinc, listed=False)
    for other in analyte.other_units:
        listed = read_unit(other.unit)
        if listed is not None and not other.offset and listed.measures == unit.measures:
            factor = unit.scale / listed.scale * other.factor
            loinc = other.loinc or _term(analyte, other.unit)
            return InUnit(unit.ucum, factor, 0.0, loinc, listed=False, only_named=other.only_named)
    per_mole = _mass_per_mole(analyte, unit, own)
    return None if per_mole is None else InUnit(unit.ucum, per_mole, 0.0, analyte.other_loinc, listed=False)


def _mass_per_mole(analyte: Analyte, unit: LabUnit, own: LabUnit) -> float | None:
    """The factor between mass and moles per the same thing, by the molar mass; None where it is no such pair."""
    kind, _, per = unit.measures.partition("/")
    own_kind, _, own_per = own.measures.partition("/")
    if analyte.molar_mass is None or per != own_per:
        return None
    if (kind, own_kind) == ("mass", "moles"):
        return unit.scale / analyte.molar_mass / own.scale
    return unit.scale * analyte.molar_mass / own.scale if (kind, own_kind) == ("moles", "mass") else None


def _term(analyte: Analyte, ucum: str) -> str | None:
    """The analyte's own LOINC where a listed unit measures the same (°F for ℃), else the other one."""
    own, listed = read_unit(analyte.unit), read_unit(ucum)
    same = own is None or listed is None or own.measures == listed.measures
    return analyte.loinc if same else analyte.other_loinc


def in_own_unit(analyte: Analyte, value: float, unit: str) -> float | None:
    """The value in the analyte's own unit; None when the unit cannot belong to it. No unit = its own."""
    found = in_unit(analyte, unit)
    if found is None:
        return None
    if found.factor == 1.0 and found.offset == 0.0:
        return value
    return _plain(value * found.factor + found.offset)


def from_own_unit(analyte: Analyte, value: float, unit: str) -> float | None:
    """A value in the analyte's own unit, in the printed one; None when the unit cannot belong to it."""
    found = in_unit(analyte, unit)
    return None if found is None else _plain((value - found.offset) / found.factor)


def _plain(value: float) -> float:
    """Seven significant digits: more than any laboratory prints, fewer than binary fractions show."""
    return float(f"{value:.7g}")
