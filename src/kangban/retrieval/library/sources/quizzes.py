"""Quizzes: a numbered question, its choices, the answer and why. One passage a question."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kangban.retrieval.library.chunking import MOST, Piece

_QUESTION = re.compile(r"^\s*(?:第?\s*\d{1,4}\s*[题.、．)）]|【?题目?】?\s*\d{0,4}[:：.、])\s*\S")
_CHOICE = re.compile(r"(?:^|\s)[A-Ea-e]\s*[.、．:：)）]\s*\S")
_ANSWER = re.compile(r"^\s*[【(（]?(?:参考|正确)?(?:答案|答)[】)）]?\s*[:：]?\s*\S|^\s*answer\s*[:：]", re.I)
_LEAST = 2


def is_quiz(text: str) -> bool:
    """Whether a text is a row of questions with choices and answers."""
    lines = text.splitlines()[:2000]
    asked = sum(bool(_QUESTION.match(line)) for line in lines)
    choices = sum(bool(_CHOICE.search(line)) for line in lines)
    answers = sum(bool(_ANSWER.match(line)) for line in lines)
    return asked >= _LEAST and choices >= asked and answers >= asked / 2


def quiz_pieces(pages: Iterator[tuple[int | None, str]]) -> Iterator[Piece]:
    """Each question with choices, answer and explanation, on the page where it begins."""
    held: list[str] = []
    begun: int | None = None
    for number, text in pages:
        for line in text.splitlines():
            if _QUESTION.match(line) and not _CHOICE.match(line):
                yield from _question(held, begun)
                held, begun = [], number
            if line.strip():
                held.append(line.strip())
    yield from _question(held, begun)


def _question(lines: list[str], page: int | None) -> Iterator[Piece]:
    if len(lines) > 1:
        text = "\n".join(lines)
        for start in range(0, len(text), 2 * MOST):
            yield Piece(text[start : start + 2 * MOST], lines[0][:80], page)
