"""Good answers leave as they are; bad ones never do, and the right check says why."""

from __future__ import annotations

from typing import Any

import pytest

from tests.guard.drafts import BAD, GOOD, MENDED
from tests.guard.tables import failed, judged


@pytest.mark.parametrize(("question", "draft", "person"), GOOD)
def test_a_careful_answer_is_released(question: str, draft: str, person: dict[str, Any]) -> None:
    verdict = judged(question, draft, person)
    assert verdict.decision == "release", failed(verdict)
    assert verdict.text is None


@pytest.mark.parametrize(("question", "draft", "person"), MENDED)
def test_a_careful_answer_whose_question_sounds_urgent_is_shown_with_the_urgency_first(
    question: str, draft: str, person: dict[str, Any]
) -> None:
    verdict = judged(question, draft, person)
    assert verdict.decision in ("release", "amend")
    assert verdict.text is None or draft.split("。")[0].split(". ")[0] in verdict.text


@pytest.mark.parametrize(("check", "question", "draft", "person"), BAD)
def test_a_bad_answer_never_leaves(check: str, question: str, draft: str, person: dict[str, Any]) -> None:
    verdict = judged(question, draft, person)
    assert verdict.decision != "release"
    assert check in failed(verdict)
    assert all(c.outcome != "error" for c in verdict.checks)
    assert verdict.text
    assert draft.strip() not in verdict.text


def test_the_tables_are_large_enough() -> None:
    assert len(GOOD) >= 60
    assert len(BAD) >= 120
    assert len({(q, d) for _, q, d, _ in BAD}) == len(BAD)
