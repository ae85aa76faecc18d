"""Whose is it? Name, sex and age of a document against the chosen member, before anything else is done with it.

Whatever differs is asked. A document that names nobody is not held against anybody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from kangban.clinical.reading import Differs, Whose
from kangban.clinical.report import ReportPatient
from kangban.journeys.house import Member
from kangban.journeys.reports.names import Fit, better, fit, rank
from kangban.kernel.clock import age_years

# Whole years: hospitals round, and old people count a year more (虚岁).
YEARS_APART: Final = 1.0
# Where months are printed, or under three years.
MONTHS_APART: Final = 0.3
SMALL: Final = 3.0


def whose(
    patient: ReportPatient,
    on: date,
    chosen: Member,
    others: Sequence[Member],
    also_called: Mapping[str, Sequence[str]] | None = None,
) -> Whose:
    """Compare; `on` is the day of the document, `also_called` names that a person said were a member's, by member id.

    `others` may hold the chosen member, too.
    """
    known = also_called or {}
    spoken_against = _against(patient, chosen, on)
    if not patient.name.strip():
        matches = _matching(patient, on, chosen, others, known) if spoken_against else ()
        return Whose("differs", spoken_against, matches) if spoken_against else Whose("unnamed")
    here = _name_fit(patient.name, chosen, known)
    differs: tuple[Differs, ...] = spoken_against if here != "differs" else ("name", *spoken_against)
    matches = _matching(patient, on, chosen, others, known)
    fitting = [one for one in others if one.id in matches]
    if not differs and _as_good(patient.name, fitting, known, here):
        differs = ("several",)
    return Whose("differs", differs, matches) if differs else Whose("same")


def _as_good(name: str, matches: Sequence[Member], known: Mapping[str, Sequence[str]], here: Fit) -> bool:
    """Whether a masked, spelt out or shared name fits somebody else just as well."""
    return any(rank(_name_fit(name, one, known)) <= rank(here) for one in matches)


def _name_fit(name: str, member: Member, known: Mapping[str, Sequence[str]]) -> Fit:
    found = fit(name, member.patient.name)
    for other in known.get(member.id, ()):
        found = better(found, fit(name, other))
    return found


def _against(patient: ReportPatient, member: Member, on: date) -> tuple[Differs, ...]:
    """In what a document contradicts what is known about a member; a field that is missing contradicts nothing."""
    found: list[Differs] = []
    known = member.patient
    if patient.sex is not None and known.sex is not None and patient.sex != known.sex:
        found.append("sex")
    if known.born_on is not None:
        if patient.born_on is not None and patient.born_on != known.born_on:
            found.append("born_on")
        if patient.age_years is not None and not _age_fits(patient, known.born_on, on):
            found.append("age")
    return tuple(found)


def _age_fits(patient: ReportPatient, born_on: date, on: date) -> bool:
    said = patient.age_years
    assert said is not None  # noqa: S101 - the caller asked
    if on < born_on:
        return False
    real = age_years(born_on, on)
    if "月" in patient.age or "天" in patient.age or "日" in patient.age or said < SMALL or said != int(said):
        return abs(said - real) <= max(MONTHS_APART, 1.0 if said == int(said) and said >= 1 else 0.0)
    return abs(said - int(real)) <= YEARS_APART


def _matching(
    patient: ReportPatient, on: date, chosen: Member, others: Sequence[Member], known: Mapping[str, Sequence[str]]
) -> tuple[str, ...]:
    """Other members it would fit: nothing speaks against them, and the name fits or is missing; the best first."""
    found: list[tuple[int, str]] = []
    for one in others:
        if one.id == chosen.id or _against(patient, one, on):
            continue
        name = _name_fit(patient.name, one, known) if patient.name.strip() else "masked"
        told = patient.sex is not None or patient.age_years is not None or patient.born_on is not None
        if name != "differs" and (patient.name.strip() or told):
            found.append((rank(name), one.id))
    return tuple(id_ for _, id_ in sorted(found))
