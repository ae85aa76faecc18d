"""Tool search: is the right tool in the first five of two hundred? `python -m benchmarks.bench_find_tools`.

Rows of sets/tools/*.tsv: name, description, a question in Chinese, one in English. Every second row is held back: what
was missed there was not looked at. One hand wrote the questions and the table of synonyms, so strangers' questions will
do worse.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from kangban.ports.chat_model import ToolDescription
from kangban.toolbox.find_tools import ToolIndex

SETS = Path(__file__).parent / "sets" / "tools"
Asked = list[tuple[str, str]]


def rows() -> list[list[str]]:
    """Every row of the set."""
    found: list[list[str]] = []
    for file in sorted(SETS.glob("*.tsv")):
        with file.open(encoding="utf-8", newline="") as lines:
            found += list(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    return found


def measure(top: int = 5) -> dict[str, tuple[float, list[str]]]:
    """Part → share found and the questions missed."""
    all_rows = rows()
    index = ToolIndex(ToolDescription(row[0], row[1], {"type": "object", "properties": {}}) for row in all_rows)
    parts: dict[str, Asked] = {"tuned": [], "held back": []}
    for number, (name, _, *questions) in enumerate(all_rows):
        parts["held back" if number % 2 else "tuned"] += [(name, one) for one in questions]
    shares: dict[str, tuple[float, list[str]]] = {}
    for part, asked in parts.items():
        missed = [f"{name}: {one}" for name, one in asked if name not in [t.name for t, _ in index.find(one, top)]]
        shares[part] = (1 - len(missed) / len(asked), missed)
    return shares


def run() -> dict[str, Any]:
    found: dict[str, Any] = {"tools": len(rows())}
    for part, (share, missed) in measure().items():
        found[f"{part}: not in the first five"] = {"value": 100 * (1 - share), "unit": "%", "limit": 5}
        found[f"{part}: missed"] = len(missed)
    return found


if __name__ == "__main__":
    for part, (share, missed) in measure().items():
        print(f"{part}: {share:.1%}; missed: {len(missed)}")
