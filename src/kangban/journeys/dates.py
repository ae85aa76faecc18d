"""Dates that may leave the house: counts and days, never a name, a medicine or a diagnosis."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime

import msgspec

from kangban.clinical.record import Consent, Entry, MedicationStatement
from kangban.journeys.auditing.recording import event
from kangban.journeys.house import House, for_purpose, members
from kangban.journeys.reviewing import queue
from kangban.kernel.errors import NotPermitted
from kangban.kernel.ids import derived_id
from kangban.record.policy import DAYS

SHOWN_FOR_DAYS = 30  # what expired longer ago stands in no calendar any more


class Dated(msgspec.Struct, frozen=True):
    """Something that falls on a day or a moment: a translation key and how many. `id` stays the same for the day."""

    id: str
    on: date | datetime
    key: str
    count: int


async def dates_of(house: House) -> list[Dated]:
    """What this actor's calendar shows: expiries in the box, consents that end, reviews that are due; earliest first.

    Everything is asked for the purpose "notify", so a share or a consent that does not cover it leaves it out.
    """
    now = house.clock.now()
    hour = now.isoformat("T", "hours")
    await house.audit.write([event(house, "calendar.seen", purpose="notify", key=(house.actor.account_id, hour))])
    telling = for_purpose(house, "notify")
    people = {one.id for one in await members(telling)}
    found = await telling.store.entries(house.family_id, kinds=["MedicationStatement", "Consent"])
    theirs = [entry for entry in found if entry.member_id in people]
    days = [("calendar.expiry", day) for day in _expiries(theirs, now)]
    days += [("calendar.consent_ends", day) for day in _consent_ends(theirs, now)]
    made = [
        Dated(derived_id("date", house.family_id, key, day.isoformat()), day, key, count)
        for (key, day), count in Counter(days).items()
    ]
    made += await _reviews(house)
    return sorted(made, key=lambda one: (str(one.on), one.id))


def _expiries(entries: list[Entry], now: datetime) -> list[date]:
    today = now.astimezone(DAYS).date()
    return [
        entry.body.expires_on
        for entry in entries
        if isinstance(entry.body, MedicationStatement)
        and entry.body.status != "stopped"
        and entry.body.expires_on is not None
        and (today - entry.body.expires_on).days <= SHOWN_FOR_DAYS
    ]


def _consent_ends(entries: list[Entry], now: datetime) -> list[date]:
    """The newest word of each (member, scope, target, guardian) counts."""
    newest: dict[tuple[str, str, str, bool], tuple[Entry, Consent]] = {}
    for entry in sorted(entries, key=lambda one: (one.known_at, one.id)):
        if isinstance(entry.body, Consent):
            word = entry.body
            newest[entry.member_id, word.scope, word.target, bool(word.given_by)] = (entry, word)
    return [
        word.until.astimezone(DAYS).date()
        for entry, word in newest.values()
        if word.granted and not entry.retracted and word.until is not None and word.until > now
    ]


async def _reviews(house: House) -> list[Dated]:
    try:
        waiting = await queue.waiting(house)
    except NotPermitted:
        return []
    return [
        Dated(derived_id("date", one.item.answer_id), one.due_at, "calendar.review_due", 1)
        for one in waiting
        if one.due_at is not None
    ]
