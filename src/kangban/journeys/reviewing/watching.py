"""What the family may know of a held answer: that somebody is looking at it, until when, and what is asked of them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from kangban.clinical.record import Entry, ReviewItem
from kangban.clinical.urgency import Urgency
from kangban.journeys.entry_ids import answer_entry_id
from kangban.journeys.house import House, as_system
from kangban.journeys.reviewing.words import allowed_for
from kangban.kernel.errors import NotFound
from kangban.review.deciding import claimed_by


class WatchState(msgspec.Struct, frozen=True):
    """Nothing in here is of the held text. `entry_id` is the version an answer to `question` has to name.

    `looking`: who said so (name, role); `allowed`: what the rules let be said, family's words since included.
    """

    answer_id: str
    entry_id: str
    status: Literal["open", "asked", "approved", "edited", "rejected", "expired"]
    urgency: Urgency
    opened_at: datetime | None
    due_at: datetime | None
    looking: tuple[str, str] | None = None
    question: str = ""
    asked_by: tuple[str, str] | None = None
    allowed: tuple[str, ...] = ()


async def state_of(house: House, answer_id: str) -> WatchState | None:
    """The state of an answer's review, or None where it never had one; raises NotFound where the answer is hidden."""
    try:
        entry, item = await item_of(house, answer_id)
    except NotFound:
        return None
    # The actor's own access decides, on the answer: whoever may read that may know how it stands.
    await house.store.get(house.family_id, answer_entry_id(item.message_id))
    looking, asked = claimed_by(item), next((e for e in reversed(item.events) if e.what == "asked"), None)
    waiting = item.status == "asked" and asked is not None
    return WatchState(
        answer_id=item.answer_id,
        entry_id=entry.id,
        status=item.status,
        urgency=item.urgency,
        opened_at=item.opened_at,
        due_at=item.due_at,
        looking=(looking.name, looking.role) if looking is not None else None,
        question=asked.note if waiting and asked is not None else "",
        asked_by=(asked.name, asked.role) if waiting and asked is not None else None,
        allowed=allowed_for(item),
    )


async def item_of(house: House, any_id: str) -> tuple[Entry, ReviewItem]:
    """The newest entry of an item by its answer, message or entry id, read as the house itself; raises NotFound.

    It holds the held text: callers give a person only what stands in `WatchState`, after their own access.
    """
    store = as_system(house).store
    found = await store.entries(house.family_id, kinds=["ReviewItem"], include_superseded=True)
    items = [(e, e.body) for e in found if isinstance(e.body, ReviewItem)]
    message = next((i.message_id for e, i in items if any_id in (e.id, i.answer_id, i.message_id)), None)
    gone = {e.supersedes for e, _ in items}
    for entry, item in items:
        if item.message_id == message and entry.id not in gone and not entry.retracted:
            return entry, item
    raise NotFound("no such review", field="review")
