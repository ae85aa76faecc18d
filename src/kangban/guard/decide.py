"""The one decision over all checks: error holds; dangerous holds or refuses; what striking mends is amended."""

from __future__ import annotations

from collections.abc import Sequence

from kangban.clinical.draft import Decision
from kangban.guard.fault import Line, Result

# The worst remedy of any failed check decides. "strike" is tried; what then still fails is held.
_TABLE: dict[str, Decision] = {"refuse": "refuse", "hold": "hold", "strike": "amend", "none": "hold"}
_ORDER = ("refuse", "hold", "none", "strike")


def decide(results: Sequence[Result]) -> Decision:
    """Release when nothing failed; an error is never released."""
    if any(r.check.outcome == "error" for r in results):
        return "hold"
    failed = {r.remedy for r in results if r.check.outcome == "fail"}
    worst = next((remedy for remedy in _ORDER if remedy in failed), None)
    return "release" if worst is None else _TABLE[worst]


def struck(results: Sequence[Result]) -> frozenset[int]:
    """Places of all sentences to strike."""
    return frozenset[int]().union(*(r.strike for r in results if r.check.outcome == "fail"))


def lines_first(results: Sequence[Result]) -> tuple[Line, ...]:
    """The lines to put first, each once."""
    return tuple(dict.fromkeys(line for r in results if r.check.outcome == "fail" for line in r.lines))


def names_of(results: Sequence[Result]) -> tuple[str, ...]:
    """Medicines the prescriber line names."""
    return tuple(dict.fromkeys(n for r in results for n in r.names))
