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
    loinc: str | None = None  # where a result in this unit is another LOINC term (mass instead of moles)
    only_named: tuple[str, ...] = ()  # the factor holds under these names only (urea nitrogen is not urea)


class NamedTerm(Row, frozen=True):
    """Names under which the same quantity is another LOINC term (尿素氮 for 尿素), in the analyte's own measure."""

    names: tuple[str, ...]
    loinc: str


class ReferenceRange(Row, frozen=True):
    """Half-open: normal when low ≤ value ≤ high (labs print closed ranges; the edge is normal)."""

    person: Person
    citations: tuple[str, ...]
    low: float | None = None
    high: float | None = None


Specimen = Literal[
    "blood", "serum", "plasma", "arterial_blood", "urine", "urine_24h", "stool", "csf", "semen", "genital", "fluid",
    "breath", "body",
]  # fmt: skip


class Analyte(Row, frozen=True):
    """One laboratory test or vital sign.

    `name`, `name_en` and `aliases` are what people and reports call it. `spoken` are names only people use (on a report
    they mean something broader), `printed` names only reports use (too general for speech: "胰岛素" is said of the
    medicine), `within` names that mean it only where the report says the specimen (the urine panel's "肌酐").
    A qualitative one has no unit; `normal_texts` are the results that are as they should be. With `molar_mass` (g/mol)
    mass and moles convert, and `other_loinc` is the LOINC term of the measure that `unit` is not. `loinc_source` cites
    where the code was read beside its name.
    """

    id: str
    name: str
    name_en: str
    unit: str  # UCUM, "" for a qualitative one or a pure ratio
    specimen: Specimen
    loinc: str | None = None
    scale: Literal["quantitative", "qualitative"] = "quantitative"
    aliases: tuple[str, ...] = ()
    spoken: tuple[str, ...] = ()
    printed: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    unit_aliases: tuple[str, ...] = ()
    other_units: tuple[UnitFactor, ...] = ()
    molar_mass: float | None = None
    other_loinc: str | None = None
    named_terms: tuple[NamedTerm, ...] = ()
    loinc_source: str = ""
    normal_texts: tuple[str, ...] = ()
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

    @property
    def said(self) -> bool:
        """Whether people speak of it; a row without aliases is known from reports only."""
        return bool(self.aliases or self.spoken)


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
