"""Runs the guard over one row of a table."""

from __future__ import annotations

from typing import Any

import msgspec

from kangban.cli.shapes import PersonIn
from kangban.clinical.draft import Draft, Verdict
from kangban.guard import review


def judged(question: str, draft: str, person: dict[str, Any], **more: Any) -> Verdict:
    """The verdict on bare text for a person in the words of the command line."""
    facts = msgspec.convert(person, PersonIn).facts()
    lang = "en" if question.isascii() else "zh"
    return review(Draft(draft), question, facts, lang=lang, bare=True, others=("王秀英",), **more)


def failed(verdict: Verdict) -> set[str]:
    """Names of the checks that failed or broke."""
    return {c.name for c in verdict.checks if c.outcome in ("fail", "error")}
