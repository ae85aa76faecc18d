"""Proofs of red flags, labs, diet and knowledge articles."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kangban.rules.faults import Fault
from kangban.rules.lab_names import fold_printed
from kangban.rules.lab_units import plain_unit, read_unit
from kangban.rules.load import Packs
from kangban.rules.names import fold
from kangban.rules.proofs_medication import FOODS, prove_person
from kangban.rules.proofs_sources import evidence_by_citation
from kangban.rules.schema import Analyte, Evidence, RedFlag, Symptom

CITE = re.compile(r"\[\^([^\]\s]+#[^\]\s]+)\]")
VITALS = {"temp", "sbp", "dbp", "hr", "spo2", "rr", "glucose"}


def _targets(packs: Packs) -> set[str]:
    return {i.id for i in packs.ingredients} | {f"class:{c.id}" for c in packs.drug_classes} | FOODS


def prove_red_flags(packs: Packs) -> Iterator[Fault]:
    """Concept and group ids known, unique; texts and return-if lists in both languages; examples given."""
    groups = [g.id for g in packs.groups]
    symptoms = {s.id for s in packs.symptoms}
    for one in sorted({g for g in groups if groups.count(g) > 1}):
        yield Fault(f"group {one}", "defined twice")
    seen: set[str] = set()
    for symptom in packs.symptoms:
        if symptom.id in seen:
            yield Fault(f"symptom {symptom.id}", "defined twice")
        seen.add(symptom.id)
        yield from _prove_symptom(symptom, set(groups), symptoms)
    ids = [r.id for r in packs.red_flags]
    for one in sorted({r for r in ids if ids.count(r) > 1}):
        yield Fault(f"red flag {one}", "defined twice")
    targets, conditions = _targets(packs), {c.id for c in packs.conditions}
    for rule in packs.red_flags:
        yield from _prove_rule(rule, symptoms, targets, conditions)


def _prove_symptom(row: Symptom, groups: set[str], symptoms: set[str]) -> Iterator[Fault]:
    place = f"symptom {row.id}"
    if not row.phrases and not row.combos:
        yield Fault(place, "cannot be found: no phrase and no combo")
    for combo in row.combos:
        for group in combo:
            if group not in groups:
                yield Fault(place, f"unknown group {group}")
    for one in row.implies:
        if one not in symptoms:
            yield Fault(place, f"implies unknown {one}")


def _prove_rule(rule: RedFlag, symptoms: set[str], targets: set[str], conditions: set[str]) -> Iterator[Fault]:
    place = f"red flag {rule.id}"
    if not rule.when:
        yield Fault(place, "never fires")
    for way in rule.when:
        for one in (*way.all, *way.any, *way.none):
            if one not in symptoms:
                yield Fault(place, f"unknown symptom {one}")
        if way.person is not None:
            yield from prove_person(place, way.person, targets, conditions)
            seen = way.person.observation
            if seen is not None and seen.code not in VITALS:
                yield Fault(place, f"unknown vital sign {seen.code}")
        if not way.all and not way.any and (way.person is None or way.person.observation is None):
            yield Fault(place, "a way to fire names neither symptom nor vital sign")
    if not all((rule.why, rule.why_en, rule.advice, rule.advice_en)):
        yield Fault(place, "a text is missing in one language")
    if len(rule.return_if) != len(rule.return_if_en):
        yield Fault(place, "return_if differs between languages")
    if rule.level == "self_care" and not rule.return_if:
        yield Fault(place, "self-care needs a return-if list")
    if len(rule.examples) < 3:
        yield Fault(place, "fewer than three examples")


def prove_labs(packs: Packs) -> Iterator[Fault]:
    """Unique ids, names and LOINC terms; units that can be read; ranges and critical values the right way round."""
    claimed: dict[tuple[str, str, str], str] = {}
    terms: dict[str, str] = {}
    known = evidence_by_citation(packs)
    ids = [a.id for a in packs.analytes]
    for one in sorted({i for i in ids if ids.count(i) > 1}):
        yield Fault(f"analyte {one}", "defined twice")
    for row in packs.analytes:
        yield from _prove_names(row, claimed)
        yield from _prove_terms(row, terms, known)
        yield from _prove_analyte(row)


def _prove_names(row: Analyte, claimed: dict[tuple[str, str, str], str]) -> Iterator[Fault]:
    """No name is claimed twice in one specimen for one unit: the unit must tell namesakes apart."""
    units = {""} if row.scale == "qualitative" else {plain_unit(u) for u in (row.unit, *row.unit_aliases)}
    for name in {fold_printed(n) for n in (row.name, row.name_en, *row.aliases, *row.printed, *row.within)}:
        for unit in units:
            owner = claimed.setdefault((row.specimen, name, unit), row.id)
            if owner != row.id:
                yield Fault(f"analyte {row.id}", f"shares the name {name} in {unit or 'no unit'} with {owner}")


def _prove_terms(row: Analyte, terms: dict[str, str], known: dict[str, Evidence]) -> Iterator[Fault]:
    place = f"analyte {row.id}"
    for code in {
        row.loinc, row.other_loinc, *(t.loinc for t in row.named_terms), *(o.loinc for o in row.other_units),
    } - {None}:  # fmt: skip
        if not re.fullmatch(r"\d{1,6}-\d", str(code)):
            yield Fault(place, f"{code} is no LOINC code")
        elif terms.setdefault(str(code), row.id) != row.id:
            yield Fault(place, f"shares {code} with {terms[str(code)]}")
    if row.loinc and not row.loinc_source:
        yield Fault(place, "does not say where its LOINC code was read")
    if row.loinc_source and row.loinc_source not in known:
        yield Fault(place, f"cites {row.loinc_source}, which no source has")


def _prove_analyte(row: Analyte) -> Iterator[Fault]:
    place = f"analyte {row.id}"
    if row.scale == "qualitative" and (row.unit or row.ranges):
        yield Fault(place, "is qualitative, so it has no unit and no range")
    if row.molar_mass is not None and (unit := read_unit(row.unit)) is not None and "/" not in unit.measures:
        yield Fault(place, "a molar mass without a mass or amount per something")
    if any(not o.factor for o in row.other_units):
        yield Fault(place, "a factor of zero")
    for band in row.ranges:
        if band.low is not None and band.high is not None and band.low >= band.high:
            yield Fault(place, "an empty range")
    lows = [band.low for band in row.ranges if band.low is not None]
    if row.critical_low is not None and lows and row.critical_low >= min(lows):
        yield Fault(place, "critical_low is not below the ranges")


def prove_diet(packs: Packs) -> Iterator[Fault]:
    """Known medicines and conditions, unique names."""
    targets, conditions = _targets(packs), {c.id for c in packs.conditions}
    seen: dict[str, str] = {}
    for food in packs.foods:
        for name in {fold(n) for n in (food.name, food.name_en, *food.aliases)}:
            if seen.setdefault(name, food.id) != food.id:
                yield Fault(f"food {food.id}", f"shares the name {name} with {seen[name]}")
        for advice in food.advice:
            place = f"food {food.id} {advice.key}"
            if advice.medicine and advice.medicine not in targets:
                yield Fault(place, f"unknown medicine {advice.medicine}")
            if advice.person is not None:
                yield from prove_person(place, advice.person, targets, conditions)


def prove_articles(packs: Packs) -> Iterator[Fault]:
    """Unique ids; every article cites, and every mark resolves."""
    known = evidence_by_citation(packs)
    seen: set[str] = set()
    for article in packs.articles:
        place = f"article {article.head.id}"
        if article.head.id in seen:
            yield Fault(place, "defined twice")
        seen.add(article.head.id)
        marks = CITE.findall(article.body)
        if not marks:
            yield Fault(place, "cites nothing")
        for mark in marks:
            if mark not in known:
                yield Fault(place, f"cites {mark}, which no source has")
