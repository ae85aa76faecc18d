"""Score the medicine check on a published list of interactions: `interactions --list FILE [--jsonl]`.

FILE is a CSV with a header. Columns (any order, case folded): two names (`a`,`b` · `drug_a`,`drug_b` ·
`drug1`,`drug2` · `object`,`precipitant`), optionally `level`: "high" (avoid or worse must be found),
"severe" (caution or worse), "none" (negative control). Without `level` use `--level`. Only pairs whose two
names both are in the catalogue are reachable and scored; the others are counted.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

import msgspec

from kangban.clinical.person import MedicineUse, PersonFacts
from kangban.clinical.urgency import Severity, severity_rank
from kangban.reasoning.medication.check import check_medicines
from kangban.reasoning.medication.resolve import Resolver, resolver

Level = Literal["high", "severe", "none"]
_COLUMNS = (("a", "b"), ("drug_a", "drug_b"), ("drug1", "drug2"), ("object", "precipitant"))
# Nothing is missing about this person, so that only the pair speaks.
ADULT = PersonFacts(
    age_years=40, sex="male", weight_kg=70, pregnant=False, breastfeeding=False, conditions=(), allergies=(),
    egfr=100, medicines=(),
)  # fmt: skip


class Pair(msgspec.Struct, frozen=True):
    """One line of a list."""

    first: str
    second: str
    level: Level


class Scored(msgspec.Struct, frozen=True):
    """A reachable pair with the worst severity of a finding that names both, None where there is none."""

    pair: Pair
    found: Severity | None
    rule: str


class Score(msgspec.Struct, frozen=True):
    """Counts of one level; `at_avoid` and `at_caution` are findings at that severity or worse."""

    level: Level
    listed: int
    reachable: int
    at_avoid: int
    at_caution: int


def read_pairs(path: Path, level: Level) -> list[Pair]:
    """Read a list; raises ValueError for a file without two name columns or with an unknown level."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        columns = {(name or "").strip().casefold(): name for name in rows.fieldnames or ()}
        names = next(((columns[a], columns[b]) for a, b in _COLUMNS if a in columns and b in columns), None)
        if names is None:
            raise ValueError("no two columns of names: a,b or drug_a,drug_b or drug1,drug2 or object,precipitant")
        told = columns.get("level")
        return list(_pairs(rows, names, told, level))


def _pairs(rows: Iterable[dict[str, str]], names: tuple[str, str], told: str | None, level: Level) -> Iterator[Pair]:
    for row in rows:
        said = (row.get(told) or "").strip().casefold() if told else level
        if said not in ("high", "severe", "none"):
            raise ValueError(f"unknown level: {said[:20]}")
        first, second = ((row.get(n) or "").strip() for n in names)
        if first and second:
            yield Pair(first, second, said)


def score_pairs(pairs: Iterable[Pair], using: Resolver | None = None) -> list[Scored]:
    """Check every reachable pair alone, for a healthy adult of whom everything is known."""
    names = using or resolver()
    scored: list[Scored] = []
    for pair in pairs:
        found = [names.resolve(n) for n in (pair.first, pair.second)]
        if any(f.named is None or f.match == "misspelt" for f in found):
            continue
        checked = check_medicines(ADULT, [MedicineUse(pair.first), MedicineUse(pair.second)], names)
        both = [
            f
            for f in checked.findings
            if f.kind in ("interaction", "duplicate") and {pair.first, pair.second} <= set(f.medicines)
        ]
        worst = min(both, key=lambda f: severity_rank(f.severity), default=None)
        scored.append(Scored(pair, worst.severity if worst else None, worst.rule if worst else ""))
    return scored


def sums(pairs: list[Pair], scored: list[Scored]) -> list[Score]:
    """One line a level."""
    levels: list[Level] = ["high", "severe", "none"]
    return [
        Score(
            level,
            sum(p.level == level for p in pairs),
            len(mine),
            sum(_at_least(s, "avoid") for s in mine),
            sum(_at_least(s, "caution") for s in mine),
        )
        for level in levels
        if (mine := [s for s in scored if s.pair.level == level]) or any(p.level == level for p in pairs)
    ]


def _at_least(one: Scored, severity: Severity) -> bool:
    return one.found is not None and severity_rank(one.found) <= severity_rank(severity)


def main(arguments: list[str]) -> int:
    """Print sums, or with --jsonl every scored pair; exit 2 for a list that cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m kangban_evals interactions")
    parser.add_argument("--list", required=True, type=Path)
    parser.add_argument("--level", choices=["high", "severe", "none"], default="high")
    parser.add_argument("--jsonl", action="store_true", help="every reachable pair, one object a line")
    asked = parser.parse_args(arguments)
    try:
        pairs = read_pairs(asked.list, asked.level)
    except (OSError, ValueError, csv.Error) as error:
        print(f"cannot read the list: {error}", file=sys.stderr)
        return 2
    scored = score_pairs(pairs)
    if asked.jsonl:
        for one in scored:
            print(msgspec.json.encode(one).decode())
        return 0
    for line in sums(pairs, scored):
        share = line.at_avoid / line.reachable if line.reachable else 0.0
        wide = line.at_caution / line.reachable if line.reachable else 0.0
        print(
            f"{line.level}: {line.listed} listed, {line.reachable} reachable, "
            f"avoid or worse {line.at_avoid} ({share:.1%}), caution or worse {line.at_caution} ({wide:.1%})"
        )
    return 0
