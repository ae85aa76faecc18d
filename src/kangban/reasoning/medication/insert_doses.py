"""Doses an insert prints against the limits the catalogue holds: above is allowed more, below is stricter."""

from __future__ import annotations

from collections.abc import Iterator

from kangban.clinical.insert import Difference, DifferenceKind, Proposal, ProposedContent, ProposedDose
from kangban.kernel.quantity import find_amount, show_base
from kangban.rules.catalogue import Catalogue, Named
from kangban.rules.schema import DoseLimit

_ADULT = 30.0
_COUNTED = {
    "片": {"片", "tablet", "tablets", "caplet", "caplets"},
    "粒": {"粒", "capsule", "capsules", "softgel", "softgels"},
    "袋": {"袋", "包"},
    "支": {"支"},
    "丸": {"丸"},
}
_EXTERNAL = ("滴眼", "滴耳", "滴鼻", "乳膏", "软膏", "眼膏", "凝胶", "喷雾", "栓", "贴", "搽", "洗剂")


def dose_differences(proposal: Proposal, named: Named, names: Catalogue) -> Iterator[Difference]:
    """Each ingredient's largest printed single and daily amount for one age against our limit for that age."""
    generic = proposal.generic.text if proposal.generic else ""
    if any(word in generic for word in _EXTERNAL):
        return  # our limits are for what is swallowed
    mine = {i for i, _ in named.contents}
    for content in proposal.contents:
        if content.ingredient is None or content.ingredient not in mine:
            continue
        for dose in proposal.doses:
            limit = _limit(names.ingredients[content.ingredient].dose, dose)
            if limit is not None:
                yield from _compared(content.ingredient, content, dose, limit)


def _limit(rows: tuple[DoseLimit, ...], dose: ProposedDose) -> DoseLimit | None:
    low = dose.age_from if dose.age_from is not None else (0.0 if dose.age_below is not None else _ADULT)
    age = max(low, _ADULT) if dose.age_below is None else (low + dose.age_below) / 2
    for row in rows:
        person = row.person
        if row.route == "oral" and (person.age_from or 0) <= age < (person.age_below or 200) and not _special(row):
            return row
    return None


def _special(row: DoseLimit) -> bool:
    person = row.person
    return bool(
        person.conditions or person.pregnant or person.breastfeeding or person.takes
        or person.egfr_below is not None or person.weight_from is not None or person.weight_below is not None
    )  # fmt: skip


def _compared(ingredient: str, content: ProposedContent, dose: ProposedDose, limit: DoseLimit) -> Iterator[Difference]:
    single = _base(dose.single_high, dose.unit, content)
    if single is not None:
        ours = limit.max_single_per_kg if dose.per_kg else limit.max_single
        yield from _one(ingredient, single, ours, dose, "single")
    daily = _base(dose.max_daily, dose.max_daily_unit, content)
    if daily is None and single is not None and dose.per_day_high and not dose.per_kg:
        daily = (single[0] * dose.per_day_high, single[1])
    if daily is not None and not dose.per_kg:
        yield from _one(ingredient, daily, limit.max_daily, dose, "daily")


def _one(ingredient: str, told: tuple[float, str], ours: str, dose: ProposedDose, which: str) -> Iterator[Difference]:
    amount = find_amount(ours) if ours else None
    if amount is None or amount.dimension != told[1] or bool(amount.per) != dose.per_kg:
        return
    if abs(told[0] - amount.base_high) <= 1e-6 * max(1.0, amount.base_high):
        return
    kind: DifferenceKind = "dose_above" if told[0] > amount.base_high else "dose_below"
    yield Difference(
        kind,
        f"{ingredient}:{which}",
        show_base(told[0], told[1]),
        show_base(amount.base_high, amount.dimension),
        dose.span,
    )


def _base(value: float | None, unit: str, content: ProposedContent) -> tuple[float, str] | None:
    """(amount in the base unit, dimension): printed as such, or a count of units whose content is known."""
    if value is None:
        return None
    inside = find_amount(content.amount) if content.amount else None
    counted = next((u for u, spellings in _COUNTED.items() if unit in spellings), None)
    if counted:
        fits = inside is not None and (content.per in ("", counted) or counted == content.per)
        return (inside.base_high * value, inside.dimension) if inside and fits else None
    amount = find_amount(f"{value:g} {unit}") if unit else None
    if amount is None:
        return None
    if amount.dimension == "volume":
        per = find_amount(content.per) or find_amount(f"1 {content.per}") if content.per else None
        if inside is None or per is None or per.dimension != "volume" or not per.base_low:
            return None
        return inside.base_high * amount.base_high / per.base_low, inside.dimension
    return amount.base_high, amount.dimension
