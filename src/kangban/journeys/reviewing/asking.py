"""The family answers what a reviewer asked, and the item goes back into the queue."""

from __future__ import annotations

from kangban.clinical.finding import TriageOutcome
from kangban.clinical.record import Entry, ReviewItem
from kangban.clinical.urgency import Urgency, urgency_rank
from kangban.journeys.auditing import recording
from kangban.journeys.entry_ids import answer_entry_id
from kangban.journeys.house import House, as_system
from kangban.journeys.reviewing import clocks, queue
from kangban.journeys.reviewing.judging import Bench, bench_for
from kangban.journeys.reviewing.people import reviewers_for
from kangban.journeys.reviewing.releasing import next_item
from kangban.journeys.reviewing.telling import key_for, to_family, to_reviewers
from kangban.journeys.reviewing.watching import item_of
from kangban.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from kangban.review import deciding
from kangban.review.clock import is_over


async def answer_back(house: House, entry_id: str, text: str) -> Entry:
    """Answer as the one who asked, the person concerned or a manager; returns the item's new entry.

    `entry_id` is the version seen. Danger signs in the words raise the urgency and shorten the time.
    """
    words = text.strip()
    if not words:
        raise InvalidInput("the text is empty", field="text", key="error.empty")
    if len(words) > deciding.MOST_WORDS:
        raise InvalidInput("the text is too long", field="text", key="error.too_long")
    entry, item = await item_of(house, entry_id)
    await _check_family(house, entry, item)
    if entry.id != entry_id:
        raise queue.moved(item)
    now = house.clock.now()
    if is_over(item, now):
        await clocks.run_out(house, entry, item)
        raise queue.moved(deciding.expire(item, now, ""))
    actor = house.actor
    # The words are part of the question from here on, whatever the reviewer thinks of them.
    told = deciding.answered(item, actor.account_id, actor.name, words, item.urgency, item.person, now)
    bench = await bench_for(house, entry, told)
    urgency = _sooner(item.urgency, bench.outcome)
    told = deciding.answered(item, actor.account_id, actor.name, words, urgency, bench.person, now)
    following = next_item(entry, told, actor.account_id, now)
    await _append(house, entry, item, following, told, bench)
    return following


async def _append(
    house: House, entry: Entry, item: ReviewItem, following: Entry, told: ReviewItem, bench: Bench
) -> None:
    system, now, asker = as_system(house), following.known_at, entry.provenance.on_behalf_of
    people = await reviewers_for(system, item.topics, member_id=entry.member_id, asker=asker)
    key = key_for("held", "emergency") if told.urgency == "emergency" else "review.notice.answered"
    notices = to_reviewers(system, [p.account for p in people], key, now, following.id, answer_id=item.answer_id)
    if told.urgency != item.urgency and bench.outcome.urgency in ("emergency", "same_day"):
        notices += await to_family(system, asker, "review.notice.urgent", now, following.id)
    event = recording.event(
        house, "review.answered", at=now, member_id=entry.member_id, kinds=["ReviewItem"], entries=[following.id],
        reason=told.urgency, key=[following.id],
    )  # fmt: skip
    try:
        await system.store.append([following], events=[event], notices=notices)
    except Conflict:
        _, current = await item_of(house, item.answer_id)
        raise queue.moved(current) from None


async def _check_family(house: House, entry: Entry, item: ReviewItem) -> None:
    """Theirs to answer, and still theirs to see; somebody else's item is not there."""
    try:
        await house.store.get(house.family_id, answer_entry_id(item.message_id))
    except (NotFound, NotPermitted):
        raise NotFound("no such review", field="review") from None
    actor = house.actor
    own = actor.account_id == entry.provenance.on_behalf_of or actor.member_id == entry.member_id
    if not own and actor.role != "manager":
        raise NotPermitted("not theirs to answer", field="review", key="review.refused.family")


def _sooner(urgency: Urgency, outcome: TriageOutcome) -> Urgency:
    return min(urgency, outcome.urgency, key=urgency_rank)
