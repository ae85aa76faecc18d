"""The question a brain asks back and the replies it offers go through the guard with the rest of its words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

import msgspec

from kangban.clinical.draft import Draft, Verdict
from kangban.clinical.finding import NotInCatalogue
from kangban.guard import words as w
from kangban.guard.checks.urgency import contradicts
from kangban.perception.language.read import read

MOST_OFFERS = 6
LONGEST_OFFER = 40
LONGEST_NAME = 40


class Checked(msgspec.Struct, frozen=True):
    """The verdict, and what may be asked back under it."""

    verdict: Verdict
    question: str | None
    options: tuple[str, ...]


def check_with_question(draft: Draft, offers: Sequence[str], review: Callable[[Draft], Verdict]) -> Checked:
    """Review everything at once; where that holds, the answer without its question gets a second hearing.

    A question or a reply that tells instead of asking is left out, and the answer counts as amended.
    """
    options = fit_offers(offers) if draft.question else ()
    asked = "\n".join((draft.question, *(_stop(o) for o in options))) if draft.question else None
    verdict = review(msgspec.structs.replace(draft, question=asked))
    if verdict.decision in ("release", "amend") or not draft.question or not draft.text.strip():
        passed = verdict.decision in ("release", "amend")
        return Checked(verdict, draft.question if passed else None, options if passed else ())
    if options:
        without_options = review(draft)
        if without_options.decision in ("release", "amend"):
            return Checked(_amended(without_options, draft), draft.question, ())
    alone = review(msgspec.structs.replace(draft, question=None))
    if alone.decision in ("release", "amend") and verdict.decision != "refuse":
        return Checked(_amended(alone, draft), None, ())
    return Checked(verdict, None, ())


def fit_offers(offers: Sequence[str]) -> tuple[str, ...]:
    """Replies as a person would tap them: short, and none that speaks for a medicine or against care."""
    if any(len(o) > LONGEST_OFFER or _tells(o) for o in offers):
        return ()
    return tuple(dict.fromkeys(offers))[:MOST_OFFERS]


def names_to_show(names: Iterable[NotInCatalogue], told: str) -> tuple[NotInCatalogue, ...]:
    """Names that were not checked: those the person told, and others only while they look like a name."""
    low = told.lower()
    shown = {n.name: n for n in names if n.name.lower() in low or (len(n.name) <= LONGEST_NAME and not _tells(n.name))}
    return tuple(shown.values())


def _tells(text: str) -> bool:
    low = text.lower()
    told = (w.SOOTHES, w.STOPS, w.PERMITS)
    if contradicts(low, "emergency") or any(p.search(low) for p in told):
        # A bare name or a fact may hold such a word; "没有" and "在吃" are answers.
        return not _FACT.fullmatch(low) or bool(read(text).drugs and w.STOPS.search(low))
    return False


_FACT = re.compile(
    r"(?:都|目前|现在|暂时)?(?:没有?|有|无|不)(?:任何)?(?:其他|别的)?(?:症状|问题|过敏|影响|不舒服|吃药)?|"
    r"(?:在|正在|已经?|刚)(?:吃|服用?|用)[^，。]{0,12}|"
    r"(?:no|none|no problems?|not at all)"
)


def _stop(offer: str) -> str:
    return offer if offer[-1:] in "。.！!？?" else f"{offer}。"


def _amended(verdict: Verdict, draft: Draft) -> Verdict:
    text = verdict.text if verdict.text is not None else draft.text
    return Verdict("amend", verdict.checks, text)
