"""What a held answer is about: the topics a licence must cover before its holder may release it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from kangban.clinical.finding import Finding
from kangban.clinical.urgency import Urgency

TOPICS: Final = ("medicines", "triage", "labs", "diet")
EVERYTHING: Final = "all"

_OF_TOOL: Final = {
    "check_medication": "medicines",
    "advise_from_box": "medicines",
    "judge_lab_value": "labs",
    "check_food": "diet",
}
_OF_CHECK: Final = {
    "unsafe_medicine": "medicines", "ordered_medicine": "medicines", "dose_limit": "medicines",
    "prescription": "medicines", "urgency": "triage", "crisis": "triage", "diagnosis": "triage",
}  # fmt: skip
# A person must be seen soon: whoever releases the answer has to be able to judge that.
_PRESSING: Final = frozenset({"emergency", "same_day"})


def topics_of(
    findings: Sequence[Finding], urgency: Urgency, tools: Iterable[str], checks: Iterable[str]
) -> tuple[str, ...]:
    """Topics in a fixed order, never empty. `tools`: names of tools called; `checks`: guard checks that failed."""
    found = {_OF_TOOL[name] for name in tools if name in _OF_TOOL}
    found |= {_OF_CHECK[name] for name in checks if name in _OF_CHECK}
    if findings:
        found.add("medicines")
    if urgency in _PRESSING or not found:
        found.add("triage")
    return tuple(topic for topic in TOPICS if topic in found)
