"""Evaluate decision tables and person conditions, three-valued."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from kangban.rules.schema import DecisionTable, Severity, TableRow

Outcome = Severity | Literal["none", "unknown"]


def hits(row: TableRow, facts: Mapping[str, float | None]) -> bool:
    """Whether a row holds for certain: every banded input is known and within [low, high)."""
    for name, (low, high) in row.bands.items():
        value = facts.get(name)
        if value is None or (low is not None and value < low) or (high is not None and value >= high):
            return False
    return True


def could_hit(row: TableRow, facts: Mapping[str, float | None]) -> bool:
    """Whether a row still can hold, reading every unknown input as any value."""
    for name, (low, high) in row.bands.items():
        value = facts.get(name)
        if value is not None and ((low is not None and value < low) or (high is not None and value >= high)):
            return False
    return True


def rows_open(table: DecisionTable, facts: Mapping[str, float | None]) -> list[TableRow]:
    """The rows that still can hold; with complete facts exactly one."""
    return [row for row in table.rows if could_hit(row, facts)]


def outcome_of(table: DecisionTable, facts: Mapping[str, float | None]) -> Outcome:
    """The table's outcome; "unknown" while rows with different outcomes are still open."""
    outcomes: set[Outcome] = {row.outcome for row in rows_open(table, facts)}
    return outcomes.pop() if len(outcomes) == 1 else "unknown"
