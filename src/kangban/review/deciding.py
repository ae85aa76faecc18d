"""Who may decide on a held answer, and what a decision makes of it. Pure: a ReviewItem in, the next one out."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Final

import msgspec

from kangban.clinical.access import PROFESSIONS, Licence, Role
from kangban.clinical.person import PersonFacts
from kangban.clinical.record import ReviewEvent, ReviewItem
from kangban.clinical.urgency import Urgency
from kangban.kernel.errors import Conflict, InvalidInput, NotPermitted
from kangban.review.clock import OPEN, after_answer, is_over
from kangban.review.reasons import Reason, ReviewDecision, find_reason
from kangban.review.topics import EVERYTHING

# A licence ends with the day in the place it was given; in UTC it would hold into the next morning.
LICENCE_PLACE: Final = timezone(timedelta(hours=8))
MOST_WORDS: Final = 4_000


class Decider(msgspec.Struct, frozen=True):
    """A person at the desk as the accounts know them now. `member_id`: who they are in this family, if anybody."""

    account_id: str
    name: str
    role: Role
    licence: Licence | None
    member_id: str | None = None


def today(now: datetime) -> date:
    """The day on which a licence is looked at."""
    return now.astimezone(LICENCE_PLACE).date()


def covers(role: Role, licence: Licence, topics: tuple[str, ...]) -> bool:
    """Whether a licence covers all topics. "all" is a doctor's or reviewer's; nurse and pharmacist name theirs."""
    if EVERYTHING in licence.scope and role in ("doctor", "reviewer"):
        return True
    return bool(topics) and set(topics) <= set(licence.scope)


def licensed(role: Role, licence: Licence | None, now: datetime) -> bool:
    """Whether somebody holds a profession and a licence that has not run out."""
    return role in PROFESSIONS and licence is not None and bool(licence.number) and licence.expires_on >= today(now)


def why_not(who: Decider, item: ReviewItem, now: datetime, *, member_id: str, asker: str) -> str:
    """The translation key of what stands against this person deciding on this item; "" when nothing does."""
    if who.role not in PROFESSIONS:
        return "review.refused.role"
    if who.licence is None or not who.licence.number:
        return "review.refused.no_licence"
    if not licensed(who.role, who.licence, now):
        return "review.refused.licence_over"
    if who.account_id == asker or who.member_id == member_id:
        return "review.refused.own"
    if not covers(who.role, who.licence, item.topics):
        return "review.refused.scope"
    return ""


def check_may(who: Decider, item: ReviewItem, now: datetime, *, member_id: str, asker: str) -> None:
    """Raises NotPermitted with the reason."""
    key = why_not(who, item, now, member_id=member_id, asker=asker)
    if key:
        raise NotPermitted(key.removeprefix("review.refused.").replace("_", " "), field="review", key=key)


def check_open(item: ReviewItem, now: datetime) -> None:
    """Raises Conflict for what is decided, run out, or waits for the family."""
    if item.status == "expired" or is_over(item, now):
        raise Conflict("the time for this review ran out", field="review", key="review.refused.expired")
    if item.status not in OPEN:
        raise Conflict("this review is decided", field="review", key="review.refused.decided")


def claim(item: ReviewItem, who: Decider, now: datetime) -> ReviewItem:
    """Say that one is looking at it; others may still decide."""
    check_open(item, now)
    return _with(item, _event(who, "claimed", now))


def claimed_by(item: ReviewItem) -> ReviewEvent | None:
    """The last claim."""
    return next((e for e in reversed(item.events) if e.what == "claimed"), None)


def reason_of(code: str, decision: ReviewDecision, who: Decider) -> Reason:
    """Raises InvalidInput for a code that this role may not give for this decision."""
    found = find_reason(code, decision, who.role)
    if found is None:
        raise InvalidInput("no such reason for this decision", field="reason", key="review.refused.reason")
    return found


def decide(
    item: ReviewItem,
    who: Decider,
    decision: ReviewDecision,
    reason: str,
    now: datetime,
    *,
    note: str = "",
) -> ReviewItem:
    """The item after a decision; raises Conflict and InvalidInput.

    "ask" leaves it open: `note` is the question to the family.
    """
    check_open(item, now)
    reason_of(reason, decision, who)
    if decision == "ask":
        if item.status == "asked":
            raise Conflict("the family is being asked already", field="review", key="review.refused.asked")
        if not note.strip():
            raise InvalidInput("a question to the family needs words", field="note", key="error.empty")
        return msgspec.structs.replace(_with(item, _event(who, "asked", now, reason, note)), status="asked")
    status = {"approve": "approved", "edit": "edited", "reject": "rejected"}[decision]
    told = _with(item, _event(who, status, now, reason, note))
    return msgspec.structs.replace(told, status=status)


def answered(
    item: ReviewItem, account_id: str, name: str, text: str, urgency: Urgency, person: PersonFacts | None, now: datetime
) -> ReviewItem:
    """Back in the queue with the family's words; `urgency`: of question and answer together, never less than before."""
    if item.status != "asked":
        check_open(item, now)
        raise Conflict("nobody asked for an answer", field="review", key="review.refused.not_asked")
    check_open(item, now)
    event = ReviewEvent(now, "answered", account_id, name, note=text)  # pyright: ignore[reportArgumentType]
    due = after_answer(item, urgency, now)
    told = _with(item, event)
    return msgspec.structs.replace(told, status="open", urgency=urgency, person=person, due_at=due)


def expire(item: ReviewItem, now: datetime, final_text: str) -> ReviewItem:
    """The clock ran out; raises Conflict when it has not, or somebody was faster."""
    if item.status not in OPEN or not is_over(item, now):
        raise Conflict("nothing runs out here", field="review", key="review.refused.decided")
    event = ReviewEvent(now, "expired", "system", "Kangban", "system")
    return msgspec.structs.replace(_with(item, event), status="expired", final_text=final_text)


def words_so_far(item: ReviewItem) -> str:
    """The question with what the family answered since: what every later check reads."""
    return "\n".join((item.question, *(e.note for e in item.events if e.what == "answered")))


def _event(who: Decider, what: str, now: datetime, reason: str = "", note: str = "") -> ReviewEvent:
    licence = who.licence.number if who.licence is not None else ""
    return ReviewEvent(now, what, who.account_id, who.name, who.role, licence, reason, note)  # pyright: ignore[reportArgumentType]


def _with(item: ReviewItem, event: ReviewEvent) -> ReviewItem:
    return msgspec.structs.replace(item, events=(*item.events, event))
