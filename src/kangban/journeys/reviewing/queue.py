"""The desk: held answers that wait for the actor, by risk and age."""

from __future__ import annotations

from datetime import datetime

import msgspec

from kangban.clinical.record import Entry, ReviewEvent, ReviewItem
from kangban.journeys.house import House, for_purpose
from kangban.journeys.reviewing.people import decider_of
from kangban.kernel.errors import Conflict, NotFound, NotPermitted
from kangban.review.clock import OPEN, is_over
from kangban.review.deciding import Decider, check_may, claimed_by, licensed, why_not
from kangban.review.order import queue_key


class Waiting(msgspec.Struct, frozen=True):
    """One item on the desk. `entry.id` is the version a decision has to name."""

    entry: Entry
    item: ReviewItem
    due_at: datetime | None
    claimed: ReviewEvent | None = None


async def waiting(house: House) -> list[Waiting]:
    """What the actor may decide on now, worst and oldest first; raises NotPermitted for who is no reviewer."""
    who, now = await _licensed_decider(house), house.clock.now()
    found = await for_purpose(house, "review").store.entries(house.family_id, kinds=["ReviewItem"])
    return [
        _shown(entry, entry.body)
        for entry in sorted(found, key=queue_key)
        if isinstance(entry.body, ReviewItem)
        and entry.body.status in OPEN
        and not is_over(entry.body, now)
        and not why_not(who, entry.body, now, member_id=entry.member_id, asker=entry.provenance.on_behalf_of)
    ]


async def find_item(house: House, any_id: str) -> Waiting:
    """One item by the id of its answer, its message or any of its entries, in its newest state, decided or not.

    Raises NotFound, also for what the actor may not decide on.
    """
    who = await _licensed_decider(house)
    entry, item = await newest(house, any_id)
    if why_not(who, item, house.clock.now(), member_id=entry.member_id, asker=entry.provenance.on_behalf_of):
        raise NotFound("no such review", field="review")
    return _shown(entry, item)


async def newest(house: House, any_id: str) -> tuple[Entry, ReviewItem]:
    """The current entry of an item as the actor may see it for a review; raises NotFound."""
    store = for_purpose(house, "review").store
    found = await store.entries(house.family_id, kinds=["ReviewItem"])
    for entry in found:
        if isinstance(entry.body, ReviewItem) and any_id in (entry.id, entry.body.answer_id, entry.body.message_id):
            return entry, entry.body
    try:
        seen = await store.get(house.family_id, any_id)
    except NotFound:
        raise NotFound("no such review", field="review") from None
    for entry in found:
        if (
            isinstance(seen.body, ReviewItem)
            and isinstance(entry.body, ReviewItem)
            and entry.body.message_id == seen.body.message_id
        ):
            return entry, entry.body
    raise NotFound("no such review", field="review")


async def as_seen(house: House, entry_id: str) -> tuple[Entry, ReviewItem, Decider]:
    """The item a decider has seen, if it is still that one and theirs to decide; raises Conflict, NotPermitted."""
    who = await _licensed_decider(house)
    entry, item = await newest(house, entry_id)
    check_may(who, item, house.clock.now(), member_id=entry.member_id, asker=entry.provenance.on_behalf_of)
    if entry.id != entry_id:
        raise moved(item)
    return entry, item, who


def moved(item: ReviewItem) -> Conflict:
    """What to say to somebody who acts on a version that is no longer the newest."""
    if item.status == "expired":
        return Conflict("the time for this review ran out", field="review", key="review.refused.expired")
    if item.status not in OPEN:
        return Conflict("this review is decided", field="review", key="review.refused.decided")
    return Conflict("this review was changed meanwhile", field="review", key="review.refused.moved")


async def _licensed_decider(house: House) -> Decider:
    """Says first what is wrong with the licence: without one, an item is not even there."""
    who, now = await decider_of(house), house.clock.now()
    if who.licence is None or not who.licence.number:
        raise NotPermitted("no licence", field="review", key="review.refused.no_licence")
    if not licensed(who.role, who.licence, now):
        raise NotPermitted("licence over", field="review", key="review.refused.licence_over")
    return who


def _shown(entry: Entry, item: ReviewItem) -> Waiting:
    return Waiting(entry, item, item.due_at, claimed_by(item))
