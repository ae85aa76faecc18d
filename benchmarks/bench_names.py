"""Everyday wordings of medicine names, and invented names that must mean nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kangban.reasoning.medication.resolve import resolver

SET = Path(__file__).parent / "sets" / "names_own.jsonl"


def rows() -> list[dict[str, Any]]:
    """{"said", "ingredients": Chinese names, [] for a known remedy without any, null for an invented name}."""
    return [json.loads(line) for line in SET.read_text("utf-8").splitlines()]


def verdicts() -> list[tuple[dict[str, Any], str]]:
    """Each row with "right", "unsure" (only suggested or misspelt) or "wrong" (confidently something else)."""
    names = resolver()
    known = names.names.ingredients
    found: list[tuple[dict[str, Any], str]] = []
    for row in rows():
        answer = names.resolve(row["said"])
        if row["ingredients"] is None:
            found.append((row, "right" if answer.named is None else "wrong"))
            continue
        if answer.named is None:
            found.append((row, "unsure"))
            continue
        got = {known[one].name for one, _ in answer.named.contents}
        if got == set(row["ingredients"]):
            found.append((row, "right"))
        else:
            found.append((row, "unsure" if answer.match == "misspelt" else "wrong"))
    return found


def run() -> dict[str, Any]:
    judged = verdicts()
    said = [verdict for row, verdict in judged if row["ingredients"] is not None]
    invented = [verdict for row, verdict in judged if row["ingredients"] is None]
    missed = 100 * (1 - said.count("right") / len(said))
    return {
        "everyday wordings": len(said),
        "everyday wordings not right": {"value": missed, "unit": "%", "limit": 2},
        "everyday wordings confidently wrong": {"value": said.count("wrong"), "limit": 0},
        "invented names": len(invented),
        "invented names that mean something": {"value": invented.count("wrong"), "limit": 0},
        "not right": "、".join(row["said"] for row, verdict in judged if verdict != "right"),
    }
