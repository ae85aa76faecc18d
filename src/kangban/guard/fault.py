"""What a check found, and what may be done about it."""

from __future__ import annotations

from typing import Literal

import msgspec

from kangban.clinical.draft import Check, CheckOutcome
from kangban.guard.case import Sentence
from kangban.kernel.texts import t

Remedy = Literal["none", "strike", "hold", "refuse"]
Line = Literal["urgency", "prescriber", "crisis"]


class Result(msgspec.Struct, frozen=True):
    """A check with its remedy: sentences to strike and lines to put first."""

    check: Check
    remedy: Remedy = "none"
    strike: frozenset[int] = frozenset()
    lines: tuple[Line, ...] = ()
    names: tuple[str, ...] = ()  # medicines the prescriber line names


def result(
    name: str,
    outcome: CheckOutcome,
    key: str = "",
    *,
    remedy: Remedy = "none",
    at: tuple[Sentence, ...] = (),
    lines: tuple[Line, ...] = (),
    names: tuple[str, ...] = (),
    **values: str,
) -> Result:
    """Make a result; `key` names the sentence of guard.json that tells why."""
    why = t(f"guard.{key}", "zh", **values) if key else ""
    why_en = t(f"guard.{key}", "en", **values) if key else ""
    spans = tuple((s.start, s.end) for s in at if s.start >= 0)
    return Result(Check(name, outcome, why, why_en, spans), remedy, frozenset(s.at for s in at), lines, names)


def passed(name: str) -> Result:
    """Nothing found."""
    return result(name, "pass")
