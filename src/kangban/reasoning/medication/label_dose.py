"""The dose a label gives one person, in milligrams and in units of the product in hand."""

from __future__ import annotations

import math

import msgspec

from kangban.kernel.logic import Tri
from kangban.kernel.quantity import find_amount, plain_number, show_base
from kangban.kernel.texts import t
from kangban.reasoning.medication.doses import limit_of
from kangban.reasoning.medication.person import PersonView, holds
from kangban.rules.catalogue import Catalogue, Named
from kangban.rules.schema import DoseLimit, Ingredient

# What may be halved; capsules, sachets of granules and coated tablets are taken whole or not at all.
_HALVED = ("片",)
_WHOLE_FORMS = ("缓释", "控释", "肠溶", "胶囊", "modified", "extended")
_LIQUID_STEP = 0.5  # mL, what a measuring cup or syringe shows


class LabelDose(msgspec.Struct, frozen=True):
    """One dose: `amount` in base units (mg, IU) never above any label limit that holds for the person."""

    amount: float
    text: str
    text_en: str
    interval_hours: float | None
    max_per_day: int | None
    max_days: int | None
    citations: tuple[str, ...]


def label_dose(named: Named, ingredient: Ingredient, view: PersonView, names: Catalogue) -> LabelDose | None:
    """The dose of a product with one ingredient; None where no label row surely holds or the product is too strong.

    Rows of several jurisdictions are all kept to: the smallest dose, the longest interval, the fewest days.
    """
    rows = [r for r in ingredient.dose if r.route == "oral" and holds(r.person, view, names)[0] is Tri.YES]
    singles = [(r, s) for r in rows if (s := _single(r, view.weight)) is not None]
    if not rows or not singles:
        return None
    amount = min(s for _, s in singles)
    dimension = _dimension(singles[0][0])
    in_hand = _units(named, ingredient.id, amount, dimension)
    if in_hand is None:
        return None
    amount, zh, en = in_hand
    interval = max((r.min_interval_hours for r in rows if r.min_interval_hours), default=None)
    return LabelDose(
        amount,
        t("advise.dose", "zh", amount=show_base(amount, dimension), units=zh),
        t("advise.dose", "en", amount=show_base(amount, dimension), units=en),
        interval,
        _times(rows, amount, view.weight, interval),
        min((r.max_days for r in rows if r.max_days), default=None),
        tuple(dict.fromkeys(c for r in rows for c in r.citations)),
    )


def _single(row: DoseLimit, weight: float | None) -> float | None:
    limit = limit_of(row, weight)
    if limit.weight_missing and row.max_single_per_kg:
        return None
    usual = find_amount(row.usual_single) if row.usual_single else None
    each = None if usual is None else usual.base_high
    if usual is not None and usual.per:
        if usual.per != "kg" or weight is None:
            return None
        each = usual.base_high * weight
    numbers = [n for n in (limit.single, each) if n is not None]
    return min(numbers) if numbers else None


def _dimension(row: DoseLimit) -> str:
    for text in (row.usual_single, row.max_single, row.max_single_per_kg):
        amount = find_amount(text) if text else None
        if amount is not None:
            return amount.dimension
    return "mass"


def _times(rows: list[DoseLimit], amount: float, weight: float | None, interval: float | None) -> int | None:
    """How often a day: what the rows say, what the interval leaves, and what the daily limit leaves."""
    counts = [r.max_per_day for r in rows if r.max_per_day]
    if interval:
        counts.append(int(24 // interval))
    dailies = [limit_of(r, weight).daily for r in rows]
    counts += [int((d + 1e-6) // amount) for d in dailies if d is not None and amount > 0]
    return max(1, min(counts)) if counts else None


def _units(named: Named, ingredient: str, amount: float, dimension: str) -> tuple[float, str, str] | None:
    """(what is really taken, units in words zh, en); rounded down. None when one unit is already too much."""
    per_unit = dict(named.contents).get(ingredient)
    if per_unit is None or not named.unit:
        return amount, "", ""
    if per_unit.dimension != dimension or per_unit.base_high <= 0:
        return None
    size = find_amount(named.unit) or find_amount(f"1 {named.unit}")
    if size is not None and size.dimension == "volume":
        volume = math.floor(amount / per_unit.base_high * size.base_high / _LIQUID_STEP + 1e-9) * _LIQUID_STEP
        if volume <= 0:
            return None
        words = f"{plain_number(volume)} mL"
        return round(volume / size.base_high * per_unit.base_high, 3), f"（{words}）", f" ({words})"
    whole = named.unit not in _HALVED or any(word in f"{named.form}{named.name}" for word in _WHOLE_FORMS)
    step = 1.0 if whole else 0.5
    count = math.floor(amount / per_unit.base_high / step + 1e-9) * step
    if count <= 0:
        return None
    words = f"{plain_number(count)} {named.unit}"
    return round(count * per_unit.base_high, 3), f"（{words}）", f" ({words})"
