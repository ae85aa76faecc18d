"""Inserts the family confirmed, beside the catalogue: new names get their contents, known ones the stricter of both."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import msgspec

from kangban.clinical.person import OwnProduct, PersonFacts
from kangban.kernel.quantity import Amount, find_amount, plain_number
from kangban.kernel.texts import t
from kangban.reasoning.medication.collect import Gathered
from kangban.reasoning.medication.items import Item
from kangban.reasoning.medication.resolve import Resolved, Resolver, resolver, simpler
from kangban.rules.catalogue import Catalogue, Named
from kangban.rules.names import fold

RULE: Final = "own-insert@1"
_UNITS: Final = {"毫升": "ml", "克": "g"}
_AS_WRITTEN: Final = 2  # of the simpler forms of a name: as it is, and without strength and talk


class OwnResolver(Resolver):
    """The catalogue's resolver, and over it what one person's family confirmed."""

    def __init__(self, plain: Resolver, products: Sequence[OwnProduct]) -> None:
        # Not built anew: the index of the catalogue is shared.
        self.names = plain.names
        self.plain = plain
        self._cache = {}
        self._own: dict[str, list[OwnProduct]] = {}
        for one in products:
            for name in dict.fromkeys(fold(n) for n in one.names):
                self._own.setdefault(name, []).append(one)

    def _resolve(self, name: str) -> Resolved:
        """As the catalogue means it, with what the inserts of exactly this name say; never of a name like it."""
        found, products = self.plain.resolve(name), self.confirmed(name)
        if not products or (found.named is not None and found.named.drug_class is not None):
            return found
        sure = found.named is not None and found.match != "misspelt"
        named = found.named if sure else None
        for one in products:
            named = _both(named, one, self.names)
        if named is None or not (named.contents or sure):
            return found
        return Resolved(name, named, found.match if sure else "exact", found.matched if sure else products[0].names[0])

    def confirmed(self, name: str) -> Sequence[OwnProduct]:
        """The inserts of this name."""
        for written in simpler(name[:200])[:_AS_WRITTEN]:
            found = self._own.get(fold(written))
            if found:
                return found
        return ()


def resolver_for(person: PersonFacts) -> Resolver:
    """The resolver for what one person takes; the shared one where no insert was confirmed."""
    return _resolver_of(person.own_products) if person.own_products else resolver()


@lru_cache(maxsize=32)
def _resolver_of(products: tuple[OwnProduct, ...]) -> OwnResolver:
    return OwnResolver(resolver(), products)


def find_inserts(items: Sequence[Item], using: Resolver, gathered: Gathered) -> None:
    """Where an insert of the family's own is used, say so, and what insert and catalogue each hold."""
    if not isinstance(using, OwnResolver):
        return
    for item in items:
        products = using.confirmed(item.name)
        if not products or not (item.named.own or item.named.unlisted):
            continue
        known = using.plain.resolve(item.name)
        ours = known.named if known.match != "misspelt" else None
        texts = tuple(
            t(
                f"medication.{'own_insert_both' if ours else 'own_insert'}", lang, name=item.name,
                insert=_shown_insert(products, lang), catalogue=_shown(ours, using.names, lang) if ours else "",
            )
            for lang in ("zh", "en")
        )  # fmt: skip
        gathered.find(RULE, "composition", "note", (item,), item.ingredients, (texts[0], texts[1]), ())


def _both(named: Named | None, one: OwnProduct, names: Catalogue) -> Named:
    """What is in either; of two amounts the larger, and of two that cannot be compared none, which asks."""
    contents: dict[str, Amount | None] = dict(named.contents) if named is not None else {}
    own = set(named.own) if named is not None else set[str]()
    unlisted = list(named.unlisted) if named is not None else []
    unit = (named.unit if named is not None else "") or one.unit
    alike = bool(one.unit) and _unit(unit) == _unit(one.unit)
    for content in one.contents:
        ingredient = content.ingredient
        if ingredient is None or ingredient not in names.ingredients:
            if named is None or content.name not in named.herbs:
                unlisted.append(content.name)
            continue
        told = find_amount(content.amount) if content.amount and alike else None
        if ingredient not in contents:
            contents[ingredient] = told
        elif not _takes_over(told, contents[ingredient], named):
            continue
        else:
            contents[ingredient] = _stricter(told, contents[ingredient])
        own.add(ingredient)
    alone = ""
    if named is not None:
        alone = named.alone or (named.contents[0][0] if len(named.contents) == 1 < len(contents) else "")
    fresh = named or Named(f"own:{one.entry_id}", "product", one.names[0], "", (), "unknown", form=one.form)
    return msgspec.structs.replace(
        fresh, contents=tuple(contents.items()), unit=unit, own=tuple(sorted(own)),
        unlisted=tuple(dict.fromkeys(unlisted)), alone=alone,
    )  # fmt: skip


def _takes_over(told: Amount | None, ours: Amount | None, named: Named | None) -> bool:
    """Whether an insert's amount changes what was there: a product without an amount stays without one."""
    if told is None:
        return False
    if ours is None:
        return named is not None and named.product is None
    return told.dimension != ours.dimension or told.base_high > ours.base_high


def _stricter(told: Amount | None, ours: Amount | None) -> Amount | None:
    if told is None or ours is None or told.dimension == ours.dimension:
        return told
    return None


def _unit(unit: str) -> str:
    bare = "".join(unit.split()).casefold()
    for word, short in _UNITS.items():
        bare = bare.replace(word, short)
    return bare


def _shown_insert(products: Sequence[OwnProduct], lang: str) -> str:
    between, of = ("、", "每") if lang == "zh" else (", ", "per ")
    return ("；" if lang == "zh" else "; ").join(
        between.join(" ".join(p for p in (c.name, c.amount or "") if p) for c in one.contents)
        + (f"（{of}{one.unit}）" if one.unit else "")
        for one in products
    )


def _shown(named: Named, names: Catalogue, lang: str) -> str:
    parts: list[str] = []
    for ingredient, amount in named.contents:
        row = names.ingredients.get(ingredient)
        said = ingredient if row is None else row.name if lang == "zh" else row.name_en
        parts.append(f"{said} {plain_number(amount.low)} {amount.unit}" if amount else said)
    return ("、" if lang == "zh" else ", ").join(parts) or "—"
