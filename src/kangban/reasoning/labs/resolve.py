"""What a laboratory's name, unit and specimen mean together: one analyte, or honestly none."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import msgspec

from kangban.reasoning.labs.units import InUnit, in_unit, is_unit
from kangban.rules.analytes import AnalyteNames, NameMeaning, analyte_names, meaning_of
from kangban.rules.lab_names import fold_printed
from kangban.rules.lab_specimens import same_specimen, specimen_of
from kangban.rules.lab_units import read_unit
from kangban.rules.schema import Analyte

_MOST_CANDIDATES = 8


class LabName(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a printed name means. `analyte` is the pack's id, None where it is not settled; `loinc` may be None with it.

    `unit` is UCUM: the printed unit's, else the analyte's own. `candidates` are ids it may mean (a misspelt name has
    only candidates). `confidence` 0–1; above 0.8 exactly where `loinc` or `analyte` may be relied on. `unit_fits` is
    false where the one analyte of that name cannot have the printed unit.
    """

    canonical: str = ""
    unit: str = ""
    loinc: str | None = None
    analyte: str | None = None
    candidates: tuple[str, ...] = ()
    confidence: float = 0.0
    unit_fits: bool = True


@lru_cache(maxsize=32768)
def resolve_analyte(name: str, unit: str = "", specimen: str = "", panel: str = "", result: str = "") -> LabName:
    """The analyte a printed name means with its unit and specimen; ambiguous gives candidates and no LOINC.

    `panel` is the heading above the row and counts where no specimen is printed. `result` is "number" or "words" where
    the row's result is known: it tells a quantity from its qualitative twin.
    """
    names = analyte_names()
    meaning = meaning_of(name)
    if not meaning.ids:
        near = names.near(name)[:_MOST_CANDIDATES]
        return LabName(candidates=near, confidence=0.2 if near else 0.0)
    pool = _of_specimen(meaning, specimen, panel, names)
    if specimen.strip() and not specimen_of(specimen):  # sampled from we do not know where
        return LabName(candidates=tuple(a.id for a in pool[:_MOST_CANDIDATES]), confidence=0.3)
    pool = _of_count(pool, meaning.counts)
    fitting = _of_result(_of_unit(pool, unit), result, unit)
    if len(fitting) == 1 and meaning.whole:
        return _settled(fitting[0], name, unit)
    if not fitting and len(pool) == 1 and meaning.whole:
        one = pool[0]
        return LabName(one.name, one.unit, None, one.id, (one.id,), 0.4, unit_fits=False)
    left = fitting or pool or [names.by_id[i] for i in sorted(meaning.ids)]
    return LabName(candidates=tuple(a.id for a in left[:_MOST_CANDIDATES]), confidence=0.4 if len(left) == 1 else 0.3)


def _of_specimen(meaning: NameMeaning, specimen: str, panel: str, names: AnalyteNames) -> list[Analyte]:
    """Analytes of the specimen that is printed: the name's own word leads, then the column, then the heading."""
    everything = [names.by_id[i] for i in sorted(meaning.ids)]
    for said, binding in (
        ("any_blood" if meaning.specimen == "serum" else meaning.specimen, True),
        (specimen_of(specimen), True),
        (specimen_of(panel), False),
    ):
        if not said:
            continue
        same = [a for a in everything if same_specimen(said, a.specimen)]
        if not same and not binding:
            continue
        # Blood gas machines measure in whole blood, so "全血" is theirs where the pack has no row of its own for it.
        exact = [a for a in same if a.specimen == said] or [
            a for a in same if binding and said == "blood" and a.specimen == "arterial_blood"
        ]
        if exact and (said != "serum" or len(exact) < len(same)):
            return exact
        return [a for a in same if a.id in meaning.open] or same
    return [a for a in everything if a.id in meaning.open] or everything


def _of_count(pool: list[Analyte], counts: str) -> list[Analyte]:
    """What a "#", "%" or 定性 behind the name leaves; everything where it leaves nothing to choose."""
    if counts == "qualitative":
        return [a for a in pool if a.scale == "qualitative"]
    if counts not in ("count", "share"):
        return pool
    return [a for a in pool if _is_share(a) == (counts == "share")] if len(pool) > 1 else pool


def _of_unit(pool: list[Analyte], unit: str) -> list[Analyte]:
    """Analytes the printed unit can belong to; those whose pack names it before those it only could be reckoned for."""
    if not is_unit(unit):
        return pool
    fits = [(a, found) for a in pool if (found := in_unit(a, unit)) is not None]
    named = [a for a, found in fits if found.listed and a.scale == "quantitative"]
    return named or [a for a, _ in fits if a.scale == "quantitative"] or [a for a, _ in fits]


def _is_share(analyte: Analyte) -> bool:
    unit = read_unit(analyte.unit)
    return unit is not None and unit.measures == "share"


def _of_result(pool: list[Analyte], result: str, unit: str) -> list[Analyte]:
    if len(pool) < 2:
        return pool
    if is_unit(unit) or result == "number":
        return [a for a in pool if a.scale == "quantitative"] or pool
    # A quantity is printed with its unit, so a name without one is the qualitative test of the same specimen.
    if result == "words" or len({a.specimen for a in pool}) == 1:
        return [a for a in pool if a.scale == "qualitative"] or pool
    return pool


def _settled(analyte: Analyte, name: str, unit: str) -> LabName:
    fit = in_unit(analyte, unit) or InUnit(analyte.unit, 1.0, 0.0, analyte.loinc)
    if fit.only_named and not _names(fit.only_named, name):
        return LabName(analyte.name, analyte.unit, None, analyte.id, (analyte.id,), 0.4, unit_fits=False)
    loinc = fit.loinc
    if loinc is not None and _same_measure(fit.ucum, analyte.unit):
        loinc = next((t.loinc for t in analyte.named_terms if _names(t.names, name)), loinc)
    if analyte.scale == "qualitative" and is_unit(unit):
        loinc = None  # a strip read as a quantity is another term
    sure = 0.98 if is_unit(unit) or not analyte.unit else 0.9
    return LabName(analyte.name, fit.ucum, loinc, analyte.id, (analyte.id,), sure if loinc else min(sure, 0.85))


def _same_measure(one: str, other: str) -> bool:
    first, second = read_unit(one), read_unit(other)
    return one == other or (first is not None and second is not None and first.measures == second.measures)


def _names(known: Iterable[str], printed: str) -> bool:
    folded = fold_printed(printed)
    return any(fold_printed(k) in folded for k in known)
