"""Proofs of what a medicine is for and how it is taken and kept."""

from __future__ import annotations

from collections.abc import Iterator

from kangban.rules.faults import Fault
from kangban.rules.load import Packs
from kangban.rules.proofs_medication import prove_person
from kangban.rules.proofs_sources import evidence_by_citation
from kangban.rules.schema import Evidence, Indication, Practical

_READ = ("read_label", "read_guideline")
OFFERED = ("otc_a", "otc_b", "supplement")


def prove_use(packs: Packs) -> Iterator[Fault]:
    """Complaints known, both languages there, indications read from a label or guideline."""
    complaints = {s.id for s in packs.symptoms}
    known = evidence_by_citation(packs)
    conditions = {c.id for c in packs.conditions}
    targets = {i.id for i in packs.ingredients} | {f"class:{c.id}" for c in packs.drug_classes}
    for thing, rows in [*((f"ingredient {i.id}", i.indication) for i in packs.ingredients),
                        *((f"product {p.id}", p.indication) for p in packs.products)]:  # fmt: skip
        for row in rows:
            place = f"{thing} indication {row.key}"
            yield from _prove_indication(place, row, complaints, known)
            yield from prove_person(place, row.person, targets, conditions)
    for ingredient in packs.ingredients:
        for row in ingredient.practical:
            yield from _prove_practical(f"ingredient {ingredient.id} practical {row.key}", row)


def _prove_indication(place: str, row: Indication, complaints: set[str], known: dict[str, Evidence]) -> Iterator[Fault]:
    if not row.text.strip() or not row.text_en.strip():
        yield Fault(place, "text missing in one language")
    if not row.complaints:
        yield Fault(place, "names no complaint")
    for one in (*row.complaints, *row.unless):
        if one not in complaints:
            yield Fault(place, f"unknown complaint {one}")
    if not any(known.get(c) in _READ for c in row.citations):
        yield Fault(place, "an indication needs a label or guideline that was read")


def _prove_practical(place: str, row: Practical) -> Iterator[Fault]:
    if not row.text.strip() or not row.text_en.strip():
        yield Fault(place, "text missing in one language")
    for topic, number in (("opened_life", row.days), ("spacing", row.minutes)):
        if (row.topic == topic) != (number is not None):
            yield Fault(place, f"{topic} and its number belong together")
