"""The box against the household: one word for each thing and each person, the worst that is known or possible."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from kangban.clinical.finding import MedicineCheck
from kangban.clinical.person import MedicineUse, PersonFacts
from kangban.clinical.urgency import severity_rank
from kangban.reasoning.medication.advise import must_know
from kangban.reasoning.medication.check import check_medicines
from kangban.reasoning.medication.own_products import resolver_for
from kangban.reasoning.medication.person import view_of
from kangban.reasoning.medication.resolve import Resolver

# no: contraindicated or avoid · care: caution · ask: a missing fact could forbid it · none: nothing found in what was
# checked, which is not the same as safe · unchecked: in no catalogue
Mark = Literal["no", "care", "ask", "none", "unchecked"]


class Cell(msgspec.Struct, frozen=True):
    """One person and one thing of the box."""

    mark: Mark
    outcome: MedicineCheck


def cell(person: PersonFacts, name: str, using: Resolver | None = None) -> Cell:
    """What a check of one medicine says in one word. A grave finding speaks louder than a missing fact."""
    names = using or resolver_for(person)
    outcome = check_medicines(person, [MedicineUse(name)], names)
    if any(missing.name == name for missing in outcome.not_in_catalogue):
        return Cell("unchecked", outcome)
    worst = min((severity_rank(f.severity) for f in outcome.findings), default=severity_rank("note"))
    if worst <= severity_rank("avoid"):
        return Cell("no", outcome)
    # A part of it that only an insert of the family's own names.
    if any(missing.name.startswith(f"{name}: ") for missing in outcome.not_in_catalogue):
        return Cell("unchecked", outcome)
    if must_know(outcome, view_of(person, names.names, None)):
        return Cell("ask", outcome)
    return Cell("care" if worst <= severity_rank("caution") else "none", outcome)


def matrix(people: Sequence[PersonFacts], names: Sequence[str], using: Resolver | None = None) -> list[list[Cell]]:
    """A row for each name, a cell for each person, in the order given."""
    return [[cell(person, name, using) for person in people] for name in names]
