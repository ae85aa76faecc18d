"""What every pack file shares: sources, severities, conditions on a person."""

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


class Person(Row, frozen=True, cache_hash=True):  # a key of every check: packs ask of one person the same things
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
