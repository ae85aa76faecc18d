"""An entry as a person may see it: nothing of a draft, nothing of a held answer."""

from __future__ import annotations

import msgspec

from kangban.clinical.draft import Draft
from kangban.clinical.record import AnswerGiven, DetectedIssue, Entry, ReviewItem

_DECIDED = ("approved", "edited")


def author_of(entry: Entry) -> str:
    """The account whose question or hand made the entry."""
    return entry.provenance.on_behalf_of or entry.provenance.actor


def shown(entry: Entry, purpose: str) -> Entry | None:
    """The entry without what only reviewers and Kangban itself may read; None where nothing is left.

    A draft is text that nobody released; the guard's own conclusions quote it.
    """
    body = entry.body
    if isinstance(body, AnswerGiven):
        return entry if body.draft is None else msgspec.structs.replace(entry, body=_without_draft(body))
    if isinstance(body, DetectedIssue) and body.function == "guard":
        return None
    if isinstance(body, ReviewItem) and purpose != "review":
        return msgspec.structs.replace(entry, body=_closed(body))
    return entry


def _without_draft(body: AnswerGiven) -> AnswerGiven:
    return msgspec.structs.replace(body, draft=None)


def _closed(body: ReviewItem) -> ReviewItem:
    """What the family may know of a review: that it is there, how it stands, and the words meant for them."""
    return msgspec.structs.replace(
        body, draft=Draft(""), person=None, findings=(), reasons=(),
        final_text=body.final_text if body.status in _DECIDED else "",
    )  # fmt: skip
