"""Doses really taken in the last 24 hours: sums per ingredient over all products, against what a label allows."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kangban.clinical.finding import NotInCatalogue
from kangban.clinical.person import MedicineUse, PersonFacts, TakenDose
from kangban.clinical.urgency import Severity
from kangban.kernel.logic import Tri
from kangban.kernel.quantity import find_amount, show_base
from kangban.kernel.texts import t
from kangban.reasoning.medication.amounts import Taken, one_dose
from kangban.reasoning.medication.collect import Gathered
from kangban.reasoning.medication.doses import limit_of
from kangban.reasoning.medication.items import LOCAL_FORMS, Item, gather
from kangban.reasoning.medication.own_products import resolver_for
from kangban.reasoning.medication.person import PersonView, holds, view_of
from kangban.reasoning.medication.resolve import Resolver
from kangban.rules.catalogue import Catalogue, Named
from kangban.rules.schema import DoseLimit, Ingredient

_SLACK = 1.0001  # a sum of decimal fractions is not over a limit by its last binary digit
_WINDOW_HOURS = 24.0


class TakenSum(msgspec.Struct, frozen=True):
    """One ingredient over the last 24 hours. `amount` in base units (mg, IU) is a lower bound where `untold` names
    doses whose amount cannot be told; `limit` is the strictest daily label limit that surely holds, if any.
    """

    ingredient: str
    name: str
    name_en: str
    amount: float
    dimension: str
    times: int
    hours_since: float
    products: tuple[str, ...]
    untold: tuple[str, ...] = ()
    limit: float | None = None
    place: str = ""


class TakenLog(msgspec.Struct, frozen=True):
    """The sums, most recently taken first, and names that are in no catalogue and so in no sum."""

    sums: tuple[TakenSum, ...]
    not_in_catalogue: tuple[NotInCatalogue, ...] = ()


def sums_taken(person: PersonFacts, using: Resolver | None = None) -> TakenLog:
    """What was taken in the last 24 hours, per ingredient over all products."""
    names = using or resolver_for(person)
    view = view_of(person, names.names, None)
    sums, missing = _sums(person.taken, names)
    return TakenLog(tuple(_with_limit(s, view, names.names) for s in sums), missing)


def also_taken(person: PersonFacts, asked: Sequence[MedicineUse], using: Resolver) -> tuple[MedicineUse, ...]:
    """Things taken in the last 24 hours that are neither asked about nor on the list: they are in the body, too.

    What holds nothing but ingredients asked about is left to the sums, which know when it was taken.
    """
    if not person.taken:
        return ()
    listed = {_key(u.name, using) for u in (*asked, *(person.medicines or ()))}
    inside = {i for u in asked if (named := _meant(u.name, using)) for i, _ in named.contents}
    found: dict[str, MedicineUse] = {}
    for one in sorted(person.taken, key=_newest):
        named = _meant(one.name, using)
        held = {i for i, _ in named.contents} if named is not None else set[str]()
        key = _key(one.name, using)
        if key not in listed and not (held and held <= inside):
            found.setdefault(key, MedicineUse(one.name))
    return tuple(found.values())


def _newest(dose: TakenDose) -> tuple[float, str, str]:
    return dose.hours_ago, dose.name, dose.dose or ""


def _key(name: str, using: Resolver) -> str:
    named = _meant(name, using)
    return name if named is None else named.id


def _meant(name: str, using: Resolver) -> Named | None:
    found = using.resolve(name)
    return None if found.match == "misspelt" else found.named


def find_taken(
    items: Sequence[Item], taken: Sequence[TakenDose], view: PersonView, using: Resolver, gathered: Gathered
) -> None:
    """Findings on what a further dose of the asked items would make of the last 24 hours.

    With nothing asked only what is over a limit already is found.
    """
    if not taken:
        return
    sums, _ = _sums(taken, using)
    any_asked = any(i.asked for i in items)
    for one in sums:
        row = using.names.ingredients.get(one.ingredient)
        parts = [i for i in items if one.ingredient in i.ingredients and not i.local]
        asked = [i for i in parts if i.asked]
        if row is None or not parts or (any_asked and not asked):
            continue
        _Day(row, one, tuple(asked), tuple(asked or parts), view, using.names, gathered).check()


class _Day(msgspec.Struct, frozen=True):
    """One ingredient's last 24 hours against every row that holds or may hold."""

    row: Ingredient
    sum: TakenSum
    asked: tuple[Item, ...]
    items: tuple[Item, ...]
    view: PersonView
    names: Catalogue
    gathered: Gathered

    def check(self) -> None:
        worst_said = daily = False
        for limit in self.row.dose:
            if limit.route != "oral":
                continue
            tri, missing = holds(limit.person, self.view, self.names)
            if tri is Tri.NO:
                continue
            over = self._over(limit)
            if tri is Tri.YES:
                for severity, key, values in over:
                    self._find(limit, severity, key, values)
                self._left(limit)
                worst_said = worst_said or any(severity == "contraindicated" for severity, _, _ in over)
            elif over:
                why = self._texts("dose_needs", {})
                for fact in missing:
                    self.gathered.miss(fact, over[0][0], why, tuple(i.name for i in self.items))
            daily = daily or bool(limit.max_daily or limit.max_daily_per_kg)
        if daily and not worst_said:
            self._open()

    def _next(self, dimension: str) -> float:
        """What the asked dose adds; 0 where it was not said, which keeps the sum a lower bound."""
        found = [one_dose(i.named, self.row.id, i.dose) for i in self.asked if i.dose]
        return sum(f.amount for f in found if f.amount is not None and f.dimension == dimension)

    def _over(self, limit: DoseLimit) -> list[tuple[Severity, str, dict[str, str]]]:
        found: list[tuple[Severity, str, dict[str, str]]] = []
        most, dimension = limit_of(limit, self.view.weight).daily, _dimension(limit)
        if most is not None and dimension == self.sum.dimension:
            further = self._next(dimension)
            total = self.sum.amount + further
            # Where the limit is used up, a dose of any size is too much.
            full = bool(self.asked) and self.sum.amount * _SLACK >= most and self.sum.amount > 0
            if total > most * _SLACK or full:
                key = "taken_would" if self.asked else "taken_over"
                values = {"taken": show_base(self.sum.amount, dimension), "total": show_base(total, dimension),
                          "limit": show_base(most, dimension)}  # fmt: skip
                found.append(("contraindicated", key, values))
        hours = limit.min_interval_hours
        if self.asked and hours is not None and self.sum.hours_since < hours:
            values = {"since": _hours(self.sum.hours_since), "hours": f"{hours:g}"}
            found.append(("avoid", "taken_soon", values))
        times = self.sum.times + (1 if self.asked else 0)
        if limit.max_per_day is not None and times > limit.max_per_day:
            found.append(("avoid", "taken_times", {"times": str(self.sum.times), "limit": str(limit.max_per_day)}))
        return found

    def _find(self, limit: DoseLimit, severity: Severity, key: str, values: dict[str, str]) -> None:
        instead = tuple(t("medication.taken_instead", lang) for lang in ("zh", "en"))
        self.gathered.find(
            f"{self.row.id}.{limit.key}-{key.replace('_', '-')}@{self.row.version}", "dose", severity, self.items,
            (self.row.id,), self._texts(key, values | {"place": limit.jurisdiction}), limit.citations,
            (instead[0], instead[1]), over_limit=True,
        )  # fmt: skip

    def _left(self, limit: DoseLimit) -> None:
        """Say the sum where nothing is over: whoever asks for one more dose wants to see it."""
        most, dimension = limit_of(limit, self.view.weight).daily, _dimension(limit)
        if not self.asked or most is None or dimension != self.sum.dimension or self.sum.untold:
            return
        total = self.sum.amount + self._next(dimension)
        if total > most * _SLACK or self.sum.amount * _SLACK >= most:
            return
        values = {"taken": show_base(self.sum.amount, dimension), "limit": show_base(most, dimension)}
        rule = f"{self.row.id}.{limit.key}-taken-sum@{self.row.version}"
        texts = self._texts("taken_sum", values | {"place": limit.jurisdiction})
        self.gathered.find(rule, "dose", "note", self.items, (self.row.id,), texts, limit.citations)

    def _open(self) -> None:
        """Amounts that cannot be told, taken or asked about, leave the day's sum open: the worst is still possible."""
        for name in self.sum.untold:
            why = tuple(t("medication.taken_untold", lang, name=name) for lang in ("zh", "en"))
            self.gathered.miss(f"strength:{name}", "contraindicated", (why[0], why[1]), (name,))
        for item in self.asked:
            if not item.dose:
                why = self._texts("taken_how_much", {"product": item.name})
                self.gathered.miss(f"dose:{item.name}", "contraindicated", why, (item.name,))

    def _texts(self, key: str, values: dict[str, str]) -> tuple[str, str]:
        return (
            t(f"medication.{key}", "zh", name=self.row.name, **values),
            t(f"medication.{key}", "en", name=self.row.name_en, **values),
        )


def _dimension(limit: DoseLimit) -> str:
    amount = find_amount(limit.max_daily or limit.max_daily_per_kg or limit.max_single or limit.usual_single)
    return amount.dimension if amount is not None else "mass"


def _hours(hours: float) -> str:
    return f"{int(hours * 10) / 10:g}"  # rounded down: never told to be longer ago than it is


def _sums(taken: Sequence[TakenDose], using: Resolver) -> tuple[list[TakenSum], tuple[NotInCatalogue, ...]]:
    found: dict[str, TakenSum] = {}
    recent = sorted((d for d in taken if d.hours_ago < _WINDOW_HOURS), key=_newest)
    _, missing = gather([MedicineUse(d.name) for d in recent], (), using)
    for dose in recent:
        named = _meant(dose.name, using)
        if named is None or any(word in named.form or word in named.name for word in LOCAL_FORMS):
            continue
        for ingredient, _ in named.contents:
            amount = one_dose(named, ingredient, dose.dose) if dose.dose else None
            found[ingredient] = _added(found.get(ingredient), ingredient, dose, amount, using.names)
    return list(found.values()), tuple(missing)


def _added(old: TakenSum | None, ingredient: str, dose: TakenDose, taken: Taken | None, names: Catalogue) -> TakenSum:
    amount, dimension = (taken.amount, taken.dimension) if taken is not None else (None, "")
    row = names.ingredients.get(ingredient)
    if old is None:
        old = TakenSum(
            ingredient, row.name if row else ingredient, row.name_en if row else ingredient, 0.0,
            "", 0, dose.hours_ago, (),
        )  # fmt: skip
    if amount is not None and old.dimension in ("", dimension):
        old = msgspec.structs.replace(old, amount=round(old.amount + amount, 6), dimension=dimension)
    else:
        old = msgspec.structs.replace(old, untold=tuple(dict.fromkeys((*old.untold, dose.name))))
    products = tuple(dict.fromkeys((*old.products, dose.name)))
    return msgspec.structs.replace(old, times=old.times + 1, products=products)


def _with_limit(one: TakenSum, view: PersonView, names: Catalogue) -> TakenSum:
    row = names.ingredients.get(one.ingredient)
    best: tuple[float, str] | None = None
    for limit in row.dose if row else ():
        most = limit_of(limit, view.weight).daily
        if limit.route != "oral" or most is None or _dimension(limit) != (one.dimension or _dimension(limit)):
            continue
        if holds(limit.person, view, names)[0] is Tri.YES and (best is None or most < best[0]):
            best = (most, limit.jurisdiction)
    return one if best is None else msgspec.structs.replace(one, limit=best[0], place=best[1])
