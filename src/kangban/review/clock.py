"""How long a held answer may wait, and whom to tell while it does. Numbers are ours, by urgency; see decision 0010."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Literal

import msgspec

from kangban.clinical.record import ReviewItem
from kangban.clinical.urgency import Urgency, urgency_rank

Whom = Literal["next", "all", "managers"]


class Step(msgspec.Struct, frozen=True):
    """Whom to tell when nobody has decided so long after the item was opened.

    next: the first reviewer in line again; all: every reviewer, in scope or not; managers: the family's managers.
    """

    after: timedelta
    whom: Whom


class Deadline(msgspec.Struct, frozen=True):
    """When the safe text takes the answer's place, and the steps before."""

    within: timedelta
    steps: tuple[Step, ...]


def _row(within: int, next_: int, all_: int, managers: int) -> Deadline:
    """Minutes."""
    steps = (Step(timedelta(minutes=next_), "next"), Step(timedelta(minutes=all_), "all"))
    return Deadline(timedelta(minutes=within), (*steps, Step(timedelta(minutes=managers), "managers")))


# An emergency is answered with the safe text at once; what a reviewer adds is worth something for a quarter hour.
DEADLINES: Final[dict[Urgency, Deadline]] = {
    "emergency": _row(15, 2, 5, 10),
    "same_day": _row(120, 20, 60, 90),
    "this_week": _row(24 * 60, 4 * 60, 8 * 60, 12 * 60),
    "self_care": _row(24 * 60, 4 * 60, 8 * 60, 12 * 60),
    # How soon is not known, so it is not given long.
    "unknown": _row(240, 30, 90, 180),
}
OPEN: Final = frozenset({"open", "asked"})


def due_at(urgency: Urgency, opened_at: datetime) -> datetime:
    """When the item runs out."""
    return opened_at + DEADLINES[urgency].within


def is_over(item: ReviewItem, now: datetime) -> bool:
    """Whether nobody may decide any more and the safe text has to go out; an item without a clock is over."""
    return item.status in OPEN and (item.due_at is None or now >= item.due_at)


def steps_due(item: ReviewItem, now: datetime) -> tuple[Step, ...]:
    """Steps that should have been taken by now. None while the family is asked: they are the ones to act then."""
    if item.status != "open" or item.opened_at is None or is_over(item, now):
        return ()
    start = item.opened_at
    return tuple(one for one in DEADLINES[item.urgency].steps if now >= start + one.after)


def after_answer(item: ReviewItem, urgency: Urgency, now: datetime) -> datetime:
    """The new end once the family has answered: half the time again, and less when it turned out more urgent."""
    within = DEADLINES[urgency].within
    fresh = now + within / 2
    if item.due_at is None:
        return fresh
    if urgency_rank(urgency) < urgency_rank(item.urgency):
        return min(item.due_at, now + within)
    return max(item.due_at, fresh)
