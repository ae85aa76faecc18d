"""Where a proposed entry and the catalogue part. Nothing here changes either; a person decides."""

from __future__ import annotations

from collections.abc import Iterator

from kangban.clinical.insert import Difference, Proposal, ProposedBar, ProposedContent
from kangban.kernel.quantity import Amount, find_amount
from kangban.reasoning.medication.insert_doses import dose_differences
from kangban.rules.catalogue import Catalogue, Named
from kangban.rules.schema import Caution

_OTC = {"otc", "otc_a", "otc_b"}
_UNITS = {"毫升": "ml", "克": "g"}


def find_differences(proposal: Proposal, named: Named, names: Catalogue) -> tuple[Difference, ...]:
    """Composition, dose, contraindications, interactions, class. An empty side means: nothing there."""
    return (
        *_composition(proposal, named, names),
        *dose_differences(proposal, named, names),
        *_bars(proposal, named, names),
        *_interactions(proposal, named, names),
        *_market(proposal, named),
    )


def _composition(proposal: Proposal, named: Named, names: Catalogue) -> Iterator[Difference]:
    ours = dict(named.contents)
    told = {c.ingredient: c for c in proposal.contents if c.ingredient}
    if not proposal.contents:
        return
    whole = (proposal.contents[0].span[0], proposal.contents[-1].span[1])
    for ingredient, content in told.items():
        if ingredient not in ours:
            if _herb_of(content.name, named.herbs):
                continue
            yield Difference("composition", ingredient, _shown(content), "", content.span)
        elif _other_amount(content, ours[ingredient], named):
            amount = ours[ingredient]
            shown = f"{amount.low:g} {amount.unit} / {named.unit}" if amount else ""
            yield Difference("composition", ingredient, _shown(content), shown, content.span)
    for ingredient in ours:
        if ingredient not in told and not any(_is_name(c.name, ingredient, names) for c in proposal.contents):
            yield Difference("composition", ingredient, "", names.ingredients[ingredient].name, whole)
    if named.herbs:
        yield from _herbs(proposal, named, whole)


def _herbs(proposal: Proposal, named: Named, whole: tuple[int, int]) -> Iterator[Difference]:
    printed = [c.name for c in proposal.contents]
    for content in proposal.contents:
        if content.ingredient is None and not _herb_of(content.name, named.herbs):
            yield Difference("composition", content.name, content.name, "", content.span)
    for herb in named.herbs:
        if not _herb_of(herb, tuple(printed)):
            yield Difference("composition", herb, "", herb, whole)


def _herb_of(name: str, herbs: tuple[str, ...]) -> bool:
    """炒白术 is 白术: the same herb, prepared."""
    return any(name in herb or herb in name for herb in herbs)


def _is_name(name: str, ingredient: str, names: Catalogue) -> bool:
    row = names.ingredients[ingredient]
    return any(n in name for n in (row.name, *row.aliases))


def _shown(content: ProposedContent) -> str:
    return f"{content.name} {content.amount or ''} {'/ ' + content.per if content.per else ''}".strip()


def _other_amount(content: ProposedContent, ours: Amount | None, named: Named) -> bool:
    amount = find_amount(content.amount) if content.amount else None
    if amount is None or ours is None or amount.dimension != ours.dimension:
        return False
    # Amounts per another unit (5 mL and 1 mL) are not compared: no difference may be invented.
    per, unit = (_UNITS.get(u, u.casefold()) for u in (content.per, named.unit))
    return (not per or per == unit) and abs(amount.base_low - ours.base_low) > 1e-6 * max(1.0, ours.base_low)


def _cautions(named: Named, names: Catalogue) -> list[Caution]:
    rows = list(named.product.caution) if named.product else []
    for ingredient, _ in named.contents:
        rows += names.ingredients[ingredient].caution
    return rows


def _bars(proposal: Proposal, named: Named, names: Catalogue) -> Iterator[Difference]:
    cautions = _cautions(named, names)
    tables = {t.kind for i, _ in named.contents for t in names.tables[i]}
    seen: set[str] = set()
    for bar in proposal.contraindications:
        for about, covered in _asked(bar, cautions, tables, named, names):
            if not covered and about not in seen:
                seen.add(about)
                yield Difference("contraindication", about, bar.text, "", bar.span)


def _asked(
    bar: ProposedBar, cautions: list[Caution], tables: set[str], named: Named, names: Catalogue
) -> Iterator[tuple[str, bool]]:
    """What a contraindication is about, and whether the catalogue forbids or advises against it."""
    strong = [c for c in cautions if c.severity in ("contraindicated", "avoid")]
    for condition in bar.conditions:
        keys = names.condition_keys[condition]
        by_table = ("renal" in tables and "ckd" in keys) or ("hepatic" in tables and "liver_disease" in keys)
        yield f"condition:{condition}", by_table or any(not keys.isdisjoint(c.person.conditions) for c in strong)
    own = {i for i, _ in named.contents}
    for allergy in bar.allergies:
        # Whoever is allergic to the ingredient itself is stopped by the check without any row.
        yield (
            f"allergy:{allergy}",
            allergy in own
            or any(
                allergy in c.person.allergies or not _keys(allergy, names).isdisjoint(c.person.allergies)
                for c in strong
            ),
        )
    if bar.pregnant:
        yield "pregnancy", any(c.kind == "pregnancy" or c.person.pregnant for c in strong) or "pregnancy" in tables
    if bar.breastfeeding:
        yield "lactation", any(c.kind == "lactation" or c.person.breastfeeding for c in strong)
    if bar.age_below is not None:
        most = max((c.person.age_below or 0 for c in strong), default=0)
        yield f"age_below:{bar.age_below:g}", most >= bar.age_below or "age" in tables


def _keys(other: str, names: Catalogue) -> frozenset[str]:
    if other.startswith("class:"):
        return names.class_keys(other.removeprefix("class:"))
    return names.keys.get(other, frozenset((other,)))


def _interactions(proposal: Proposal, named: Named, names: Catalogue) -> Iterator[Difference]:
    own = {i for i, _ in named.contents}
    if not own:
        return
    for one in proposal.interactions:
        if not any(_known_pair(ingredient, one.other, names) for ingredient in own):
            yield Difference("interaction", one.other, one.text, "", one.span)


def _known_pair(ingredient: str, other: str, names: Catalogue) -> bool:
    mine, theirs = names.keys[ingredient], _keys(other, names)
    if not names.pair_keys[ingredient].isdisjoint(theirs):
        return True
    members = names.members.get(other, frozenset((other,)))
    return any(
        not names.pair_keys[m].isdisjoint(mine) or m in names.pair_keys[ingredient]
        for m in members
        if m in names.pair_keys
    )


def _market(proposal: Proposal, named: Named) -> Iterator[Difference]:
    told, ours = proposal.market, named.market
    if "unknown" in (told, ours) or told == ours or proposal.market_span is None:
        return
    if not (told == "otc" and ours in _OTC):
        yield Difference("class", named.id, told, ours, proposal.market_span)
