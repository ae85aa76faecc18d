"""Outcomes of reasoning: findings, unknowns, names that are in no catalogue. Values, never exceptions."""

from __future__ import annotations

from typing import Literal

import msgspec

from kangban.clinical.urgency import Severity, Urgency

FindingKind = Literal[
    "interaction", "duplicate", "dose", "condition", "allergy", "pregnancy", "lactation", "age", "renal", "hepatic",
    "food", "omission", "composition",
]  # fmt: skip


class Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing found about medicines: `medicines` are input names as given, `ingredients` their ids.

    Texts come in zh-CN and English; citations are ids `source#passage`.
    """

    rule: str
    kind: FindingKind
    severity: Severity
    medicines: tuple[str, ...]
    ingredients: tuple[str, ...]
    message: str
    message_en: str
    instead: str = ""
    instead_en: str = ""
    citations: tuple[str, ...] = ()
    ordered: tuple[str, ...] = ()  # those of `medicines` a clinician ordered
    over_limit: bool = False  # a stated dose is above a label limit
    also_rules: tuple[str, ...] = ()  # rules that said the same and were merged into this finding
    # Those of `medicines` whose contents rest on an insert the family confirmed, not on the catalogue.
    family_confirmed_insert: tuple[str, ...] = ()


class UnknownFact(msgspec.Struct, frozen=True):
    """A fact that is missing, why it matters, and the worst finding still possible without it."""

    fact: str
    why: str
    why_en: str
    worst: Severity
    medicines: tuple[str, ...] = ()


class NotInCatalogue(msgspec.Struct, frozen=True):
    """A name that was not checked, with the nearest catalogue names (never taken as meant)."""

    name: str
    suggestions: tuple[str, ...] = ()


class MedicineCheck(msgspec.Struct, frozen=True):
    """The outcome of one medicine check, worst first. `checked` counts the rules that were asked."""

    findings: tuple[Finding, ...]
    unknown: tuple[UnknownFact, ...]
    not_in_catalogue: tuple[NotInCatalogue, ...]
    checked: int = 0
    herbs_unchecked: tuple[str, ...] = ()  # "product: herb、herb": nothing known about interactions


class TriageRule(msgspec.Struct, frozen=True):
    """One red-flag rule that fired."""

    id: str
    level: Urgency
    why: str
    why_en: str
    citations: tuple[str, ...]


class TriageOutcome(msgspec.Struct, frozen=True):
    """Urgency of a text about a person. `asks` are facts that could raise it, most valuable first."""

    urgency: Urgency
    rules: tuple[TriageRule, ...]
    advice: str
    advice_en: str
    return_if: tuple[str, ...] = ()
    return_if_en: tuple[str, ...] = ()
    call: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    complaints: tuple[str, ...] = ()  # symptom ids found
