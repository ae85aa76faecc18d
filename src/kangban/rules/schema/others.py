"""Labs, diet, knowledge articles."""

from __future__ import annotations

from datetime import date
from typing import Literal

from kangban.rules.schema.base import Person, Row, Severity


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
