"""Proofs of the medication pack: ids, names, amounts, bands, evidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from kangban.kernel.quantity import find_amount
from kangban.rules.faults import Fault
from kangban.rules.load import Packs
from kangban.rules.names import fold
from kangban.rules.proofs_sources import evidence_by_citation
from kangban.rules.schema import Caution, DoseLimit, Ingredient, Person

_FOOD_WORDS = "alcohol grapefruit dairy vitamin_k tyramine salt caffeine high_fibre any licorice potassium soy"
_FLAVOUR = {"menthol"}  # mint oil in a tablet is a taste; what menthol warns of is meant for rubs and drops
FOODS = {f"food:{word}" for word in _FOOD_WORDS.split()}


def prove_medication(packs: Packs) -> Iterator[Fault]:
    """Ids known, names unique, amounts readable, dose bands disjoint, compositions from read labels."""
    ingredients = {i.id for i in packs.ingredients}
    classes = {c.id for c in packs.drug_classes}
    conditions = {c.id for c in packs.conditions}
    targets = ingredients | {f"class:{c}" for c in classes} | FOODS
    yield from _unique("ingredient", [i.id for i in packs.ingredients])
    yield from _unique("product", [p.id for p in packs.products])
    yield from _unique("class", [c.id for c in packs.drug_classes])
    yield from _unique("condition", [c.id for c in packs.conditions])
    for row in packs.drug_classes:
        for parent in row.parents:
            if parent not in classes:
                yield Fault(f"class {row.id}", f"unknown parent {parent}")
    for ingredient in packs.ingredients:
        yield from _prove_ingredient(ingredient, classes, targets, conditions)
    yield from _prove_products(packs, ingredients, targets, conditions)
    yield from _prove_herbs(packs)
    yield from _prove_names(packs)
    yield from _prove_evidence(packs)


def _unique(what: str, ids: list[str]) -> Iterator[Fault]:
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            yield Fault(f"{what} {one}", "defined twice")
        seen.add(one)


def _prove_ingredient(row: Ingredient, classes: set[str], targets: set[str], conditions: set[str]) -> Iterator[Fault]:
    place = f"ingredient {row.id}"
    for one in row.classes:
        if one not in classes:
            yield Fault(place, f"unknown class {one}")
    keys = [
        each.key for part in (row.dose, row.caution, row.interaction, row.practical, row.indication) for each in part
    ]
    yield from _unique(f"{place} key", keys)
    for limit in row.dose:
        yield from _prove_dose(f"{place} dose {limit.key}", limit)
    for first_at, first in enumerate(row.dose):
        for second in row.dose[first_at + 1 :]:
            if first.route == second.route and _overlap(first, second):
                yield Fault(f"{place} dose {first.key}", f"overlaps {second.key} for the same persons")
    for caution in row.caution:
        yield from prove_person(f"{place} caution {caution.key}", caution.person, targets, conditions)
        yield from _prove_texts(f"{place} caution {caution.key}", caution)
    for pair in row.interaction:
        at = f"{place} interaction {pair.key}"
        if pair.other not in targets:
            yield Fault(at, f"unknown other {pair.other}")
        if pair.other == row.id:
            yield Fault(at, "interacts with itself")


def _prove_texts(place: str, row: Caution) -> Iterator[Fault]:
    if not row.message.strip() or not row.message_en.strip():
        yield Fault(place, "message missing in one language")
    if bool(row.instead) != bool(row.instead_en):
        yield Fault(place, "instead missing in one language")


def _prove_dose(place: str, row: DoseLimit) -> Iterator[Fault]:
    for name in ("max_single", "max_daily", "max_single_per_kg", "max_daily_per_kg"):
        text: str = getattr(row, name)
        if not text:
            continue
        amount = find_amount(text)
        if amount is None:
            yield Fault(place, f"{name} is no amount: {text}")
        elif (amount.per == "kg") != name.endswith("_per_kg"):
            yield Fault(place, f"{name} must {'' if name.endswith('_per_kg') else 'not '}be per kg")
    if not row.jurisdiction:
        yield Fault(place, "no jurisdiction")


def _overlap(first: DoseLimit, second: DoseLimit) -> bool:
    def bands(p: Person) -> tuple[tuple[float, float], tuple[float, float]]:
        age = (p.age_from or 0.0, 1e9 if p.age_below is None else p.age_below)
        weight = (p.weight_from or 0.0, 1e9 if p.weight_below is None else p.weight_below)
        return age, weight

    if first.jurisdiction != second.jurisdiction:
        return False
    if any((p.conditions or p.pregnant is not None or p.egfr_below is not None) for p in (first.person, second.person)):
        return False
    pairs = zip(bands(first.person), bands(second.person), strict=True)
    return all(max(a[0], b[0]) < min(a[1], b[1]) for a, b in pairs)


def prove_person(place: str, person: Person, targets: set[str], conditions: set[str]) -> Iterator[Fault]:
    """Bands the right way round, condition and medicine ids known."""
    bands = (
        (person.age_from, person.age_below),
        (person.weight_from, person.weight_below),
        (person.weeks_from, person.weeks_below),
        (person.egfr_from, person.egfr_below),
    )
    for low, high in bands:
        if low is not None and high is not None and low >= high:
            yield Fault(place, f"empty band {low}–{high}")
    for one in person.conditions:
        if one not in conditions:
            yield Fault(place, f"unknown condition {one}")
    for one in (*person.allergies, *person.takes):
        if one not in targets:
            yield Fault(place, f"unknown medicine {one}")


def _prove_products(packs: Packs, ingredients: set[str], targets: set[str], conditions: set[str]) -> Iterator[Fault]:
    for product in packs.products:
        place = f"product {product.id}"
        for content in product.contains:
            if content.ingredient not in ingredients:
                yield Fault(place, f"unknown ingredient {content.ingredient}")
            if content.amount is not None and find_amount(content.amount) is None:
                yield Fault(place, f"amount of {content.ingredient} is no amount: {content.amount}")
            if content.amount is not None and not product.unit:
                yield Fault(place, "has amounts but no unit they are per")
        if not product.contains and product.kind != "patent":
            yield Fault(place, "contains nothing")
        for caution in product.caution:
            yield from prove_person(f"{place} caution {caution.key}", caution.person, targets, conditions)
            yield from _prove_texts(f"{place} caution {caution.key}", caution)


def _prove_herbs(packs: Packs) -> Iterator[Fault]:
    """A herb the catalogue knows is checked, not only listed."""
    known = {fold(name): i.id for i in packs.ingredients for name in (i.name, *i.aliases)}
    for product in packs.products:
        checked = {content.ingredient for content in product.contains} | _FLAVOUR
        for herb in () if product.applied else product.herbs:
            ingredient = known.get(fold(herb))
            if ingredient is not None and ingredient not in checked:
                yield Fault(f"product {product.id}", f"the herb {herb} is not among what it contains")


def _prove_names(packs: Packs) -> Iterator[Fault]:
    owners: dict[str, set[str]] = defaultdict(set)
    for i in packs.ingredients:
        for name in (i.name, i.name_en, *i.aliases):
            owners[fold(name)].add(f"ingredient {i.id}")
    for p in packs.products:
        for name in p.names:
            owners[fold(name)].add(f"product {p.id}")
    for name, whose in sorted(owners.items()):
        if len(whose) > 1:
            yield Fault(", ".join(sorted(whose)), f"the name {name} belongs to several")


def _prove_evidence(packs: Packs) -> Iterator[Fault]:
    known = evidence_by_citation(packs)
    for i in packs.ingredients:
        for limit in i.dose:
            if not any(known.get(c) == "read_label" for c in limit.citations):
                yield Fault(f"ingredient {i.id} dose {limit.key}", "a dose needs a label that was read")
        for row in (*i.caution, *i.interaction):
            only_recalled = all(known.get(c) == "recalled" for c in row.citations)
            if only_recalled and row.severity in ("contraindicated", "avoid"):
                yield Fault(f"ingredient {i.id} {row.key}", "recalled facts may only be caution or note")
    for p in packs.products:
        if p.composition_recalled and any(c.amount for c in p.contains):
            yield Fault(f"product {p.id}", "a recalled composition may not have amounts")
        if not p.composition_recalled and not any(known.get(c) == "read_label" for c in p.citations):
            yield Fault(f"product {p.id}", "a composition needs a label that was read")
