"""The clock of held answers: whom to tell while nobody decides, and the safe text when time runs out.

What a clock does twice, jumping or going back, has the same ids and is written once.
"""

from __future__ import annotations

import asyncio
from datetime import datetime

import msgspec

from kangban.clinical.audit import AuditEvent
from kangban.clinical.draft import Reviewed
from kangban.clinical.notice import Notice
from kangban.clinical.record import Entry, ReviewItem
from kangban.journeys.auditing import recording
from kangban.journeys.house import House, as_system
from kangban.journeys.reviewing import words
from kangban.journeys.reviewing.judging import bench_for
from kangban.journeys.reviewing.people import Reviewer, reviewers, reviewers_for
from kangban.journeys.reviewing.releasing import answer_entry, next_item, of_text
from kangban.journeys.reviewing.telling import key_for, to_family, to_reviewers
from kangban.kernel.errors import Conflict, NotFound
from kangban.review import deciding
from kangban.review.clock import Step, is_over, steps_due
from kangban.review.order import queue_key


async def tick(house: House, now: datetime) -> int:
    """Look at every held answer of the family; returns how many ran out now. Safe to call from two places at once."""
    system = as_system(house)
    found = await system.store.entries(house.family_id, kinds=["ReviewItem"])
    count = 0
    for entry in sorted(found, key=queue_key):
        if not isinstance(entry.body, ReviewItem):
            continue
        if is_over(entry.body, now):
            count += await run_out(house, entry, entry.body)
        else:
            for step in steps_due(entry.body, now):
                await _escalate(system, entry, entry.body, step, now)
    return count


async def run_out(house: House, entry: Entry, item: ReviewItem) -> bool:
    """Put the safe text in the answer's place; False when somebody was faster or the answer is gone."""
    system = as_system(house)
    now = max(system.clock.now(), item.due_at or entry.known_at)
    expired = deciding.expire(item, now, "")
    text = await asyncio.to_thread(words.expired_text, item)
    release = of_text(text, Reviewed("Kangban", "system", "", now, "expired"))
    expired = msgspec.structs.replace(expired, final_text=text)
    following = next_item(entry, expired, "kangban", now)
    outcome = (await bench_for(house, entry, item)).outcome
    asker = entry.provenance.on_behalf_of
    # Due when time ran out and not now: a clock that had jumped ahead would hide it until then.
    notices = await to_family(system, asker, "review.notice.expired", item.due_at or entry.known_at, item.answer_id)
    event = recording.event(
        system, "review.expired", at=now, member_id=entry.member_id, kinds=["ReviewItem"], entries=[following.id],
        reason=item.urgency, key=[following.id],
    )  # fmt: skip
    try:
        answer = await answer_entry(system, entry, item, outcome, release, now)
        told = released_event(system, answer, item, now, "expired")
        await system.store.append([answer, following], events=[event, told], notices=notices)
    except (Conflict, NotFound):
        return False
    return True


def released_event(house: House, answer: Entry, item: ReviewItem, at: datetime, reason: str) -> AuditEvent:
    """Who let what out against which checks, and which brain had written it."""
    return recording.event(
        house, "answer.released", at=at, member_id=answer.member_id, kinds=["AnswerGiven"], entries=[answer.id],
        purpose="review", rules=[f"guard.{name}" for name in item.reasons], model=item.draft.brain, reason=reason,
        key=[answer.id],
    )  # fmt: skip


async def _escalate(system: House, entry: Entry, item: ReviewItem, step: Step, now: datetime) -> None:
    """Tell whom the step names. It changes nothing of the item, so that no decision under way meets a conflict."""
    asker = entry.provenance.on_behalf_of
    effect = (item.answer_id, step.whom)
    notices: list[Notice]
    if step.whom == "managers":
        notices = await to_family(system, asker, key_for("managers", item.urgency), now, *effect)
    else:
        people = await _people(system, entry, item, step)
        key = key_for("again" if step.whom == "next" else "all", item.urgency)
        notices = to_reviewers(system, [p.account for p in people], key, now, *effect, answer_id=item.answer_id)
    event = recording.event(
        system, "review.escalated", at=now, member_id=entry.member_id, kinds=["ReviewItem"], entries=[entry.id],
        reason=step.whom, key=effect,
    )  # fmt: skip
    await system.store.append([], events=[event], notices=notices)


async def _people(system: House, entry: Entry, item: ReviewItem, step: Step) -> list[Reviewer]:
    if step.whom == "all":
        return await reviewers(system)
    may = await reviewers_for(system, item.topics, member_id=entry.member_id, asker=entry.provenance.on_behalf_of)
    looking = deciding.claimed_by(item)
    # Who said they are looking at it and has not decided is not the next one to ask.
    others = [p for p in may if looking is None or p.account.id != looking.account_id]
    return (others or may)[:1]
