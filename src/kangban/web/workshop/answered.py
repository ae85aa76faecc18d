"""A released text of a run → sentences with their sources, as the family chat draws them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kangban.clinical.citation import Citation
from kangban.clinical.draft import Claim
from kangban.clinical.urgency import Lang, Urgency
from kangban.journeys.render import label
from kangban.kernel.texts import t

_MARKS = re.compile(r"((?:\[\d{1,3}\])+)")
_NUMBER = re.compile(r"\d+")


def without_label(text: str, lang: Lang, brain: str) -> str:
    """The text without its last line, which says who wrote it: the page shows that at the foot."""
    return text.removesuffix(label(lang, brain)).rstrip("\n")


def urgent_line(text: str, urgency: Urgency, lang: Lang) -> str:
    """The first line where it says how soon; "" otherwise."""
    first = text.split("\n", 1)[0]
    return first if urgency != "unknown" and first.startswith(t(f"triage.level.{urgency}", lang)) else ""


def claims_of(text: str, citations: Sequence[Citation]) -> list[Claim]:
    """One claim for each stretch up to its numbers; a number without a source stays a word."""
    found: list[Claim] = []
    for line in text.split("\n"):
        first = True
        pieces = _MARKS.split(line)
        for words, marks in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
            numbers = [int(n) for n in _NUMBER.findall(marks)]
            known = bool(numbers) and all(0 < n <= len(citations) for n in numbers)
            shown = words if known or not marks else words + marks
            if not shown.strip():
                continue
            ids = tuple(citations[n - 1].id for n in numbers) if known else ()
            found.append(Claim(shown if first else shown.lstrip(), ids, clinical=False, line=first))
            first = False
    return found
