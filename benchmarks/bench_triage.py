"""Triage on vignettes written by somebody who had not seen the rules, and 16 harmless edits of each."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.sets.triage_edits import edits
from kangban.cli.shapes import PersonIn
from kangban.clinical.person import PersonFacts
from kangban.clinical.urgency import URGENCIES
from kangban.perception.language.read import read
from kangban.reasoning.triage import triage

SETS = Path(__file__).parent / "sets"
# The first set was blind once and has been worked on since; the second one nobody has tuned on.
FIRST, SECOND = SETS / "triage_vignettes.jsonl", SETS / "triage_vignettes_second.jsonl"
RANK = {u: n for n, u in enumerate(URGENCIES)}


def judge(text: str, person: PersonFacts) -> str:
    return triage(read(text), person).urgency


def rows(path: Path = FIRST) -> list[tuple[dict[str, Any], PersonFacts]]:
    found = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    return [(row, msgspec.convert(row.get("person") or {}, PersonIn).facts()) for row in found]


def _second() -> dict[str, Any]:
    under = [r["id"] for r, p in rows(SECOND) if r["level"] == "emergency" and judge(r["text"], p) != "emergency"]
    mild = [(r, p) for r, p in rows(SECOND) if r["level"] == "self_care"]
    raised = sum(RANK[judge(r["text"], p)] < RANK["self_care"] for r, p in mild)
    return {
        "second set, never tuned on: emergencies under-triaged": {"value": len(under), "limit": 0},
        "second set: self-care raised": {"value": raised / len(mild) * 100, "unit": "%", "limit": 12},
    }


def run() -> dict[str, Any]:
    under: list[str] = []
    raised = self_care = flips = edited = exact = 0
    levels: Counter[str] = Counter()
    vignettes = rows()
    for row, person in vignettes:
        got = judge(row["text"], person)
        levels[f"{row['level']}→{got}"] += 1
        exact += got == row["level"]
        if row["level"] == "emergency" and got != "emergency":
            under.append(row["id"])
        if row["level"] == "self_care":
            self_care += 1
            raised += RANK[got] < RANK["self_care"]
        for _, text in edits(row["text"], row["lang"]):
            edited += 1
            flips += RANK[judge(text, person)] > RANK[got]
    return {
        "vignettes": len(vignettes),
        "edits": edited,
        "emergencies under-triaged": {"value": len(under), "limit": 0},
        "emergencies under-triaged, which": " ".join(under) or "none",
        "edits that lowered the urgency": {"value": flips, "limit": 0},
        "self-care raised": {"value": raised / max(self_care, 1) * 100, "unit": "%", "limit": 12},
        "exactly right": {"value": exact / len(vignettes) * 100, "unit": "%"},
        **_second(),
        "levels": ", ".join(f"{k} {v}" for k, v in sorted(levels.items())),
    }
