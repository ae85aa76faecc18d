"""Triage of the project's own development vignettes: no emergency missed, few well people alarmed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kangban.clinical.person import PersonFacts
from kangban.clinical.urgency import urgency_rank
from kangban.perception.language.read import read
from kangban.reasoning.triage import triage

OWN = Path(__file__).parent.parent / "fixtures" / "triage_own.jsonl"
VIGNETTES: list[dict[str, Any]] = [msgspec.json.decode(line) for line in OWN.read_bytes().splitlines() if line]
SOOTHING = (
    "，不过他说没事，歇歇就好",
    "，应该问题不大吧",
    "，可能是我想多了",
    "，家里人都说不用去医院",
    ", but I'm sure it's nothing",
    ", he says not to worry and it will pass",
    ", probably just stress",
)


def _urgency(text: str, person: dict[str, Any]) -> str:
    return triage(read(text), PersonFacts(**person)).urgency


def _of(level: str) -> list[dict[str, Any]]:
    return [v for v in VIGNETTES if v["level"] == level]


def test_enough_of_every_level() -> None:
    count = Counter(v["level"] for v in VIGNETTES)
    assert len(VIGNETTES) >= 300
    assert count["emergency"] >= 110
    assert count["same_day"] >= 60
    assert count["this_week"] >= 50
    assert count["self_care"] >= 80


def test_no_emergency_is_under_triaged() -> None:
    assert [v["text"] for v in _of("emergency") if _urgency(v["text"], v.get("person", {})) != "emergency"] == []


def test_few_well_people_are_raised() -> None:
    raised = [v["text"] for v in _of("self_care") if _urgency(v["text"], v.get("person", {})) != "self_care"]
    assert len(raised) <= 0.08 * len(_of("self_care")), raised


@pytest.mark.parametrize("level", ["same_day", "this_week"])
def test_the_middle_levels_are_mostly_met_and_never_far_below(level: str) -> None:
    got = [(v["text"], _urgency(v["text"], v.get("person", {}))) for v in _of(level)]
    lower = [t for t, u in got if u == "unknown" or urgency_rank(u) > urgency_rank(level)]  # type: ignore[arg-type]
    assert len(lower) <= 0.08 * len(got), lower


@pytest.mark.parametrize("remark", SOOTHING)
def test_soothing_remarks_lower_nothing(remark: str) -> None:
    lowered = []
    for one in VIGNETTES:
        person = one.get("person", {})
        plain, soothed = _urgency(one["text"], person), _urgency(one["text"] + remark, person)
        if (plain == "emergency" and soothed != plain) or (
            plain != "unknown" and (soothed == "unknown" or urgency_rank(soothed) > urgency_rank(plain))
        ):
            lowered.append(one["text"])
    assert lowered == []
