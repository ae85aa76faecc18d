"""Medicine checks of lists drawn from the whole catalogue, each list once; the packs' loading; evidence shares."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from typing import Any

from kangban.clinical.person import MedicineUse, PersonFacts
from kangban.reasoning.medication.check import check_medicines
from kangban.reasoning.medication.resolve import resolver
from kangban.rules.compiled import shipped
from kangban.rules.proofs_sources import evidence_by_citation

LISTS = 400
PERSON = PersonFacts(
    age_years=70,
    sex="female",
    weight_kg=60,
    conditions=("高血压", "胃溃疡"),
    allergies=("青霉素",),
    egfr=50,
    medicines=(),
)
_LOAD = """
import time
started = time.perf_counter()
from kangban.rules.compiled import shipped
shipped()
print(time.perf_counter() - started)
"""


def run() -> dict[str, Any]:
    found = resolver()
    names = [found.names.spelling[n] for n, named in found.names.by_name.items() if named.kind != "class"]
    rng = random.Random(20261121)
    lists = [[MedicineUse(n) for n in rng.sample(names, 10)] for _ in range(LISTS)]
    check_medicines(PERSON, lists[0])
    spent: list[float] = []
    for one in lists[1:]:
        started = time.perf_counter()
        check_medicines(PERSON, one)
        spent.append((time.perf_counter() - started) * 1000)
    warm: list[float] = []
    for _ in range(5):
        used = time.process_time()
        for one in lists:
            check_medicines(PERSON, one)
        warm.append((time.process_time() - used) / LISTS * 1000)
    command = [sys.executable, "-c", _LOAD]
    load = min(float(subprocess.run(command, capture_output=True, text=True, check=True).stdout) for _ in range(3))
    return {
        "check of 10 drawn at random, mean": {"value": sum(spent) / len(spent), "unit": "ms", "limit": 1.5},
        "check of 10 drawn at random, p95": {"value": sorted(spent)[int(len(spent) * 0.95)], "unit": "ms"},
        "the same lists again, CPU, mean": {"value": min(warm), "unit": "ms", "limit": 0.5},
        "packs loaded compiled": {"value": load, "unit": "s", "limit": 0.5},
        **_evidence(),
    }


def _evidence() -> dict[str, Any]:
    packs = shipped().packs
    known = evidence_by_citation(packs)
    rank = ("read_label", "read_guideline", "read_secondary", "recalled")
    rows = [r for i in packs.ingredients for r in (*i.caution, *i.interaction)]

    def best(citations: tuple[str, ...]) -> str:
        return min((known[c] for c in citations), key=rank.index)

    grave = [r for r in rows if r.severity in ("avoid", "contraindicated")]
    shares = Counter(best(r.citations) for r in rows)
    read = sum(best(r.citations) in rank[:2] for r in grave) / len(grave)
    doses = [d for i in packs.ingredients for d in i.dose]
    labels = sum(best(d.citations) == "read_label" for d in doses) / len(doses)
    told: dict[str, Any] = {f"rows {kind}": {"value": shares[kind] / len(rows) * 100, "unit": "%"} for kind in rank}
    told["doses from labels not read"] = {"value": (1 - labels) * 100, "unit": "%", "limit": 0}
    told["avoid and contraindicated not read"] = {"value": (1 - read) * 100, "unit": "%", "limit": 20}
    told["counts"] = (
        f"{len(packs.ingredients)} ingredients, {len(packs.products)} products, {len(rows)} rows, "
        f"{len(packs.red_flags)} red flags, {len(packs.analytes)} analytes, {len(packs.foods)} foods, "
        f"{len(packs.articles)} articles"
    )
    return told
