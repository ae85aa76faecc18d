"""A package insert as read: sections, entities, a proposed catalogue entry and where it differs from the catalogue.

Every span is [start, end) in characters of the text as read. A proposal is a value for a person to confirm; nothing
checks medicines with it.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Span = tuple[int, int]
EntityKind = Literal[
    "drug", "ingredient", "disease", "symptom", "syndrome", "disease_group", "food", "food_group", "person_group",
    "drug_group", "efficacy", "dosage_form", "nature_taste",
]  # fmt: skip
SectionKey = Literal[
    "names", "generic_name", "brand_name", "english_name", "pinyin", "composition", "excipients", "appearance",
    "category", "indications", "strength", "dose", "adverse", "contraindications", "cautions", "warning",
    "pregnancy_lactation", "pregnancy", "lactation", "child", "elder", "populations", "interactions", "overdose",
    "pharmacology", "pharmacokinetics", "trials", "storage", "package", "shelf_life", "standard", "approval", "revised",
    "maker", "contact", "batch", "title", "children_away", "formula", "preface", "other",
]  # fmt: skip


class Section(msgspec.Struct, frozen=True):
    """A heading as printed (without brackets and gaps) and what stands under it; `text` is the source at `span`."""

    heading: str
    key: SectionKey
    text: str
    span: Span
    heading_span: Span


class Entity(msgspec.Struct, frozen=True):
    """Something named in the text; `text` is the source at `span`, line breaks and gaps included."""

    kind: EntityKind
    text: str
    span: Span


class Said(msgspec.Struct, frozen=True):
    """Words of the insert and where they stand."""

    text: str
    span: Span


class ProposedContent(msgspec.Struct, frozen=True):
    """One ingredient; `ingredient` is a catalogue id, None where the name is not known. `amount` is per `per`."""

    name: str
    span: Span
    ingredient: str | None = None
    amount: str | None = None
    per: str = ""


class ProposedDose(msgspec.Struct, frozen=True):
    """One sentence of the directions with its numbers; ages in years, None = not said. A range keeps its ends."""

    text: str
    span: Span
    age_from: float | None = None
    age_below: float | None = None
    single_low: float | None = None
    single_high: float | None = None
    unit: str = ""
    per_kg: bool = False
    per_day_low: float | None = None
    per_day_high: float | None = None
    interval_hours: float | None = None
    max_daily: float | None = None
    max_daily_unit: str = ""
    max_days: float | None = None


class ProposedBar(msgspec.Struct, frozen=True):
    """A contraindication or caution: conditions and allergies in our vocabulary only where the words are certain."""

    text: str
    span: Span
    conditions: tuple[str, ...] = ()
    allergies: tuple[str, ...] = ()
    pregnant: bool | None = None
    breastfeeding: bool | None = None
    age_below: float | None = None
    age_from: float | None = None


class ProposedInteraction(msgspec.Struct, frozen=True):
    """Something named beside the medicine; `other` is an ingredient id, "class:…" or "food:…"."""

    other: str
    name: str
    text: str
    span: Span


Who = Literal["pregnancy", "lactation", "child", "elder"]


class ProposedFor(msgspec.Struct, frozen=True):
    """What the insert says about one group of persons."""

    who: Who
    text: str
    span: Span


class Proposal(msgspec.Struct, frozen=True):
    """A catalogue entry as the insert would have it. `status` stays "proposed" until a person confirms it."""

    status: Literal["proposed"] = "proposed"
    generic: Said | None = None
    brand: Said | None = None
    english: Said | None = None
    pinyin: Said | None = None
    market: str = "unknown"
    market_span: Span | None = None
    external: bool = False
    form: Said | None = None
    strengths: tuple[Said, ...] = ()
    contents: tuple[ProposedContent, ...] = ()
    herbs: tuple[str, ...] = ()
    indications: tuple[Said, ...] = ()
    doses: tuple[ProposedDose, ...] = ()
    contraindications: tuple[ProposedBar, ...] = ()
    cautions: tuple[ProposedBar, ...] = ()
    interactions: tuple[ProposedInteraction, ...] = ()
    persons: tuple[ProposedFor, ...] = ()
    storage: Said | None = None
    opened_days: int | None = None
    opened_span: Span | None = None
    approval: Said | None = None
    maker: Said | None = None


DifferenceKind = Literal["composition", "dose_above", "dose_below", "contraindication", "interaction", "class"]


class Difference(msgspec.Struct, frozen=True):
    """Where the insert and the catalogue part. `insert` and `catalogue` are shown to the person who confirms."""

    kind: DifferenceKind
    about: str
    insert: str
    catalogue: str
    span: Span


class InsertReading(msgspec.Struct, frozen=True):
    """The whole outcome. `matched` is the catalogue entry the differences are against, None where there is none."""

    sections: tuple[Section, ...]
    entities: tuple[Entity, ...]
    proposal: Proposal
    differences: tuple[Difference, ...]
    matched: str | None = None
