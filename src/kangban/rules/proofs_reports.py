"""Proofs of the reports pack: known results, both languages, plain words, a vector on every edge."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from kangban.rules.faults import Fault
from kangban.rules.glossary import Glossary
from kangban.rules.load import Packs
from kangban.rules.plain import LONGEST, length, unplain
from kangban.rules.proofs_medication import FOODS, prove_person
from kangban.rules.schema import Pattern, Term, ValueIs
from kangban.rules.schema.reports import Derived


def prove_reports(packs: Packs) -> Iterator[Fault]:
    """Patterns, terms and variations of the reports pack."""
    known = {a.id for a in packs.analytes} | set(get_args(Derived))
    targets = {i.id for i in packs.ingredients} | {f"class:{c.id}" for c in packs.drug_classes} | FOODS
    conditions = {c.id for c in packs.conditions}
    seen: set[str] = set()
    for pattern in packs.patterns:
        place = f"pattern {pattern.id}"
        if pattern.id in seen:
            yield Fault(place, "defined twice")
        seen.add(pattern.id)
        yield from _prove_texts(place, pattern)
        yield from _prove_ways(place, pattern, known)
        yield from _prove_vectors(place, pattern)
        for way in pattern.way:
            yield from prove_person(place, way.person, targets, conditions)
    yield from _prove_terms(packs.terms, known)
    for moved in packs.variations:
        if moved.of not in known:
            yield Fault(f"variation {moved.of}", "unknown analyte")
        if moved.percent <= 0:
            yield Fault(f"variation {moved.of}", "a variation is more than nothing")


def conditions_of(pattern: Pattern) -> Iterator[ValueIs]:
    """Every condition of a pattern, over all its ways."""
    for way in pattern.way:
        yield from (*way.values, *way.any)


def _prove_texts(place: str, pattern: Pattern) -> Iterator[Fault]:
    for lang, texts in (
        ("zh", (pattern.what, pattern.means, pattern.next, *pattern.ask)),
        ("en", (pattern.what_en, pattern.means_en, pattern.next_en, *pattern.ask_en)),
    ):
        for text in texts:
            if not text.strip():
                yield Fault(place, f"a text is missing in {lang}")
            for what in unplain(text, lang):
                yield Fault(place, what)
    if len(pattern.ask) != len(pattern.ask_en):
        yield Fault(place, "questions differ between languages")


def _prove_ways(place: str, pattern: Pattern, known: set[str]) -> Iterator[Fault]:
    if not pattern.way:
        yield Fault(place, "never holds")
    for way in pattern.way:
        if not way.values and not way.any:
            yield Fault(place, "a way names no result")
        for name in way.absent:
            if name not in known:
                yield Fault(place, f"unknown analyte {name}")
    for one in conditions_of(pattern):
        if one.of not in known:
            yield Fault(place, f"unknown analyte {one.of}")
        if one.cut is not None and one.positive is None:
            yield Fault(place, f"{one.of}: a cut without positive")
        if (one.rose is None) != (one.within_days is None):
            yield Fault(place, f"{one.of}: rose and within_days belong together")
        if one == ValueIs(of=one.of):
            yield Fault(place, f"{one.of}: says nothing")


def _prove_vectors(place: str, pattern: Pattern) -> Iterator[Fault]:
    """One that holds, one that does not, and one on every edge; a test runs them."""
    for wanted in ("yes", "no"):
        if all(v.holds != wanted for v in pattern.vectors):
            yield Fault(place, f"no vector that gives {wanted}")
    for one in conditions_of(pattern):
        if one.of in get_args(Derived):
            continue
        for edge in (one.at_least, one.below, one.cut):
            if edge is not None and all(v.values.get(one.of) != edge for v in pattern.vectors):
                yield Fault(place, f"no vector on the edge {one.of} = {edge:g}")


def _prove_terms(terms: tuple[Term, ...], known: set[str]) -> Iterator[Fault]:
    glossary = Glossary(terms)
    seen: dict[str, str] = {}
    for term in terms:
        place = f"term {term.id}"
        for lang, names, gloss in (("zh", term.names, term.gloss), ("en", term.names_en, term.gloss_en)):
            if not names or not gloss.strip():
                yield Fault(place, f"name or gloss is missing in {lang}")
                continue
            for name in names:
                key = f"{lang}:{name.casefold()}"
                if seen.setdefault(key, term.id) != term.id:
                    yield Fault(place, f"shares the name {name} with {seen[key]}")
            told = max((f"{n}：{gloss}。" if lang == "zh" else f"{n}: {gloss}." for n in names), key=len)
            if length(told, lang) > LONGEST[lang]:
                yield Fault(place, f"name and gloss are too long: {told}")
            others = {t.id for _, t in glossary.find(gloss, lang)} - {term.id}
            if others:
                yield Fault(place, f"its gloss needs a gloss: {', '.join(sorted(others))}")
        for analyte in term.analytes:
            if analyte not in known:
                yield Fault(place, f"unknown analyte {analyte}")
