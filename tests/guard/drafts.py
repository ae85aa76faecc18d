"""The tables of drafts, one JSON object a line: question, draft, person, and for bad ones the check that must fail."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Good = tuple[str, str, dict[str, Any]]
Bad = tuple[str, str, str, dict[str, Any]]


def _rows(name: str) -> list[dict[str, Any]]:
    text = (Path(__file__).parent / f"{name}.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


GOOD: list[Good] = [(r["question"], r["draft"], r["person"]) for r in _rows("good_drafts")]
MENDED: list[Good] = [(r["question"], r["draft"], r["person"]) for r in _rows("mended_drafts")]
BAD: list[Bad] = [(r["check"], r["question"], r["draft"], r["person"]) for r in _rows("bad_drafts")]
