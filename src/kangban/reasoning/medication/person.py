"""Conditions on a person, evaluated three-valued, with the facts that are missing."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from kangban.clinical.person import PersonFacts
from kangban.kernel.logic import Tri, all_of
from kangban.rules.catalogue import Catalogue
from kangban.rules.formulas import weight_fits_age
from kangban.rules.names import fold
from kangban.rules.schema import Person

Answer = tuple[Tri, tuple[str, ...]]  # whether it holds, and with UNKNOWN the facts that are missing
NOBODY: Answer = (Tri.NO, ())
EVERYBODY: Answer = (Tri.YES, ())

# Outside these ages pregnancy and breastfeeding are taken as "no" without asking.
FERTILE_FROM, FERTILE_BELOW = 10.0, 60.0


class PersonView(msgspec.Struct, frozen=True):
    """A person's facts in the vocabulary of the packs; built once per check."""

    age: float | None
    weight: float | None
    sex: str | None
    pregnant: bool | None
    weeks: float | None
    breastfeeding: bool | None
    egfr: float | None
    conditions: frozenset[str] | None
    allergy_keys: frozenset[str] | None
    takes: frozenset[str] | None
    observations: dict[str, float]
    unread_conditions: tuple[str, ...] = ()
    unread_allergies: tuple[str, ...] = ()
    doubted_weight: float | None = None  # a weight that cannot belong to the age: taken as unknown
    # What was answered already: packs ask of one person the same few things over and over. Another view needs its own
    # (`seeing`), or it would be told what held for this one.
    held: dict[Person, Answer] = msgspec.field(default_factory=dict[Person, Answer])


def view_of(facts: PersonFacts, catalogue: Catalogue, takes: frozenset[str] | None) -> PersonView:
    """Translate a person's words into ids. Words that mean nothing known are kept as unread, never dropped."""
    conditions, unread = _conditions(facts.conditions, catalogue)
    allergies, unread_allergies = allergy_keys(facts.allergies, catalogue)
    barren = facts.sex == "male" or (
        facts.age_years is not None and not FERTILE_FROM <= facts.age_years < FERTILE_BELOW
    )
    doubted = (
        facts.weight_kg is not None
        and facts.age_years is not None
        and not weight_fits_age(facts.weight_kg, facts.age_years)
    )
    return PersonView(
        age=facts.age_years,
        weight=None if doubted else facts.weight_kg,
        doubted_weight=facts.weight_kg if doubted else None,
        sex=facts.sex,
        pregnant=False if barren and facts.pregnant is None else facts.pregnant,
        weeks=facts.pregnancy_weeks,
        breastfeeding=False if barren and facts.breastfeeding is None else facts.breastfeeding,
        egfr=facts.egfr,
        conditions=conditions,
        allergy_keys=allergies,
        takes=takes,
        observations={o.code: o.value for o in facts.observations},
        unread_conditions=unread,
        unread_allergies=unread_allergies,
    )


def seeing(view: PersonView, observations: dict[str, float]) -> PersonView:
    """The same person with other measured values."""
    return msgspec.structs.replace(view, observations=observations, held={})


def _conditions(words: tuple[str, ...] | None, catalogue: Catalogue) -> tuple[frozenset[str] | None, tuple[str, ...]]:
    if words is None:
        return None, ()
    found: set[str] = set()
    unread: list[str] = []
    for word in words:
        ids = catalogue.conditions_of(word)
        found |= ids
        if not ids:
            unread.append(word)
    return frozenset(found), tuple(unread)


def allergy_keys(words: tuple[str, ...] | None, catalogue: Catalogue) -> tuple[frozenset[str] | None, tuple[str, ...]]:
    """Ingredient ids and "class:…" keys somebody is allergic to; words that name no medicine are unread."""
    if words is None:
        return None, ()
    keys: set[str] = set()
    unread: list[str] = []
    for word in words:
        named = catalogue.by_name.get(fold(word)) or catalogue.by_name.get(_bare(word))
        if named is None:
            unread.append(word)
        elif named.drug_class is not None:
            keys.add(named.id)
        else:
            keys |= {ingredient for ingredient, _ in named.contents}
    return frozenset(keys), tuple(unread)


def _bare(word: str) -> str:
    folded = fold(word)
    for ending in ("过敏", "类抗生素", "类药物", "类药", "类", "药物", "allergy", "antibiotics", "drugs"):
        folded = folded.removesuffix(ending)
    return folded


def _band(value: float | None, low: float | None, high: float | None, fact: str, missing: list[str]) -> Tri:
    if value is None:
        missing.append(fact)
        return Tri.UNKNOWN
    return Tri.of((low is None or value >= low) and (high is None or value < high))


def holds(row: Person, view: PersonView, catalogue: Catalogue) -> tuple[Tri, tuple[str, ...]]:
    """Whether everything in `row` holds for the person; with UNKNOWN the names of missing facts."""
    found = view.held.get(row)
    if found is None:
        missing: list[str] = []
        if all_of(_parts(row, view, catalogue, missing)) is Tri.NO:
            found = NOBODY
        else:
            found = (Tri.UNKNOWN, tuple(dict.fromkeys(missing))) if missing else EVERYBODY
        view.held[row] = found
    return found


def _flag(value: bool | None, wanted: bool, fact: str, missing: list[str]) -> Tri:
    if value is None:
        missing.append(fact)
        return Tri.UNKNOWN
    return Tri.of(value is wanted)


def _parts(row: Person, view: PersonView, catalogue: Catalogue, missing: list[str]) -> Iterable[Tri]:
    if row.age_from is not None or row.age_below is not None:
        yield _band(view.age, row.age_from, row.age_below, "age_years", missing)
    if row.weight_from is not None or row.weight_below is not None:
        yield _band(view.weight, row.weight_from, row.weight_below, "weight_kg", missing)
    if row.sex is not None:
        yield _flag(None if view.sex is None else view.sex == row.sex, True, "sex", missing)
    if row.pregnant is not None or row.weeks_from is not None or row.weeks_below is not None:
        yield _flag(view.pregnant, row.pregnant is not False, "pregnant", missing)
        if view.pregnant is not False and (row.weeks_from is not None or row.weeks_below is not None):
            yield _band(view.weeks, row.weeks_from, row.weeks_below, "pregnancy_weeks", missing)
    if row.breastfeeding is not None:
        yield _flag(view.breastfeeding, row.breastfeeding, "breastfeeding", missing)
    if row.egfr_from is not None or row.egfr_below is not None:
        yield _band(view.egfr, row.egfr_from, row.egfr_below, "egfr", missing)
    if row.conditions:
        yield _any_in(row.conditions, view.conditions, "conditions", missing)
    if row.allergies:
        yield _any_in(_widen(row.allergies, catalogue), view.allergy_keys, "allergies", missing)
    if row.takes:
        yield _any_in(row.takes, view.takes, "medicines", missing)
    if row.observation is not None:
        seen = row.observation
        value = view.observations.get(seen.code)
        yield _band(value, seen.at_least, seen.below, seen.code, missing)


def _any_in(
    wanted: tuple[str, ...] | frozenset[str], have: frozenset[str] | None, fact: str, missing: list[str]
) -> Tri:
    if have is None:
        missing.append(fact)
        return Tri.UNKNOWN
    return Tri.NO if have.isdisjoint(wanted) else Tri.YES


def _widen(wanted: tuple[str, ...], catalogue: Catalogue) -> frozenset[str]:
    """A key like "class:penicillin" is also met by an allergy to any ingredient of that class."""
    return frozenset(wanted).union(*(catalogue.members.get(w, frozenset()) for w in wanted))
