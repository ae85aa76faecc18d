"""Triage: what was found in somebody's words, and who they are → how soon to act. No model, no wording.

Urgency only ever rises with evidence: soothing remarks are nobody's symptom, and nothing here reads them.
"""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache

import msgspec

from kangban.clinical.finding import TriageOutcome, TriageRule
from kangban.clinical.person import MedicineUse, PersonFacts
from kangban.clinical.urgency import Urgency, urgency_rank
from kangban.clinical.utterance import Utterance
from kangban.kernel.logic import Tri
from kangban.kernel.texts import t
from kangban.reasoning.medication.own_products import resolver_for
from kangban.reasoning.medication.person import PersonView, holds, seeing, view_of
from kangban.rules.catalogue import Catalogue, catalogue
from kangban.rules.compiled import shipped
from kangban.rules.load import Packs
from kangban.rules.schema import Person, RedFlag, When

VITALS = ("temp", "sbp", "dbp", "hr", "spo2", "rr", "glucose")
# For these the lowest reading is the worst; for all others the highest.
_LOW_IS_WORSE = {"spo2"}


class RedFlags:
    """The red-flag rules, indexed by the concepts that can make them fire."""

    def __init__(self, packs: Packs, names: Catalogue) -> None:
        self.names = names
        self.rules = packs.red_flags
        self.complaints = frozenset(s.id for s in packs.symptoms if s.complaint)
        self.labels = {s.id: (s.name, s.name_en) for s in packs.symptoms}
        self._by_concept: dict[str, list[RedFlag]] = defaultdict(list)
        self._by_vital: dict[str, list[RedFlag]] = defaultdict(list)
        for rule in packs.red_flags:
            for way in rule.when:
                for concept in {*way.all, *way.any}:
                    if rule not in self._by_concept[concept]:
                        self._by_concept[concept].append(rule)
                seen = way.person.observation if way.person else None
                if seen is not None and not way.all and not way.any:
                    self._by_vital[seen.code].append(rule)

    def candidates(self, present: frozenset[str], vitals: frozenset[str]) -> list[RedFlag]:
        """Rules that share at least one concept or vital sign with what was found."""
        found: dict[str, RedFlag] = {}
        for concept in present:
            for rule in self._by_concept.get(concept, ()):
                found[rule.id] = rule
        for code in vitals:
            for rule in self._by_vital.get(code, ()):
                found[rule.id] = rule
        return list(found.values())


class Facts(msgspec.Struct, frozen=True):
    """What a rule is asked with."""

    present: frozenset[str]
    view: PersonView
    hours: float | None


@lru_cache(maxsize=1)
def red_flags() -> RedFlags:
    """The shipped red flags."""
    return RedFlags(shipped().packs, catalogue())


def person_in_words(person: PersonFacts, said: Utterance) -> PersonFacts:
    """The person with what the words add: only facts the record does not have."""
    conditions = person.conditions
    if said.conditions:
        conditions = tuple(dict.fromkeys((*(conditions or ()), *said.conditions)))
    named = tuple(MedicineUse(d.name) for d in said.drugs if not d.negated and d.match != "misspelt")
    return msgspec.structs.replace(
        person,
        age_years=person.age_years if person.age_years is not None else said.age_years,
        sex=person.sex or said.sex,
        weight_kg=person.weight_kg if person.weight_kg is not None else said.weight_kg,
        pregnant=person.pregnant if person.pregnant is not None else said.pregnant,
        pregnancy_weeks=person.pregnancy_weeks if person.pregnancy_weeks is not None else said.pregnancy_weeks,
        breastfeeding=person.breastfeeding if person.breastfeeding is not None else said.breastfeeding,
        conditions=conditions,
        medicines=(*(person.medicines or ()), *named) or None,
    )


def _view(person: PersonFacts, said: Utterance, names: Catalogue) -> PersonView:
    takes: set[str] = set()
    for use in person.medicines or ():
        named = resolver_for(person).resolve(use.name).named
        if named is not None:
            if named.drug_class is not None:
                takes |= names.class_keys(named.drug_class.id)
            for ingredient, _ in named.contents:
                takes |= names.keys.get(ingredient, frozenset())
    view = view_of(person, names, frozenset(takes))
    readings = {c: v for c, v in view.observations.items() if c not in VITALS}
    for code in VITALS:
        values = [m.value for m in said.measures if m.code == code]
        values += [o.value for o in person.observations if o.code == code]
        if values:
            readings[code] = min(values) if code in _LOW_IS_WORSE else max(values)
            if code in ("glucose", "temp", "hr", "sbp"):
                readings[f"{code}:low"] = min(values)
    return seeing(view, readings)


def _fires(way: When, facts: Facts, names: Catalogue) -> bool:
    """Whether one way holds for certain; what is not known does not fire, it is asked about."""
    if not facts.present.issuperset(way.all) or not facts.present.isdisjoint(way.none):
        return False
    if way.any and len(facts.present.intersection(way.any)) < way.at_least:
        return False
    if way.hours_from is not None and (facts.hours is None or facts.hours < way.hours_from):
        return False
    if way.hours_below is not None and facts.hours is not None and facts.hours >= way.hours_below:
        return False
    if way.severity_from is not None:
        return False
    return way.person is None or _person_holds(way, facts, names)


def _person_holds(way: When, facts: Facts, names: Catalogue) -> bool:
    person = way.person or Person()
    view = facts.view
    seen = person.observation
    if seen is not None and seen.at_least is None and f"{seen.code}:low" in view.observations:
        low = view.observations[f"{seen.code}:low"]
        view = seeing(view, {**view.observations, seen.code: low})
    return holds(person, view, names)[0] is Tri.YES


def _could_fire(way: When, facts: Facts, names: Catalogue) -> str | None:
    """The one missing fact (age_years, pregnant …) that could make a way fire, or None."""
    if way.person is None or not facts.present.issuperset(way.all) or not facts.present.isdisjoint(way.none):
        return None
    if way.any and len(facts.present.intersection(way.any)) < way.at_least:
        return None
    tri, missing = holds(way.person, facts.view, names)
    return missing[0] if tri is Tri.UNKNOWN and len(missing) == 1 else None


def triage(said: Utterance, person: PersonFacts, using: RedFlags | None = None) -> TriageOutcome:
    """Urgency of an utterance about a person; unknown only where the text holds no complaint.

    Where words and record disagree on age or pregnancy both readings are judged, and the more urgent wins.
    """
    flags = using or red_flags()
    outcome = _judge(said, person_in_words(person, said), flags)
    if _disagree(said, person):
        other = msgspec.structs.replace(
            person,
            age_years=said.age_years if said.age_years is not None else person.age_years,
            pregnant=said.pregnant if said.pregnant is not None else person.pregnant,
        )
        second = _judge(said, person_in_words(other, said), flags)
        if urgency_rank(second.urgency) < urgency_rank(outcome.urgency):
            return second
    return outcome


def _disagree(said: Utterance, person: PersonFacts) -> bool:
    ages = said.age_years is not None and person.age_years is not None and abs(said.age_years - person.age_years) > 1
    return ages or (said.pregnant is True and person.pregnant is False)


def _judge(said: Utterance, person: PersonFacts, flags: RedFlags) -> TriageOutcome:
    present = said.present()
    measured = frozenset(m.code for m in said.measures if m.code in VITALS)
    if said.general or not (present & flags.complaints or measured):
        return _nothing(said)
    view = _view(person, said, flags.names)
    facts = Facts(present, view, said.hours)
    fired: list[RedFlag] = []
    asks: dict[str, int] = {}
    for rule in flags.candidates(present, measured):
        if any(_fires(way, facts, flags.names) for way in rule.when):
            fired.append(rule)
            continue
        for way in rule.when:
            fact = _could_fire(way, facts, flags.names)
            if fact is not None:
                asks[fact] = min(asks.get(fact, 9), urgency_rank(rule.level))
    return _outcome(fired, asks, present, flags)


def _nothing(said: Utterance) -> TriageOutcome:
    return TriageOutcome("unknown", (), "", "", complaints=tuple(sorted(said.present())))


def _outcome(fired: list[RedFlag], asks: dict[str, int], present: frozenset[str], flags: RedFlags) -> TriageOutcome:
    complaints = tuple(sorted(present & flags.complaints))
    if not fired:
        if not complaints:
            return TriageOutcome("unknown", (), "", "")
        return TriageOutcome(
            "this_week", (), t("triage.unmatched", "zh"), t("triage.unmatched", "en"),
            (t("triage.return_if", "zh"),), (t("triage.return_if", "en"),), complaints=complaints,
            asks=_sorted_asks(asks, 2),
        )  # fmt: skip
    # Of rules of one level the narrowest tells best why.
    fired.sort(key=lambda r: (urgency_rank(r.level), _breadth(r), r.id))
    top = fired[0]
    level: Urgency = top.level
    same = [r for r in fired if r.level == level]
    calls = tuple(dict.fromkeys(number for r in fired for number in r.call if r.level == level))
    if level == "emergency" and not calls:
        calls = ("120",)
    return TriageOutcome(
        level,
        tuple(TriageRule(f"{r.id}@{r.version}", r.level, r.why, r.why_en, r.citations) for r in fired),
        top.advice,
        top.advice_en,
        tuple(dict.fromkeys(x for r in same for x in r.return_if)),
        tuple(dict.fromkeys(x for r in same for x in r.return_if_en)),
        calls,
        _sorted_asks(asks, urgency_rank(level)),
        complaints,
    )


def _breadth(rule: RedFlag) -> int:
    return len({c for way in rule.when for c in (*way.all, *way.any)})


def _sorted_asks(asks: dict[str, int], rank: int) -> tuple[str, ...]:
    return tuple(f for f, r in sorted(asks.items(), key=lambda pair: (pair[1], pair[0])) if r < rank)
