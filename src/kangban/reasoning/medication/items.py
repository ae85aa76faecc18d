"""Names asked about and names taken → the items a check runs over."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import msgspec

from kangban.clinical.finding import NotInCatalogue
from kangban.clinical.person import MedicineUse
from kangban.reasoning.medication.directions import without_frequency
from kangban.reasoning.medication.resolve import Resolver
from kangban.rules.catalogue import Named, Reach

# Words in a product's form that mean it acts where it is put; its duplicates weigh less.
LOCAL_FORMS = (
    "滴眼",
    "眼膏",
    "眼用",
    "乳膏",
    "软膏",
    "凝胶",
    "贴",
    "洗剂",
    "滴鼻",
    "鼻喷",
    "鼻用",
    "滴耳",
    "漱口",
    "含漱",
    "灌肠",
    "栓",
    "搽",
    "酊",
    "含片",
)


class Item(msgspec.Struct, frozen=True):
    """One medicine of the check. `asked`: it was asked about now, not only on the record."""

    name: str
    named: Named
    keys: frozenset[str]
    dose: str | None
    per_day: float | None
    ordered: bool
    asked: bool
    ingredients: tuple[str, ...]
    local: bool  # put on skin, eye or nose rather than swallowed
    reach: Reach


def gather(
    asked: Sequence[MedicineUse], taken: Sequence[MedicineUse], resolver: Resolver
) -> tuple[list[Item], list[NotInCatalogue]]:
    """Resolve both lists. The same thing asked and taken is one item (its stated dose wins)."""
    items: list[Item] = []
    missing: dict[str, NotInCatalogue] = {}
    place: dict[str, int] = {}
    for said, is_asked in [*((u, True) for u in asked), *((u, False) for u in taken)]:
        use = _with_frequency(said)
        found = resolver.resolve(use.name)
        if found.named is None or found.match == "misspelt":
            missing.setdefault(use.name, NotInCatalogue(use.name, found.suggestions))
            continue
        for inside in found.named.unlisted:
            part = f"{use.name}: {inside}"
            missing.setdefault(part, NotInCatalogue(part))
        # Two entries of the same list stay two: the same box bought twice is a real duplicate.
        key = found.named.id
        at = place.get(key)
        if not is_asked and at is not None and items[at].asked:
            items[at] = _merged(items[at], use)
            continue
        place.setdefault(key, len(items))
        items.append(_item(use, found.named, resolver, is_asked))
    return items, list(missing.values())


def _with_frequency(use: MedicineUse) -> MedicineUse:
    """How often, where the dose says it; where both say it, the more frequent counts."""
    if not use.dose:
        return use
    dose, often = without_frequency(use.dose)
    if often is None:
        return use
    return msgspec.structs.replace(use, dose=dose, per_day=max(often, use.per_day or 0.0))


def _item(use: MedicineUse, named: Named, resolver: Resolver, asked: bool) -> Item:
    names = resolver.names
    inside = tuple(i for i, _ in named.contents)
    reach = names.class_reach(named.drug_class.id) if named.drug_class is not None else names.reach_of(inside)
    local = _is_local(named.form, named.name)
    return Item(use.name, named, reach.keys, use.dose, use.per_day, use.ordered, asked, inside, local, reach)


@lru_cache(maxsize=8192)
def _is_local(form: str, name: str) -> bool:
    return any(word in form or word in name for word in LOCAL_FORMS)


def _merged(item: Item, use: MedicineUse) -> Item:
    return msgspec.structs.replace(
        item,
        dose=item.dose if item.dose is not None else use.dose,
        per_day=item.per_day if item.per_day is not None else use.per_day,
        ordered=item.ordered or use.ordered,
    )
