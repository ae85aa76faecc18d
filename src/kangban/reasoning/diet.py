"""May this person eat this? Foods against conditions, medicines and states."""

from __future__ import annotations

from functools import lru_cache

import msgspec

from kangban.clinical.finding import Finding, UnknownFact
from kangban.clinical.person import PersonFacts
from kangban.clinical.urgency import Severity, severity_rank
from kangban.kernel.logic import Tri
from kangban.reasoning.medication.own_products import resolver_for
from kangban.reasoning.medication.person import holds, view_of
from kangban.rules.catalogue import Catalogue, catalogue
from kangban.rules.compiled import shipped
from kangban.rules.load import Packs
from kangban.rules.names import fold
from kangban.rules.schema import Food, FoodAdvice, Person


class FoodCheck(msgspec.Struct, frozen=True):
    """What was found about foods, worst first; foods not known; facts that are missing."""

    findings: tuple[Finding, ...]
    unknown: tuple[UnknownFact, ...]
    not_known: tuple[str, ...]


class Diet:
    """Foods by id and name."""

    def __init__(self, packs: Packs, names: Catalogue) -> None:
        self.names = names
        self.by_id = {f.id: f for f in packs.foods}
        self._by_name = {fold(n): f for f in packs.foods for n in (f.id, f.name, f.name_en, *f.aliases)}

    def find(self, name: str) -> Food | None:
        """The food a name means, or None."""
        return self._by_name.get(fold(name))


@lru_cache(maxsize=1)
def diet() -> Diet:
    """The shipped diet pack."""
    return Diet(shipped().packs, catalogue())


def check_foods(person: PersonFacts, foods: tuple[str, ...], using: Diet | None = None) -> FoodCheck:
    """Check foods (ids or names) for a person: conditions, medicines, pregnancy, age."""
    pack = using or diet()
    names = pack.names
    takes: dict[str, set[str]] = {}
    for use in person.medicines or ():
        named = resolver_for(person).resolve(use.name).named
        if named is not None:
            keys = frozenset[str]().union(*(names.keys.get(i, frozenset[str]()) for i, _ in named.contents))
            if named.drug_class is not None:
                keys = names.class_keys(named.drug_class.id)
            for key in keys:
                takes.setdefault(key, set()).add(use.name)
    view = view_of(person, names, frozenset(takes))
    found: list[Finding] = []
    unknown: dict[str, UnknownFact] = {}
    not_known: list[str] = []
    for name in foods:
        food = pack.find(name)
        if food is None:
            not_known.append(name)
            continue
        for row in food.advice:
            tri, missing = holds(row.person or Person(), view, names)
            medicines = takes.get(row.medicine, set()) if row.medicine else set[str]()
            if row.medicine and not medicines:
                if person.medicines is None and tri is not Tri.NO:
                    _miss(unknown, "medicines", row, food)
                continue
            if tri is Tri.YES:
                found.append(_finding(food, row, tuple(sorted(medicines))))
            elif tri is Tri.UNKNOWN:
                _miss(unknown, missing[0], row, food)
    found.sort(key=lambda f: (severity_rank(f.severity), f.rule))
    return FoodCheck(tuple(found), tuple(unknown.values()), tuple(not_known))


def _miss(unknown: dict[str, UnknownFact], fact: str, row: FoodAdvice, food: Food) -> None:
    old = unknown.get(fact)
    worst: Severity = row.severity
    if old is None or severity_rank(worst) < severity_rank(old.worst):
        unknown[fact] = UnknownFact(fact, row.message, row.message_en, worst, (food.name,))


def _finding(food: Food, row: FoodAdvice, medicines: tuple[str, ...]) -> Finding:
    return Finding(
        f"{food.id}.{row.key}@1", "food", row.severity, (food.name, *medicines), (), row.message, row.message_en,
        citations=row.citations,
    )  # fmt: skip
