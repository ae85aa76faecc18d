"""The shipped packs: proved, honest about evidence, and as many as promised."""

from __future__ import annotations

from collections import Counter

import pytest

from kangban.clinical.person import PersonFacts
from kangban.clinical.urgency import severity_rank
from kangban.perception.language.read import read
from kangban.reasoning.medication.resolve import resolver
from kangban.reasoning.triage import triage
from kangban.rules.compiled import compile_packs, fingerprint, shipped
from kangban.rules.load import PACKS_ROOT, read_packs
from kangban.rules.proofs_sources import evidence_by_citation
from kangban.rules.prove import prove
from kangban.rules.schema import Person, RedFlag

PACKS = shipped().packs


def test_no_fault() -> None:
    assert prove(read_packs(PACKS_ROOT)) == []


def test_compiled_equals_read() -> None:
    assert compile_packs().packs == read_packs(PACKS_ROOT)
    assert compile_packs().fingerprint == fingerprint()


def test_counts_promised() -> None:
    names = {n for p in PACKS.products for n in p.names} | {
        n for i in PACKS.ingredients for n in (i.name, i.name_en, *i.aliases)
    }
    hidden = [p for p in PACKS.products if len(p.contains) >= 2 or (p.kind == "patent" and p.contains)]
    pairs = [x for i in PACKS.ingredients for x in i.interaction]
    assert len(PACKS.ingredients) >= 80
    assert len(names) >= 250
    assert len(hidden) >= 30
    assert len(pairs) >= 80
    assert len(PACKS.red_flags) >= 60
    assert len(PACKS.analytes) >= 60
    assert len(PACKS.foods) >= 60
    assert len(PACKS.articles) >= 80


def test_doses_and_compositions_rest_on_labels_that_were_read() -> None:
    known = evidence_by_citation(PACKS)
    for ingredient in PACKS.ingredients:
        for limit in ingredient.dose:
            assert any(known[c] == "read_label" for c in limit.citations), (ingredient.id, limit.key)
    for product in PACKS.products:
        if product.composition_recalled:
            assert not any(c.amount for c in product.contains), product.id
            continue
        assert any(known[c] == "read_label" for c in product.citations), product.id


def test_avoid_and_contraindicated_are_mostly_read() -> None:
    known = evidence_by_citation(PACKS)
    rows = [r for i in PACKS.ingredients for r in (*i.caution, *i.interaction)]
    grave = [r for r in rows if r.severity in ("avoid", "contraindicated")]
    read_rows = [r for r in grave if any(known[c] in ("read_label", "read_guideline") for c in r.citations)]
    assert len(read_rows) >= 0.8 * len(grave)


def test_nobody_claims_a_clinician() -> None:
    assert not any(r.clinician_reviewed for r in PACKS.reviews)
    words = Counter(w for r in PACKS.reviews for w in (r.author, r.checked_by))
    assert not any("doctor" in w.lower() or "医生" in w for w in words)


def _person(row: Person | None) -> PersonFacts:
    if row is None:
        return PersonFacts()
    age = row.age_from if row.age_from is not None else (row.age_below - 0.01 if row.age_below else None)
    weeks = row.weeks_from if row.weeks_from is not None else (row.weeks_below - 0.5 if row.weeks_below else None)
    return PersonFacts(
        age_years=age, sex=row.sex, pregnant=row.pregnant, pregnancy_weeks=weeks, breastfeeding=row.breastfeeding,
        conditions=row.conditions or None,
    )  # fmt: skip


@pytest.mark.parametrize("rule", PACKS.red_flags, ids=lambda r: r.id)
def test_red_flag_vectors(rule: RedFlag) -> None:
    person = _person(rule.example_person)
    for text in rule.examples:
        assert f"{rule.id}@{rule.version}" in [r.id for r in triage(read(text), person).rules], text
    for text in rule.counter_examples:
        assert f"{rule.id}@{rule.version}" not in [r.id for r in triage(read(text), person).rules], text


def test_a_row_that_silences_a_graver_class_row_rests_on_a_read_text() -> None:
    names, known = resolver().names, evidence_by_citation(PACKS)
    found: list[tuple[str, str]] = []
    for owner in PACKS.ingredients:
        classes = [r for r in owner.interaction if r.other.startswith("class:")]
        for row in owner.interaction:
            keys = names.keys.get(row.other, frozenset())
            if any(c.other in keys and severity_rank(c.severity) < severity_rank(row.severity) for c in classes):
                found.append((owner.id, row.other))
                assert {known[c] for c in row.citations} & {"read_label", "read_guideline"}, (owner.id, row.key)
    assert ("clopidogrel", "aspirin") in found


def test_a_class_that_is_combined_on_purpose_does_not_say_never() -> None:
    classes = resolver().names.classes
    for one in (classes[c] for c in ("antibiotic", "antiviral", "immunosuppressant", "antiplatelet")):
        assert one.duplicate == "caution"
        assert "不要同时" not in one.duplicate_message
        assert "Do not take" not in one.duplicate_message_en
