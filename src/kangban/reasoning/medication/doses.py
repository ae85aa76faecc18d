"""Doses against label limits: per dose, per day, per kilogram, summed over every product of the check."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

import msgspec

from kangban.clinical.urgency import Severity
from kangban.kernel.logic import Tri
from kangban.kernel.quantity import find_amount, show_base
from kangban.kernel.texts import t
from kangban.reasoning.medication.amounts import Taken, one_dose
from kangban.reasoning.medication.collect import Gathered
from kangban.reasoning.medication.items import Item
from kangban.reasoning.medication.person import PersonView, holds
from kangban.rules.catalogue import Catalogue
from kangban.rules.schema import DoseLimit, Ingredient


class Limit(msgspec.Struct, frozen=True):
    """The stricter of flat and per-kilogram limits of one row, in base units; None = no such limit."""

    row: DoseLimit
    single: float | None
    daily: float | None
    weight_missing: bool


def limit_of(row: DoseLimit, weight: float | None) -> Limit:
    """Numbers of one dose row for a weight in kg (None = unknown: per-kg limits are left out and said so)."""
    missing = weight is None and bool(row.max_single_per_kg or row.max_daily_per_kg)
    return Limit(
        row,
        _stricter(row.max_single, row.max_single_per_kg, weight),
        _stricter(row.max_daily, row.max_daily_per_kg, weight),
        missing,
    )


def _stricter(flat: str, per_kg: str, weight: float | None) -> float | None:
    numbers: list[float] = []
    amount = find_amount(flat) if flat else None
    if amount is not None:
        numbers.append(amount.base_high)
    each = find_amount(per_kg) if per_kg else None
    if each is not None and weight is not None:
        numbers.append(each.base_high * weight)
    return min(numbers) if numbers else None


class Use(msgspec.Struct, frozen=True):
    """One item's part in the sum of one ingredient."""

    item: Item
    single: float | None
    dimension: str


def find_doses(items: Sequence[Item], view: PersonView, names: Catalogue, gathered: Gathered) -> None:
    """Check every ingredient with a stated dose against the rows that hold or may hold for the person."""
    uses: dict[str, list[Use]] = defaultdict(list)
    for each in items:
        if each.local:
            continue
        item = _times_told(each, gathered)
        for ingredient in item.ingredients:
            taken = one_dose(item.named, ingredient, item.dose) if item.dose else None
            if taken is not None and not _comparable(taken, names.ingredients.get(ingredient)):
                taken = Taken(None)
            if item.dose and taken is not None and taken.amount is None:
                _unreadable(item, ingredient, names, gathered)
            uses[ingredient].append(Use(item, taken.amount if taken else None, taken.dimension if taken else "mass"))
    for ingredient, parts in uses.items():
        parts.sort(key=lambda p: p.item.name)
        if any(p.item.asked for p in parts) or not any(i.asked for i in items):
            row = names.ingredients.get(ingredient)
            if row is not None:
                _check(row, parts, view, names, gathered)


def _times_told(item: Item, gathered: Gathered) -> Item:
    """Without a number of doses that can be none; it is asked again."""
    if item.per_day is None or 0 < item.per_day < math.inf:
        return item
    why = tuple(t("medication.unknown_times", lang, name=item.name) for lang in ("zh", "en"))
    gathered.miss(f"dose:{item.name}", "avoid", (why[0], why[1]), (item.name,))
    return msgspec.structs.replace(item, per_day=None)


def _comparable(taken: Taken, row: Ingredient | None) -> bool:
    """Whether limits of the ingredient are of the same kind: units are no milligrams."""
    kinds = {
        amount.dimension
        for limit in (row.dose if row is not None else ())
        for text in (limit.max_single, limit.max_daily, limit.max_single_per_kg, limit.max_daily_per_kg)
        if text and (amount := find_amount(text)) is not None
    }
    return taken.amount is None or not kinds or taken.dimension in kinds


def _unreadable(item: Item, ingredient: str, names: Catalogue, gathered: Gathered) -> None:
    row = names.ingredients.get(ingredient)
    if row is None or not row.dose:
        return
    why = tuple(t("medication.unknown_strength", lang, name=item.name, dose=item.dose or "") for lang in ("zh", "en"))
    gathered.miss(f"strength:{item.name}", "avoid", (why[0], why[1]), (item.name,))


def _check(row: Ingredient, parts: list[Use], view: PersonView, names: Catalogue, gathered: Gathered) -> None:
    rows = [(limit, *holds(limit.person, view, names)) for limit in row.dose if limit.route in _WHOLE_BODY]
    if not rows:
        return
    sure = [limit for limit, tri, _ in rows if tri is Tri.YES]
    maybe = [(limit, missing) for limit, tri, missing in rows if tri is Tri.UNKNOWN]
    gathered.checked += 1
    if not sure and not maybe:
        _no_row(row, parts, view, gathered)
    if view.age is None and not sure:
        # Some age may have no label dose at all.
        _ask(row, "age_years", "avoid", parts, gathered)
    for limit in sure:
        found = limit_of(limit, view.weight)
        over = _exceeds(found, parts)
        if over is not None:
            _report(row, limit, over, parts, gathered)
        if found.weight_missing and any(p.single is not None or p.item.asked for p in parts):
            _ask(row, "weight_kg", "avoid", parts, gathered)
    for limit, missing in maybe:
        over = _exceeds(limit_of(limit, view.weight), parts)
        if over is not None or limit.max_single_per_kg:
            for fact in missing:
                _ask(row, fact, over[0] if over else "caution", parts, gathered)


def _no_row(row: Ingredient, parts: list[Use], view: PersonView, gathered: Gathered) -> None:
    """The label gives doses for others but none for this person: that is an answer, too."""
    if view.age is None or view.age >= 18:
        return
    gathered.find(
        f"{row.id}.no-label-dose@{row.version}",
        "age",
        "avoid",
        tuple(p.item for p in parts),
        (row.id,),
        (t("medication.no_label_dose", "zh", name=row.name), t("medication.no_label_dose", "en", name=row.name_en)),
        tuple(c for d in row.dose[:1] for c in d.citations),
    )


_DAY = 24.0  # hours
_WHOLE_BODY = frozenset({"oral", "injection"})
Over = tuple[Severity, str, float, float, str]  # severity, text key, amount, limit, dimension


def _exceeds(limit: Limit, parts: list[Use]) -> Over | None:
    """The worst breach of one limit, or None. Amounts that cannot be told count as zero (a lower bound)."""
    found: list[Over] = [
        ("avoid", "medication.over_single", part.single, limit.single, part.dimension)
        for part in parts
        if part.single is not None and limit.single is not None and part.single > limit.single * 1.0001
    ]
    daily = sum(p.single * p.item.per_day for p in parts if p.single is not None and p.item.per_day is not None)
    # A single dose is also part of a day, even when nobody said how often.
    daily = max(daily, sum(p.single for p in parts if p.single is not None))
    dimension = parts[0].dimension
    if limit.daily is not None and daily > limit.daily * 1.0001:
        found.append(("contraindicated", "medication.over_daily", daily, limit.daily, dimension))
    times = sum(p.item.per_day or 0 for p in parts)
    if limit.row.max_per_day is not None and times > limit.row.max_per_day:
        found.append(("avoid", "medication.over_times", times, limit.row.max_per_day, "count"))
    hours = limit.row.min_interval_hours
    if hours and times > _DAY / hours + 0.0001:
        # What is meant for once a week and taken every day has killed people.
        weekly = ("contraindicated", "medication.over_days", times, hours / _DAY, "count")
        found.append(weekly if hours > _DAY else ("avoid", "medication.over_times", times, int(_DAY / hours), "count"))
    return min(found, key=lambda o: o[0] != "contraindicated") if found else None


def _report(row: Ingredient, limit: DoseLimit, over: Over, parts: list[Use], gathered: Gathered) -> None:
    severity, key, amount, most, dimension = over
    values = {"amount": show_base(amount, dimension), "limit": show_base(most, dimension), "place": limit.jurisdiction}
    gathered.find(
        f"{row.id}.{limit.key}@{row.version}",
        "dose",
        severity,
        tuple(p.item for p in parts),
        (row.id,),
        (t(key, "zh", name=row.name, **values), t(key, "en", name=row.name_en, **values)),
        limit.citations,
        (t("medication.keep_label_dose", "zh"), t("medication.keep_label_dose", "en")),
        over_limit=True,
    )


def _ask(row: Ingredient, fact: str, worst: Severity, parts: list[Use], gathered: Gathered) -> None:
    why = (t("medication.dose_needs", "zh", name=row.name), t("medication.dose_needs", "en", name=row.name_en))
    gathered.miss(fact, worst, why, tuple(p.item.name for p in parts))
