"""The medicine catalogue as reasoning and perception look things up in it."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import msgspec

from kangban.kernel.quantity import Amount, find_amount
from kangban.rules.compiled import shipped
from kangban.rules.load import Packs
from kangban.rules.names import fold
from kangban.rules.schema import DecisionTable, DrugClass, Ingredient, Interaction, Product

ThingKind = Literal["ingredient", "brand", "product", "patent", "class"]


class Named(msgspec.Struct, frozen=True):
    """Something a name can mean. `contents` pairs ingredient ids with the amount in one `unit`."""

    id: str
    kind: ThingKind
    name: str
    name_en: str
    contents: tuple[tuple[str, Amount | None], ...]
    market: str
    unit: str = ""
    form: str = ""
    herbs: tuple[str, ...] = ()
    product: Product | None = None
    drug_class: DrugClass | None = None
    # Ingredients that, or how much of which, an insert the family confirmed says; and those of it no catalogue has.
    own: tuple[str, ...] = ()
    unlisted: tuple[str, ...] = ()
    alone: str = ""  # what was the only ingredient before an insert added others: a dose in milligrams is of it


class Reach(msgspec.Struct, frozen=True):
    """What several ingredients are together: their keys, keys their interaction rows name, keys that count doubled."""

    keys: frozenset[str]
    pairs: frozenset[str]
    doubled: frozenset[str]


MOST_REACHES = 8192


class Catalogue:
    """Immutable after building; one per pack fingerprint."""

    def __init__(self, packs: Packs) -> None:
        self.ingredients: dict[str, Ingredient] = {i.id: i for i in packs.ingredients}
        self.classes: dict[str, DrugClass] = {c.id: c for c in packs.drug_classes}
        self.conditions = {c.id: c for c in packs.conditions}
        self.by_name: dict[str, Named] = {}
        self.spelling: dict[str, str] = {}  # folded → as written in the pack
        self._class_keys = {c: self._ancestors(c) for c in self.classes}
        self.keys: dict[str, frozenset[str]] = {i.id: self._keys_of(i) for i in packs.ingredients}
        self.members: dict[str, frozenset[str]] = {
            f"class:{c}": frozenset(i for i, keys in self.keys.items() if f"class:{c}" in keys) for c in self.classes
        }
        self.pairs: dict[str, dict[str, tuple[Interaction, ...]]] = {i.id: _by_other(i) for i in packs.ingredients}
        self.pair_keys: dict[str, frozenset[str]] = {i: frozenset(rows) for i, rows in self.pairs.items()}
        self.foods: dict[str, tuple[Interaction, ...]] = {
            i.id: tuple(row for row in i.interaction if row.other.startswith("food:")) for i in packs.ingredients
        }
        self._doubled = frozenset(f"class:{c}" for c, row in self.classes.items() if row.duplicate is not None)
        self._reaches: dict[tuple[str, ...], Reach] = {}
        self.tables: dict[str, tuple[DecisionTable, ...]] = self._tables(packs.tables)
        self._add_names(packs)
        self.condition_names = self._condition_names(packs)
        self.condition_keys = {c.id: self._condition_ancestors(c.id) for c in packs.conditions}

    def _ancestors(self, class_id: str) -> frozenset[str]:
        seen: set[str] = set()
        waiting = [class_id]
        while waiting:
            one = waiting.pop()
            if one not in seen:
                seen.add(one)
                waiting += self.classes[one].parents
        return frozenset(f"class:{c}" for c in seen)

    def _condition_ancestors(self, condition_id: str) -> frozenset[str]:
        seen: set[str] = set()
        waiting = [condition_id]
        while waiting:
            one = waiting.pop()
            if one not in seen and one in self.conditions:
                seen.add(one)
                waiting += self.conditions[one].parents
        return frozenset(seen)

    def _keys_of(self, ingredient: Ingredient) -> frozenset[str]:
        keys = {ingredient.id}
        for one in ingredient.classes:
            keys |= self._class_keys[one]
        return frozenset(keys)

    def class_keys(self, class_id: str) -> frozenset[str]:
        """The class and every class above it, as "class:…" keys."""
        return self._class_keys[class_id]

    def reach_of(self, ingredients: tuple[str, ...]) -> Reach:
        """Of the ingredients together; one that is in no pack has its own id for a key and no rows."""
        found = self._reaches.get(ingredients)
        if found is None:
            keys = frozenset[str]().union(*(self.keys.get(i, frozenset((i,))) for i in ingredients))
            pairs = frozenset[str]().union(*(self.pair_keys.get(i, frozenset()) for i in ingredients))
            found = Reach(keys, pairs, (keys & self._doubled) | frozenset(ingredients))
            if len(self._reaches) >= MOST_REACHES:
                self._reaches.clear()
            self._reaches[ingredients] = found
        return found

    def class_reach(self, class_id: str) -> Reach:
        """Of a whole class that was named without saying which of it."""
        keys = self._class_keys[class_id]
        return Reach(keys, frozenset(), keys & self._doubled)

    def _tables(self, tables: tuple[DecisionTable, ...]) -> dict[str, tuple[DecisionTable, ...]]:
        active = [t for t in tables if t.status != "retired"]
        return {i: tuple(t for t in active if not keys.isdisjoint(t.applies_to)) for i, keys in self.keys.items()}

    def _add_names(self, packs: Packs) -> None:
        for row in packs.drug_classes:
            named = Named(f"class:{row.id}", "class", row.name, row.name_en, (), "unknown", drug_class=row)
            self._put(named, (row.name, row.name_en, *row.aliases))
        for product in packs.products:
            contents = tuple((c.ingredient, find_amount(c.amount) if c.amount else None) for c in product.contains)
            named = Named(
                product.id, product.kind, product.names[0], product.name_en, contents, product.market,
                product.unit, product.form, product.herbs, product,
            )  # fmt: skip
            self._put(named, (*product.names, *((product.name_en,) if product.name_en else ())))
        for one in packs.ingredients:
            named = Named(one.id, "ingredient", one.name, one.name_en, ((one.id, None),), one.market)
            self._put(named, (one.name, one.name_en, *one.aliases))

    def _put(self, named: Named, names: tuple[str, ...]) -> None:
        for name in names:
            folded = fold(name)
            if folded:
                self.by_name[folded] = named
                self.spelling[folded] = name

    def _condition_names(self, packs: Packs) -> dict[str, str]:
        found: dict[str, str] = {}
        for row in packs.conditions:
            for name in (row.id, row.name, row.name_en, row.icd10 or row.id, *row.aliases):
                found.setdefault(fold(name), row.id)
        return found

    def condition_of(self, word: str) -> str | None:
        """The condition id a recorded word or code means, or None.

        An exact name wins; else the longest known name inside the word (糖尿病肾病 → diabetes),
        names of two characters and more only.
        """
        folded = fold(word)
        if folded in self.condition_names:
            return self.condition_names[folded]
        inside = [n for n in self.condition_names if len(n) >= 2 and n in folded and not n.isascii()]
        return self.condition_names[max(inside, key=len)] if inside else None

    def conditions_of(self, word: str) -> frozenset[str]:
        """Every condition id a word implies: the named one and its more general ones."""
        found = self.condition_of(word)
        return self.condition_keys[found] if found else frozenset()


def _by_other(ingredient: Ingredient) -> dict[str, tuple[Interaction, ...]]:
    rows: dict[str, tuple[Interaction, ...]] = {}
    for row in ingredient.interaction:
        rows[row.other] = (*rows.get(row.other, ()), row)
    return rows


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """The shipped catalogue, built once per process."""
    return Catalogue(shipped().packs)
