"""Interactions and duplicates between the items of a check."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from kangban.clinical.urgency import Severity, severity_rank
from kangban.kernel.texts import t
from kangban.reasoning.medication.collect import Gathered
from kangban.reasoning.medication.items import Item
from kangban.rules.catalogue import Catalogue
from kangban.rules.schema import Interaction

_BOOSTED = "class:boosted_antiviral"


def find_pairs(items: Sequence[Item], names: Catalogue, gathered: Gathered) -> None:
    """Every pair of items with at least one that was asked about (all pairs when none was)."""
    any_asked = any(i.asked for i in items)
    for first, second in combinations(items, 2):
        if any_asked and not (first.asked or second.asked):
            continue
        gathered.checked += 1
        if not first.reach.doubled.isdisjoint(second.reach.doubled):
            find_duplicates(first, second, names, gathered)
        if first.reach.pairs.isdisjoint(second.keys) and second.reach.pairs.isdisjoint(first.keys):
            continue
        for one in first.ingredients or (None,):
            for two in second.ingredients or (None,):
                if one != two or one is None:
                    _interactions(first, one, second, two, names, gathered)


def _keys(item: Item, ingredient: str | None, names: Catalogue) -> frozenset[str]:
    return item.keys if ingredient is None else names.keys.get(ingredient, frozenset((ingredient,)))


def _interactions(
    first: Item, one: str | None, second: Item, two: str | None, names: Catalogue, gathered: Gathered
) -> None:
    """Rows of either ingredient whose `other` the opposite one is or belongs to; None = a whole class was named."""
    for item, own, opposite, other in ((first, one, second, two), (second, two, first, one)):
        if own is None:
            continue
        rows = [r for k in names.pair_keys[own] & _keys(opposite, other, names) for r in names.pairs[own][k]]
        # Who names the ingredient has weighed it: a graver row of the same label for its class means the others.
        named = [severity_rank(r.severity) for r in rows if r.other == other]
        for row in rows:
            if not named or severity_rank(row.severity) >= min(named):
                _add(row, item, own, opposite, other, names, gathered)


def _add(
    row: Interaction, item: Item, own: str, opposite: Item, other: str | None, names: Catalogue, gathered: Gathered
) -> None:
    local = item.local or opposite.local
    severity: Severity = "caution" if local and severity_rank(row.severity) < severity_rank("caution") else row.severity
    owner = names.ingredients[own]
    gathered.find(
        f"{own}.{row.key}@{owner.version}",
        "interaction",
        severity,
        tuple(sorted((item, opposite), key=lambda i: i.name)),
        tuple(sorted((own, other or opposite.named.id))),
        (row.message, row.message_en),
        row.citations,
        (row.instead, row.instead_en),
        about=frozenset((_matter(item, own, names), _matter(opposite, other or opposite.named.id, names))),
    )


def _matter(item: Item, ingredient: str, names: Catalogue) -> str:
    """Antivirals that one box boosts (Paxlovid, Kaletra) meet another medicine as one, not twice over."""
    boosted = [one for one in item.ingredients if _BOOSTED in names.keys.get(one, frozenset())]
    return _BOOSTED if len(boosted) > 1 and ingredient in boosted else ingredient


def find_duplicates(first: Item, second: Item, names: Catalogue, gathered: Gathered) -> None:
    """The same ingredient twice, or two ingredients of a class that must not be doubled."""
    first, second = _in_order(first, second)
    shared = set(first.ingredients) & set(second.ingredients)
    local = first.local != second.local
    for ingredient in sorted(shared):
        row = names.ingredients[ingredient]
        gathered.find(
            "same-ingredient@1",
            "duplicate",
            _twice(names.keys[ingredient], local),
            _in_order(first, second),
            (ingredient,),
            _texts("medication.same_ingredient", first, second, row.name, row.name_en),
            _why_twice(ingredient, (first, second), names),
            _texts("medication.same_ingredient_instead", first, second, row.name, row.name_en),
        )
    for one in first.ingredients or (None,):
        for two in second.ingredients or (None,):
            if one is None or two is None or one != two:
                _class_duplicate(first, one, second, two, names, gathered)


def _twice(keys: frozenset[str], local: bool) -> Severity:
    """How grave the same ingredient in two items is: everyday herbs stand in most Chinese formulas."""
    if "class:plain_herb" in keys:
        return "note"
    herb = "class:tcm_herb" in keys and "class:toxic_herb" not in keys
    return "caution" if local or herb else "avoid"


def _class_duplicate(
    first: Item, one: str | None, second: Item, two: str | None, names: Catalogue, gathered: Gathered
) -> None:
    shared = _keys(first, one, names) & _keys(second, two, names)
    rows = [names.classes[k[6:]] for k in shared if k.startswith("class:")]
    rows = [r for r in rows if r.duplicate is not None]
    if not rows:
        return
    worst = min(rows, key=lambda r: (severity_rank(r.duplicate or "note"), -len(names.class_keys(r.id)), r.id))
    severity: Severity = worst.duplicate or "note"
    if (first.local or second.local) and severity_rank(severity) < severity_rank("caution"):
        severity = "caution"
    # Medicines of one kind are often ordered together (tuberculosis, transplants): only a grave row says "do not".
    grave = severity_rank(severity) <= severity_rank("avoid")
    key = "medication.same_class" if grave else "medication.same_class_care"
    gathered.find(
        f"class-{worst.id}@1",
        "duplicate",
        severity,
        _in_order(first, second),
        tuple(sorted((one or first.named.id, two or second.named.id))),
        (
            t(key, "zh", a=_in_order(first, second)[0].name, b=_in_order(first, second)[1].name,
              what=worst.name, message=worst.duplicate_message),
            t(key, "en", a=_in_order(first, second)[0].name, b=_in_order(first, second)[1].name,
              what=worst.name_en, message=worst.duplicate_message_en),
        ),
        worst.citations or _why_twice(one or "", (first, second), names),
    )  # fmt: skip


def _in_order(first: Item, second: Item) -> tuple[Item, Item]:
    return (first, second) if first.name <= second.name else (second, first)


def _texts(key: str, first: Item, second: Item, name: str, name_en: str) -> tuple[str, str]:
    a, b = (i.name for i in _in_order(first, second))
    return t(key, "zh", a=a, b=b, ingredient=name), t(key, "en", a=a, b=b, ingredient=name_en)


def _why_twice(ingredient: str, items: tuple[Item, ...], names: Catalogue) -> tuple[str, ...]:
    """What shows the doubling: the compositions of the products, and the ingredient's own dose limit."""
    compositions = [i.named.product.citations[:1] for i in items if i.named.product is not None]
    row = names.ingredients.get(ingredient)
    limits = [d.citations[:1] for d in row.dose][:1] if row else []
    if not compositions and not limits and row:
        limits = [c.citations[:1] for c in (*row.caution, *row.interaction)][:1]
    return tuple(dict.fromkeys(c for some in (*compositions, *limits) for c in some))


def find_hidden(items: Sequence[Item], names: Catalogue, gathered: Gathered) -> None:
    """A compound that holds a fever medicine: say what is inside, so that no second one is added."""
    for item in items:
        if not item.asked or len(item.named.contents) < 2 or item.named.product is None or item.local:
            continue
        inside = [i for i in item.ingredients if "class:antipyretic" in names.keys.get(i, frozenset())]
        for ingredient in inside:
            row = names.ingredients[ingredient]
            gathered.find(
                "hidden-ingredient@1",
                "duplicate",
                "caution",
                (item,),
                (ingredient,),
                (
                    t("medication.hidden", "zh", product=item.name, ingredient=row.name),
                    t("medication.hidden", "en", product=item.name, ingredient=row.name_en),
                ),
                item.named.product.citations,
            )
