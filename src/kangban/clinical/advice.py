"""What of a box a person may take for a complaint: values, in both languages."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from kangban.clinical.finding import NotInCatalogue, UnknownFact
from kangban.clinical.urgency import Urgency


class BoxItem(msgspec.Struct, frozen=True):
    """Something that stands in the household's box, by the name on it."""

    name: str
    expires_on: date | None = None


class Offer(msgspec.Struct, frozen=True):
    """A medicine that may be taken as its label says. `not_with` names other offers that must not be combined."""

    name: str
    dose: str
    dose_en: str
    interval_hours: float | None
    max_per_day: int | None
    why: str
    why_en: str
    citations: tuple[str, ...]
    not_with: tuple[str, ...] = ()
    max_days: int | None = None
    fits: tuple[str, str] = ("", "")  # of `why`, what the label says it is for (zh, en)
    heed: tuple[tuple[str, str], ...] = ()  # of `why`, the cautions (zh, en), each


RefusalReason = Literal[
    "emergency", "expired", "needs_doctor", "not_for_this", "finding", "must_know", "no_label_dose", "not_read"
]


class Refusal(msgspec.Struct, frozen=True):
    """A medicine that is not offered, and why."""

    name: str
    reason: RefusalReason
    why: str
    why_en: str
    citations: tuple[str, ...] = ()


class Advice(msgspec.Struct, frozen=True):
    """The box ranked for one person and one complaint; best offer first, refusals in the order of the box."""

    offer: tuple[Offer, ...]
    refuse: tuple[Refusal, ...]
    unknown: tuple[UnknownFact, ...]
    not_in_catalogue: tuple[NotInCatalogue, ...]
    urgency: Urgency
    complaints: tuple[str, ...]
