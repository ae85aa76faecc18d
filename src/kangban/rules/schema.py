"""The shapes of every file under `packs/`. docs/packs.md explains them to authors.

Everything is read with unknown keys forbidden, so that a misspelt key refuses the pack instead of
silently dropping a warning. Texts for people come in pairs: `x` (zh-CN) and `x_en`.
Ages are years (fractions allowed), weights kg, weeks are weeks of pregnancy, egfr mL/min/1.73 m².
Bands are half-open: `*_from` is inclusive, `*_below` exclusive.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

Severity = Literal["contraindicated", "avoid", "caution", "note"]
Evidence = Literal["read_label", "read_guideline", "read_secondary", "recalled"]
Level = Literal["emergency", "same_day", "this_week", "self_care"]
MarketClass = Literal["otc_a", "otc_b", "rx", "controlled", "supplement", "food", "unknown"]
CautionKind = Literal[
    "condition", "allergy", "pregnancy", "lactation", "age", "renal", "hepatic", "food", "dose", "omission"
]
Sex = Literal["female", "male"]


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of every pack row."""


# --- sources -------------------------------------------------------------------------------------


class Passage(Row, frozen=True):
    """One place in a source. Cited as `source-id#key`."""

    key: str
    place: str  # section or page, as the source names it, e.g. 【禁忌】 or "Warnings"
    passage: str  # our paraphrase, zh-CN
    passage_en: str = ""


class Source(Row, frozen=True):
    """A document that was opened (or, with evidence = recalled, was not)."""

    id: str
    title: str
    publisher: str
    evidence: Evidence
    passages: tuple[Passage, ...]
    year: int | None = None
    jurisdiction: str = ""  # CN, US, UK, EU, WHO …
    address: str = ""
    accessed_on: date | None = None
    title_en: str = ""


class SourcesFile(Row, frozen=True):
    """`**/sources*.toml`."""

    source: tuple[Source, ...] = ()


# --- who a row is about -------------------------------------------------------------------------


class Person(Row, frozen=True):
    """Conditions on a person; all that are given must hold. A fact that is not known makes the row unknown."""

    age_from: float | None = None
    age_below: float | None = None
    weight_from: float | None = None
    weight_below: float | None = None
    sex: Sex | None = None
    pregnant: bool | None = None
    weeks_from: float | None = None
    weeks_below: float | None = None
    breastfeeding: bool | None = None
    egfr_from: float | None = None
    egfr_below: float | None = None
    conditions: tuple[str, ...] = ()  # any of these condition ids
    allergies: tuple[str, ...] = ()  # any of these ingredient ids or "class:…"
    takes: tuple[str, ...] = ()  # any of these ingredient ids or "class:…" among current medicines
    observation: Observed | None = None


class Observed(Row, frozen=True):
    """A measured value: analyte id of the labs pack (or a vital sign id) within a half-open band."""

    code: str
    at_least: float | None = None
    below: float | None = None
    max_age_days: float | None = None


# --- medication ----------------------------------------------------------------------------------


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
    herbs: tuple[str, ...] = ()  # herbs not checked for interactions
    label_dose: str = ""  # as the label directs, our words, OTC only
    label_dose_en: str = ""
    caution: tuple[Caution, ...] = ()


class ProductsFile(Row, frozen=True):
    """`medication/products/*.toml`."""

    version: int
    author: str
    review_by: date
    product: tuple[Product, ...]
    checked_by: str = ""
    clinician_reviewed: bool = False


# --- symptoms and red flags ----------------------------------------------------------------------


class Group(Row, frozen=True):
    """A set of words that mean one part of a symptom: a body part, a sensation, a degree."""

    id: str
    words: tuple[str, ...]


class Symptom(Row, frozen=True):
    """A complaint concept. Found by whole phrases, or by groups that stand near each other.

    A combo is a tuple of group ids that must all occur within one clause with at most `gap`
    characters (English: words) between neighbours, in any order unless `ordered`.
    `phrases_negative_safe`: the phrase itself contains a negation (说不出话) and is not negated by it.
    """

    id: str
    name: str
    name_en: str
    phrases: tuple[str, ...] = ()
    combos: tuple[tuple[str, ...], ...] = ()
    gap: int = 6
    ordered: bool = False
    implies: tuple[str, ...] = ()  # more general symptom ids that hold too
    complaint: bool = True  # False: a circumstance (took_overdose, head_injury is True …)


class SymptomsFile(Row, frozen=True):
    """`red_flags/symptoms/*.toml`."""

    group: tuple[Group, ...] = ()
    symptom: tuple[Symptom, ...] = ()


class When(Row, frozen=True):
    """One way a red-flag rule fires: every given part must hold."""

    all: tuple[str, ...] = ()  # symptom ids
    any: tuple[str, ...] = ()  # at least `at_least` of these
    at_least: int = 1
    none: tuple[str, ...] = ()  # none of these present
    person: Person | None = None
    hours_from: float | None = None  # duration of the complaint
    hours_below: float | None = None
    severity_from: int | None = None  # 0–10 pain scale where stated


class RedFlag(Row, frozen=True):
    """One triage rule."""

    id: str
    version: int
    level: Level
    group: str  # stroke, chest, breathing, child, pregnancy, elder, eye, mental, poisoning …
    when: tuple[When, ...]  # any of these
    why: str
    why_en: str
    advice: str  # what to do now
    advice_en: str
    citations: tuple[str, ...]
    return_if: tuple[str, ...] = ()
    return_if_en: tuple[str, ...] = ()
    call: tuple[str, ...] = ()  # telephone numbers: "120", "12356", "110"
    examples: tuple[str, ...] = ()  # sentences that must fire it (zh and en)
    counter_examples: tuple[str, ...] = ()  # sentences that must not
    example_person: Person | None = None


class RedFlagsFile(Row, frozen=True):
    """`red_flags/rules/*.toml`."""

    author: str
    review_by: date
    rule: tuple[RedFlag, ...]
    checked_by: str = ""
    clinician_reviewed: bool = False


# --- labs ----------------------------------------------------------------------------------------


class UnitFactor(Row, frozen=True):
    """value in `unit` × factor + offset = value in the analyte's own unit."""

    unit: str  # UCUM
    factor: float
    offset: float = 0.0
    aliases: tuple[str, ...] = ()


class ReferenceRange(Row, frozen=True):
    """Half-open: normal when low ≤ value ≤ high (labs print closed ranges; the edge is normal)."""

    person: Person
    citations: tuple[str, ...]
    low: float | None = None
    high: float | None = None


class Analyte(Row, frozen=True):
    """One laboratory test or vital sign."""

    id: str
    loinc: str | None
    name: str
    name_en: str
    unit: str  # UCUM
    specimen: str
    aliases: tuple[str, ...] = ()
    unit_aliases: tuple[str, ...] = ()
    other_units: tuple[UnitFactor, ...] = ()
    ranges: tuple[ReferenceRange, ...] = ()
    critical_low: float | None = None
    critical_high: float | None = None
    plausible_low: float | None = None
    plausible_high: float | None = None
    low_meaning: str = ""
    low_meaning_en: str = ""
    high_meaning: str = ""
    high_meaning_en: str = ""
    citations: tuple[str, ...] = ()  # for meaning and critical values


class LabsFile(Row, frozen=True):
    """`labs/analytes*.toml`."""

    version: int
    author: str
    review_by: date
    analyte: tuple[Analyte, ...]
    checked_by: str = ""
    clinician_reviewed: bool = False


# --- diet ----------------------------------------------------------------------------------------


class FoodAdvice(Row, frozen=True):
    """What one food means for a person or a medicine. With neither, it is general advice."""

    key: str
    severity: Severity
    message: str
    message_en: str
    citations: tuple[str, ...]
    person: Person | None = None
    medicine: str = ""  # ingredient id or "class:…"


class Food(Row, frozen=True):
    """A food, drink or pair of foods."""

    id: str
    name: str
    name_en: str
    aliases: tuple[str, ...] = ()
    advice: tuple[FoodAdvice, ...] = ()


class DietFile(Row, frozen=True):
    """`diet/foods*.toml`."""

    version: int
    author: str
    review_by: date
    food: tuple[Food, ...]
    checked_by: str = ""
    clinician_reviewed: bool = False


# --- knowledge -----------------------------------------------------------------------------------


class ArticleHead(Row, frozen=True):
    """Front matter (TOML between +++ lines) of `knowledge/articles/<id>.md`."""

    id: str
    title: str
    title_en: str
    kind: Literal["condition", "symptom", "test", "medicine", "first_aid", "eye", "prevention"]
    version: int
    author: str
    review_by: date
    aliases: tuple[str, ...] = ()
    checked_by: str = ""
    clinician_reviewed: bool = False


# --- decision tables -----------------------------------------------------------------------------


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
