"""The shapes of `toolbox/contract.py` for the description; docs/cli.md says what they mean."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from kangban.clinical.citation import Evidence
from kangban.clinical.draft import CheckOutcome, Decision, Step
from kangban.clinical.finding import FindingKind
from kangban.clinical.urgency import Severity, Urgency


class CitationOut(msgspec.Struct, frozen=True):
    """A citation."""

    id: str
    title: str
    publisher: str
    year: int | None
    place: str
    passage: str
    evidence: Evidence
    jurisdiction: str
    address: str
    accessed_on: date | None


class FindingOut(msgspec.Struct, frozen=True):
    """A finding in one language."""

    rule: str
    kind: FindingKind
    severity: Severity
    medicines: list[str]
    ingredients: list[str]
    message: str
    instead: str
    ordered: list[str]
    citations: list[CitationOut]
    family_confirmed_insert: list[str]


class UnknownOut(msgspec.Struct, frozen=True):
    """A fact that is missing."""

    fact: str
    why: str
    worst: Severity
    medicines: list[str]


class MissingOut(msgspec.Struct, frozen=True):
    """A name that was not checked."""

    name: str
    suggestions: list[str]


class MedicinesChecked(msgspec.Struct, frozen=True):
    """The outcome of a medicine check."""

    findings: list[FindingOut]
    unknown: list[UnknownOut]
    not_in_catalogue: list[MissingOut]
    checked: int
    herbs_unchecked: list[str]


class IngredientOut(msgspec.Struct, frozen=True):
    """What is in a named medicine."""

    name: str
    name_en: str
    atc: str | None
    amount: str | None
    id: str


class ResolvedOut(msgspec.Struct, frozen=True):
    """A name and what it stands for; `match` null: nothing, with suggestions."""

    ingredients: list[IngredientOut]
    matched: str | None
    kind: str | None
    match: str | None
    suggestions: list[str]
    market: str | None
    unit: str | None
    herbs: list[str]
    composition_recalled: bool


class OfferOut(msgspec.Struct, frozen=True):
    """A medicine that may be taken as its label says."""

    name: str
    dose: str
    interval_hours: float | None
    max_per_day: int | None
    why: str
    citations: list[CitationOut]
    not_with: list[str]
    max_days: int | None


class RefusalOut(msgspec.Struct, frozen=True):
    """A medicine that is not offered."""

    name: str
    why: str
    reason: str
    citations: list[CitationOut]


class AdviceOut(msgspec.Struct, frozen=True):
    """What of a box may be taken for a complaint."""

    offer: list[OfferOut]
    refuse: list[RefusalOut]
    unknown: list[UnknownOut]
    not_in_catalogue: list[MissingOut]
    urgency: Urgency
    complaints: list[str]


class FlagOut(msgspec.Struct, frozen=True):
    """A red flag that was raised."""

    id: str
    level: Urgency
    why: str
    citations: list[CitationOut]


class ToDo(msgspec.Struct, frozen=True):
    """What to do, when to come back, whom to call."""

    text: str
    return_if: list[str]
    call: list[str]


class TriageOut(msgspec.Struct, frozen=True):
    """How soon to act."""

    urgency: Urgency
    rules: list[FlagOut]
    advice: ToDo
    asks: list[str]
    complaints: list[str]


class HitOut(msgspec.Struct, frozen=True):
    """A passage."""

    id: str
    title: str
    passage: str
    score: float


class Hits(msgspec.Struct, frozen=True):
    """Passages, best first."""

    hits: list[HitOut]


class CheckRow(msgspec.Struct, frozen=True):
    """One guard check."""

    name: str
    outcome: CheckOutcome
    why: str


class VerdictOut(msgspec.Struct, frozen=True, omit_defaults=True):
    """The guard's decision; `text` only where it changed the draft."""

    verdict: Decision
    checks: list[CheckRow]
    text: str | None = None


class ClaimOut(msgspec.Struct, frozen=True):
    """One sentence of an answer."""

    text: str
    citations: list[str]
    clinical: bool


class AnswerOut(msgspec.Struct, frozen=True):
    """A whole answer after the guard. `review`: "" or waiting, done, nobody; see /answers/{answer}/review."""

    id: str
    brain: str
    urgency: Urgency
    verdict: Decision
    text: str
    question: str | None
    options: list[str]
    citations: list[CitationOut]
    findings: list[FindingOut]
    unknown: list[UnknownOut]
    not_in_catalogue: list[MissingOut]
    proposals: list[str]
    steps: list[Step]
    claims: list[ClaimOut]
    checks: list[CheckRow]
    call: list[str]
    review: Literal["", "waiting", "done", "nobody"]
