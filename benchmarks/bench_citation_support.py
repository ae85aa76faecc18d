"""How often a sentence that its citation contradicts is shown as supported, and a true one as contradicted."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.citation_plants import planted, true_pairs
from kangban.retrieval.support import supports

HELD_OUT = Path(__file__).parent / "sets" / "citation_support_held_out.jsonl"


def held_out() -> list[dict[str, Any]]:
    """Hand-written rows {"sentence","passages","truth": supported|not}, kept apart from tuning."""
    return [json.loads(line) for line in HELD_OUT.read_text("utf-8").splitlines() if line.strip()]


def run() -> dict[str, Any]:
    """Shares in percent; see the limits."""
    plants = list(planted(1200))
    missed = [p for p in plants if supports(p[0], p[1]) == "supported"]
    own = [(p, supports(p[0], p[1])) for p in true_pairs()]
    as_written = Counter(v for p, v in own if p[2] == "as written")
    messages = Counter(v for p, v in own if p[2] == "message")
    rows = held_out()
    shown = [r for r in rows if r["truth"] == "not" and supports(r["sentence"], r["passages"]) == "supported"]
    true_rows = [r for r in rows if r["truth"] == "supported"]
    kept = sum(supports(r["sentence"], r["passages"]) == "supported" for r in true_rows)
    return {
        "planted contradictions": len(plants),
        "planted shown as supported": {"value": round(100 * len(missed) / len(plants), 2), "unit": "%", "limit": 2},
        "by kind shown as supported": dict(Counter(p[2] for p in missed)),
        "held-out contradictions": len(rows) - len(true_rows),
        "held-out shown as supported": {
            "value": round(100 * len(shown) / max(1, len(rows) - len(true_rows)), 2),
            "unit": "%",
            "limit": 2,
        },
        "held-out true kept as supported": {"value": round(100 * kept / max(1, len(true_rows)), 1), "unit": "%"},
        "passages against themselves contradicted": {"value": _share(as_written, "contradicted"), "unit": "%"},
        "pack messages contradicted": {"value": _share(messages, "contradicted"), "unit": "%"},
        "pack messages supported": {"value": _share(messages, "supported"), "unit": "%"},
    }


def _share(counts: Counter[str], key: str) -> float:
    return round(100 * counts[key] / max(1, sum(counts.values())), 1)
