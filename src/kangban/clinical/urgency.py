"""Urgency: how soon to act. Severity (how bad) and certainty (how sure) are other types."""

from __future__ import annotations

from typing import Literal, get_args

Urgency = Literal["emergency", "same_day", "this_week", "self_care", "unknown"]
Severity = Literal["contraindicated", "avoid", "caution", "note"]
Certainty = Literal["sure", "likely", "possible"]
Lang = Literal["zh", "en"]

URGENCIES: tuple[Urgency, ...] = get_args(Urgency)
SEVERITIES: tuple[Severity, ...] = get_args(Severity)

_URGENCY_RANK = {name: rank for rank, name in enumerate(URGENCIES)}
_SEVERITY_RANK = {name: rank for rank, name in enumerate(SEVERITIES)}


def urgency_rank(urgency: Urgency) -> int:
    """0 is the most urgent; unknown ranks last."""
    return _URGENCY_RANK[urgency]


def severity_rank(severity: Severity) -> int:
    """0 is the worst."""
    return _SEVERITY_RANK[severity]


def worse_severity(first: Severity, second: Severity) -> Severity:
    """The worse of two severities."""
    return first if _SEVERITY_RANK[first] <= _SEVERITY_RANK[second] else second
