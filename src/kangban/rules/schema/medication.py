"""Ingredients, products, classes, decision tables."""

from __future__ import annotations

from datetime import date
from typing import Literal

from kangban.rules.schema.base import CautionKind, MarketClass, Person, Row, Severity


class DoseLimit(Row, frozen=True):
    """A dose limit of one ingredient for one population, from a label that was read.

    Amounts are strings "400 mg", "15 mg/kg", "1 g", "5 ug", "200 IU". Where both a flat and a
    per-kg limit stand, the stricter applies.
    """

    key: str
    person: Person
    jurisdiction: str
    citations: tuple[str, ...]
    usual_single: str = ""  # "200 mg" or "200–400 mg": shown for OTC, never computed with
    max_single: str = ""
    max_single_per_kg: str = ""
    max_daily: str = ""
    max_daily_per_kg: str = ""
    min_interval_hours: float | None = None
    max_per_day: int | None = None
    max_days: int | None = None
    route: str = "oral"
    note: str = ""
    note_en: str = ""


class Caution(Row, frozen=True):
    """A warning about one ingredient (or product) for some persons."""

    key: str
    kind: CautionKind
    severity: Severity
    person: Person  # empty = everybody
    message: str
    message_en: str
    citations: tuple[str, ...]
    instead: str = ""
    instead_en: str = ""


class Interaction(Row, frozen=True):
    """With another ingredient ("warfarin"), class ("class:nsaid") or food/alcohol ("food:alcohol")."""

    key: str
    other: str
    severity: Severity
    message: str
    message_en: str
    citations: tuple[str, ...]
    instead: str = ""
    instead_en: str = ""


class Indication(Row, frozen=True):
    """What the label says it is for, as complaints of the red-flag pack; only such a row lets a medicine be offered.

    `first` marks what guidelines try first for that complaint; `unless` are complaints beside which the label says no.
    """

    key: str
    complaints: tuple[str, ...]  # symptom ids
    text: str
    text_en: str
    citations: tuple[str, ...]
    first: bool = False
    unless: tuple[str, ...] = ()
    person: Person = Person()


PracticalTopic = Literal[
    "missed_dose", "with_food", "storage", "opened_life", "do_not_crush", "spacing", "driving", "stopping"
]


class Practical(Row, frozen=True):
    """How to take or keep it, from a source that was read; never used to clear anything.

    `days` is how long an opened bottle may be used (opened_life), `minutes` the wait between two drops (spacing).
    """

    key: str
    topic: PracticalTopic
    text: str
    text_en: str
    citations: tuple[str, ...]
    days: int | None = None
    minutes: int | None = None
    form: str = ""  # only for this form: eye drops, modified-release tablet


class Ingredient(Row, frozen=True):
    """One active ingredient: `medication/ingredients/<id>.toml`."""

    id: str
    name: str
    name_en: str
    version: int
    author: str
    review_by: date
    atc: str | None = None
    aliases: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()  # class ids, see medication/classes.toml
    market: MarketClass = "unknown"
    checked_by: str = ""
    clinician_reviewed: bool = False
    use: str = ""  # what it is for, one plain sentence
    use_en: str = ""
    dose: tuple[DoseLimit, ...] = ()
    caution: tuple[Caution, ...] = ()
    interaction: tuple[Interaction, ...] = ()
    practical: tuple[Practical, ...] = ()
    indication: tuple[Indication, ...] = ()


class DrugClass(Row, frozen=True):
    """A class of ingredients. `duplicate` = two different members at once are a duplication."""

    id: str
    name: str
    name_en: str
    aliases: tuple[str, ...] = ()  # words people use: 降压药, 退烧药, blood thinner
    duplicate: Severity | None = None
    duplicate_message: str = ""
    duplicate_message_en: str = ""
    citations: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()


class ConditionConcept(Row, frozen=True):
    """A condition a person may have, as far as medicines care."""

    id: str
    name: str
    name_en: str
    aliases: tuple[str, ...] = ()
    icd10: str | None = None
    parents: tuple[str, ...] = ()


class ClassesFile(Row, frozen=True):
    """`medication/classes.toml` and `medication/conditions.toml`."""

    drug_class: tuple[DrugClass, ...] = ()
    condition: tuple[ConditionConcept, ...] = ()


class Content(Row, frozen=True):
    """An ingredient within one unit of a product; amount None = not known or differs between strengths."""

    ingredient: str
    amount: str | None = None  # per unit: "200 mg"


class Product(Row, frozen=True):
    """A named product, brand, or Chinese patent medicine."""

    id: str
    names: tuple[str, ...]
    kind: Literal["brand", "product", "patent"]
    contains: tuple[Content, ...]
    citations: tuple[str, ...]
    name_en: str = ""
    market: MarketClass = "unknown"
    form: str = ""
    unit: str = ""  # 片, 袋, 粒, mL …: what `amount` is per
    herbs: tuple[str, ...] = ()  # as the label lists them; what the catalogue knows of them stands in `contains` too
    applied: bool = False  # on skin, eye, mouth or bowel: its herbs are named and not checked as if swallowed
    label_dose: str = ""  # as the label directs, our words, OTC only
    label_dose_en: str = ""
    caution: tuple[Caution, ...] = ()
    indication: tuple[Indication, ...] = ()  # of a compound or patent medicine as a whole
    # No label was read: the name may warn, it never clears, and the check says so. Such a product has no amounts.
    composition_recalled: bool = False


class ProductsFile(Row, frozen=True):
    """`medication/products/*.toml`."""

    version: int
    author: str
    review_by: date
    product: tuple[Product, ...]
    checked_by: str = ""
    clinician_reviewed: bool = False


class TableInput(Row, frozen=True):
    """One input of a decision table."""

    name: str  # age_years, egfr, pregnancy_weeks, temp …
    unit: str  # UCUM
    low: float  # smallest value the table must answer for
    high: float  # the domain is [low, high)
    largest_age_days: float | None = None  # an older observation is unknown


class TableRow(Row, frozen=True):
    """Half-open bands per input (missing = the whole domain) and the outcome."""

    bands: dict[str, tuple[float | None, float | None]]
    outcome: Severity | Literal["none"]
    message: str = ""
    message_en: str = ""
    instead: str = ""
    instead_en: str = ""
    citations: tuple[str, ...] = ()


class TableVector(Row, frozen=True):
    """A test vector; `value` None means the fact is unknown."""

    facts: dict[str, float | None]
    outcome: Severity | Literal["none", "unknown"]


class DecisionTable(Row, frozen=True):
    """`medication/rules/<id>.toml`: every complete set of facts hits exactly one row."""

    id: str
    version: int
    status: Literal["draft", "active", "retired"]
    author: str
    review_by: date
    applies_to: tuple[str, ...]  # ingredient ids or "class:…"
    kind: CautionKind
    inputs: tuple[TableInput, ...]
    rows: tuple[TableRow, ...]
    vectors: tuple[TableVector, ...]
    checked_by: str = ""
    clinician_reviewed: bool = False
    person: Person | None = None  # the table is asked only of such persons
