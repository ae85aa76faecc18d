"""A report in plain words: how soon to act, what stands out, what it may mean, what to ask. Values, in one language."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from kangban.clinical.page import Box
from kangban.clinical.report import RowFlag
from kangban.clinical.urgency import Lang, Severity, Urgency


class EarlierResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """A result the record holds from before: value and range in the analyte's own unit, when it was sampled.

    `source` is the laboratory or hospital as printed, "" where nobody said.
    """

    analyte: str
    value: float
    at: datetime
    low: float | None = None
    high: float | None = None
    source: str = ""


class PatternFound(msgspec.Struct, frozen=True):
    """A pattern of the reports pack that holds. `rows` are places in the report's rows, from 0."""

    id: str
    version: int
    family: str
    level: Urgency
    borderline: bool
    rows: tuple[int, ...]


class OpenQuestion(msgspec.Struct, frozen=True):
    """A fact about the person that is missing, and the most urgent pattern that still may hold without it."""

    fact: str
    level: Urgency
    patterns: tuple[str, ...]


class ExplainedRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """One result out of its range. `sentences` say how far; `meaning` what it may mean where no pattern covers it."""

    row: int
    analyte: str | None
    name: str
    flag: RowFlag
    page: int
    box: Box
    sentences: tuple[str, ...]
    meaning: tuple[str, ...] = ()
    citations: tuple[str, ...] = ()


class ExplainedPattern(msgspec.Struct, frozen=True, omit_defaults=True):
    """Several results together. `rows` are places in the report's rows, from 0."""

    id: str
    level: Urgency
    rows: tuple[int, ...]
    what: str
    means: str
    next: str
    ask: tuple[str, ...] = ()
    citations: tuple[str, ...] = ()


class MedicineInView(msgspec.Struct, frozen=True, omit_defaults=True):
    """A medicine finding that rests on a result of this report. `rule` is the id of the medication rule."""

    rule: str
    severity: Severity
    medicines: tuple[str, ...]
    sentences: tuple[str, ...]
    citations: tuple[str, ...] = ()


class RowNotCounted(msgspec.Struct, frozen=True, omit_defaults=True):
    """A row nobody has confirmed: nothing is concluded from it. `if_true` is how soon to act if it was read rightly."""

    row: int
    name: str
    sentence: str
    doubts: tuple[str, ...]
    if_true: Urgency | None = None


class SeriesPoint(msgspec.Struct, frozen=True, omit_defaults=True):
    """One result on a chart, in the series' unit, with the range that was valid for it. `row` is of this report."""

    value: float
    flag: RowFlag
    at: datetime | None = None
    low: float | None = None
    high: float | None = None
    source: str = ""
    row: int | None = None


class Series(msgspec.Struct, frozen=True, omit_defaults=True):
    """One analyte over time, oldest first, this report's result last; all in `unit`.

    `change_percent` is against the last earlier result. `moved` compares it with `usual_percent`, the change that
    chance alone makes in a healthy person: "unknown" where no such number is known.
    """

    analyte: str
    name: str
    name_en: str
    unit: str
    points: tuple[SeriesPoint, ...]
    change_percent: float | None = None
    usual_percent: float | None = None
    moved: Literal["rose", "fell", "steady", "unknown"] = "unknown"
    citations: tuple[str, ...] = ()


class GlossaryEntry(msgspec.Struct, frozen=True):
    """A medical word of the text as it stands there, and what it is."""

    word: str
    gloss: str


SectionKey = Literal[
    "first", "ranges", "patterns", "borderline", "medicines", "since", "not_counted", "needs", "questions", "limits"
]


class ExplanationSection(msgspec.Struct, frozen=True):
    """One part of the text: a heading and short sentences; a gloss stands behind the sentence with the word."""

    key: SectionKey
    heading: str
    sentences: tuple[str, ...]


class Explanation(msgspec.Struct, frozen=True):
    """A report explained for one person. `sections` are the text to show; the other fields its parts for a page.

    `checked` is the number of rows that counted. `citations` are ids `source#passage`.
    """

    lang: Lang
    urgency: Urgency
    first: str
    checked: int
    sections: tuple[ExplanationSection, ...]
    rows: tuple[ExplainedRow, ...] = ()
    patterns: tuple[ExplainedPattern, ...] = ()
    borderline: tuple[ExplainedPattern, ...] = ()
    medicines: tuple[MedicineInView, ...] = ()
    series: tuple[Series, ...] = ()
    not_counted: tuple[RowNotCounted, ...] = ()
    needs: tuple[OpenQuestion, ...] = ()
    questions: tuple[str, ...] = ()
    glossary: tuple[GlossaryEntry, ...] = ()
    citations: tuple[str, ...] = ()

    def text(self) -> str:
        """Everything as plain text, one sentence a line under its heading."""
        parts = [f"{s.heading}\n" + "\n".join(s.sentences) for s in self.sections]
        return "\n\n".join(parts)
