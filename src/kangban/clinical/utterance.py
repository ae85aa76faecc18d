"""What perception found in somebody's words. Spans are [start, end) character offsets into the text."""

from __future__ import annotations

from typing import Literal

import msgspec

from kangban.clinical.person import Sex

NameMatch = Literal["exact", "alias", "misspelt"]


class DrugMention(msgspec.Struct, frozen=True):
    """A medicine named in the text. `named_id` is a catalogue id; `dose`, `per_day` as stated beside it."""

    start: int
    end: int
    text: str
    named_id: str
    name: str
    match: NameMatch
    dose: str | None = None
    per_day: float | None = None
    negated: bool = False
    taking: bool = False  # said to be taken now, as against asked about


class SymptomMention(msgspec.Struct, frozen=True):
    """A complaint concept. `negated`: said not to be there; `past`: only in the history."""

    start: int
    end: int
    concept: str
    negated: bool = False
    past: bool = False
    hours: float | None = None


class Measure(msgspec.Struct, frozen=True):
    """A number with a meaning: age_years, weight_kg, temp (Cel), sbp, dbp, hr, spo2, rr, glucose, egfr, lab:ID."""

    start: int
    end: int
    code: str
    value: float
    unit: str = ""


class Utterance(msgspec.Struct, frozen=True):
    """Everything found in one text. None = not said."""

    text: str
    lang: Literal["zh", "en"]
    drugs: tuple[DrugMention, ...] = ()
    symptoms: tuple[SymptomMention, ...] = ()
    measures: tuple[Measure, ...] = ()
    conditions: tuple[str, ...] = ()
    foods: tuple[str, ...] = ()
    analytes: tuple[str, ...] = ()  # tests named, with or without a value
    hours: float | None = None  # longest stated duration of the complaint
    age_years: float | None = None
    weight_kg: float | None = None
    sex: Sex | None = None
    pregnant: bool | None = None
    pregnancy_weeks: float | None = None
    breastfeeding: bool | None = None
    allergies: tuple[str, ...] = ()
    relation: str | None = None  # family word of whom it is about
    general: bool = False  # a question about knowledge, nobody's complaint
    unknown_names: tuple[str, ...] = ()  # look like medicines, are in no catalogue

    def present(self) -> frozenset[str]:
        """Concepts that are there now."""
        return frozenset(s.concept for s in self.symptoms if not s.negated and not s.past)

    def denied(self) -> frozenset[str]:
        """Concepts said not to be there."""
        return frozenset(s.concept for s in self.symptoms if s.negated) - self.present()
