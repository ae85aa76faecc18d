"""False alarms and misses of the pair check: ordinary lists, the published high-priority pairs, safe pairs.

`ordinary_lists.jsonl` holds usual orders of chronic patients, written from clinical common sense; `controls.csv` pairs
without a known interaction. `onc_high.csv` expands the classes of Phansalkar 2012 (PMC3422823, PMC9218784 table 4) to
members in the catalogue. All three have been mended on (2026-11-21): they guard against slipping back and are no
held-out measure. `--show` lists every interruptive finding (avoid or worse) of the lists.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import msgspec

from kangban.clinical.finding import Finding
from kangban.clinical.person import MedicineUse
from kangban.clinical.urgency import severity_rank
from kangban.reasoning.medication.check import check_medicines
from kangban.reasoning.medication.resolve import resolver
from kangban_evals.interactions import ADULT, read_pairs, score_pairs, sums

SETS = Path(__file__).parent / "sets"
LISTS = SETS / "ordinary_lists.jsonl"


class OrdinaryList(msgspec.Struct, frozen=True):
    """What one patient takes by a usual order."""

    id: str
    lang: str
    patient: str
    medicines: tuple[str, ...]


def read() -> list[OrdinaryList]:
    return [msgspec.json.decode(line, type=OrdinaryList) for line in LISTS.read_bytes().splitlines() if line]


def interruptive(names: tuple[str, ...]) -> Iterator[tuple[str, str, Finding]]:
    """Every finding of avoid or worse that names two of the list, once for each pair it names."""
    checked = check_medicines(ADULT, [MedicineUse(name) for name in names])
    for found in checked.findings:
        if found.kind in ("interaction", "duplicate") and severity_rank(found.severity) <= severity_rank("avoid"):
            yield from ((a, b, found) for a, b in combinations(names, 2) if {a, b} <= set(found.medicines))


def run() -> dict[str, Any]:
    known = resolver()
    lists = read()
    pairs: Counter[str] = Counter()
    loud: Counter[str] = Counter()
    unknown = 0
    for one in lists:
        read_as = {n: known.resolve(n) for n in one.medicines}
        names = tuple(n for n, found in read_as.items() if found.named is not None and found.match != "misspelt")
        unknown += len(one.medicines) - len(names)
        pairs[one.lang] += len(names) * (len(names) - 1) // 2
        loud[one.lang] += len({frozenset((a, b)) for a, b, _ in interruptive(names)})
    told: dict[str, Any] = {
        f"interruptive per 100 pairs, {lang}": {"value": loud[lang] / pairs[lang] * 100, "unit": "pairs"}
        for lang in sorted(pairs)
    }
    share = loud.total() / pairs.total() * 100
    told["interruptive per 100 pairs"] = {"value": share, "unit": "pairs", "limit": 8}
    told["counts"] = f"{len(lists)} lists, {pairs.total()} pairs, {unknown} names not in the catalogue"
    return told | _published()


def _published() -> dict[str, Any]:
    (high,) = sums(pairs := read_pairs(SETS / "onc_high.csv", "high"), score_pairs(pairs))
    (none,) = sums(pairs := read_pairs(SETS / "controls.csv", "none"), score_pairs(pairs))
    missed = (high.reachable - high.at_avoid) / high.reachable * 100
    return {
        "high-priority pairs": high.reachable,
        "high-priority pairs below avoid": {"value": missed, "unit": "%", "limit": 5},
        "safe pairs": none.reachable,
        "safe pairs at avoid or worse": {"value": none.at_avoid / none.reachable * 100, "unit": "%", "limit": 5},
        "safe pairs at caution or worse": {"value": none.at_caution / none.reachable * 100, "unit": "%", "limit": 15},
    }


if __name__ == "__main__":
    if "--show" in sys.argv:
        for one in read():
            for a, b, found in interruptive(one.medicines):
                print(one.id, one.patient, a, b, found.severity, found.rule, sep="\t")
    print(msgspec.json.format(msgspec.json.encode(run())).decode())
