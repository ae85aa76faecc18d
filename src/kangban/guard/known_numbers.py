"""Every number the packs know: of a medicine, of a laboratory value, and of the red flags and articles at large."""

from __future__ import annotations

from functools import lru_cache

from kangban.kernel.quantity import find_amount
from kangban.retrieval.cite import library
from kangban.retrieval.quantities import Quantity, find_quantities
from kangban.rules.catalogue import catalogue
from kangban.rules.compiled import shipped
from kangban.rules.schema import Ingredient, Product

Numbers = tuple[Quantity, ...]


@lru_cache(maxsize=512)
def of_ingredient(ingredient: str) -> Numbers:
    """Numbers in everything the packs say of one ingredient."""
    row = catalogue().ingredients.get(ingredient)
    if row is None:
        return ()
    parts = [row.use, row.use_en, *_doses(row)]
    cited: list[str] = [c for d in row.dose for c in d.citations]
    for one in (*row.caution, *row.interaction):
        parts += [one.message, one.message_en, one.instead, one.instead_en]
        cited += one.citations
    return numbers_of((*parts, *_passages(tuple(dict.fromkeys(cited)))))


def _doses(row: Ingredient) -> list[str]:
    parts: list[str] = []
    for d in row.dose:
        parts += [d.usual_single, d.max_single, d.max_single_per_kg, d.max_daily, d.max_daily_per_kg, d.note, d.note_en]
        parts += [f"{d.min_interval_hours:g} 小时"] if d.min_interval_hours else []
        parts += [f"{d.max_per_day} 次"] if d.max_per_day else []
        parts += [f"{d.max_days} 天"] if d.max_days else []
        parts += [f"{x:g} 岁" for x in (d.person.age_from, d.person.age_below) if x is not None]
        parts += [f"{x:g} kg" for x in (d.person.weight_from, d.person.weight_below) if x is not None]
    return parts


@lru_cache(maxsize=1)
def _by_product() -> dict[str, Product]:
    return {p.id: p for p in shipped().packs.products}


@lru_cache(maxsize=512)
def of_product(product: str) -> Numbers:
    """Numbers of a product's label, its strengths and its sources."""
    row = _by_product().get(product)
    if row is None:
        return ()
    parts = [row.label_dose, row.label_dose_en, row.unit, *row.names, *(c.amount or "" for c in row.contains)]
    parts += [x for c in row.caution for x in (c.message, c.message_en, c.instead, c.instead_en)]
    return numbers_of((*parts, *_passages(row.citations)))


def _passages(ids: tuple[str, ...]) -> tuple[str, ...]:
    """All passages of the sources behind these citations."""
    shelf = library()
    sources = {i.split("#")[0] for i in ids if i in shelf}
    return tuple(shelf.both_languages(i) for i in _places() if i.split("#")[0] in sources)


@lru_cache(maxsize=1)
def _places() -> tuple[str, ...]:
    return tuple(library().ids())


@lru_cache(maxsize=256)
def of_analyte(analyte: str) -> Numbers:
    """Ranges and critical values of one laboratory value, in its own and its other units."""
    row = next((a for a in shipped().packs.analytes if a.id == analyte), None)
    if row is None:
        return ()
    values = [v for r in row.ranges for v in (r.low, r.high)] + [row.critical_low, row.critical_high]
    parts = [f"{v:g} {row.unit}" for v in values if v is not None]
    parts += [f"{v:g}" for v in values if v is not None]
    parts += [f"{(v - o.offset) / o.factor:.3g}" for o in row.other_units for v in values if v is not None and o.factor]
    parts += [row.low_meaning, row.low_meaning_en, row.high_meaning, row.high_meaning_en]
    return numbers_of((*parts, *_passages(row.citations)))


@lru_cache(maxsize=1)
def general() -> frozenset[tuple[str, float]]:
    """(dimension, value) of everything the red flags, the analytes and the articles say."""
    packs = shipped().packs
    parts = [
        x for r in packs.red_flags for x in (r.why, r.why_en, r.advice, r.advice_en, *r.return_if, *r.return_if_en)
    ]
    cited = {c.split("#")[0] for r in packs.red_flags for c in r.citations}
    parts += [x for s in packs.sources if s.id in cited for p in s.passages for x in (p.passage, p.passage_en)]
    parts += [x for a in packs.articles for x in _texts(a)]
    return frozenset((q.dim, v) for q in numbers_of(tuple(parts)) for v in (q.low, q.high))


def _texts(article: object) -> list[str]:
    return [v for name in ("text", "body", "markdown") if isinstance(v := getattr(article, name, None), str)]


def numbers_of(texts: tuple[str, ...]) -> Numbers:
    """Numbers in texts."""
    return tuple(q for text in texts if text for q in find_quantities(text))


def per_kilogram(ingredient: str, weight: float) -> tuple[float, ...]:
    """Amounts in mg that the per-kilogram limits give at a weight in kg."""
    row = catalogue().ingredients.get(ingredient)
    fields = [x for d in (row.dose if row else ()) for x in (d.max_single_per_kg, d.max_daily_per_kg) if x]
    amounts = [a for x in fields if (a := find_amount(x)) is not None]
    return tuple(v * weight for a in amounts for v in (a.base_low, a.base_high))
