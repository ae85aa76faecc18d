"""The desk of those who may decide on held answers, and the family's answer to their questions."""

from __future__ import annotations

from kangban.api.answers import Decided, ReviewList, ReviewOut, ReviewRow
from kangban.api.call import Call, Endpoint
from kangban.api.shapes import BackIn, ClaimIn, DecisionIn
from kangban.clinical.record import Entry, ReviewItem
from kangban.journeys.house import House
from kangban.journeys.reviewing import asking, deciding, queue
from kangban.journeys.reviewing.watching import state_of
from kangban.kernel.errors import InvalidInput, NotFound


async def waiting(call: Call) -> ReviewList:
    """What waits for the caller."""
    return ReviewList([ReviewRow.of(one) for one in await queue.waiting(await call.house())])


async def show(call: Call) -> ReviewOut:
    """One held answer, to those who may decide on it."""
    found = await queue.find_item(await call.house(), call.id("review"))
    item = found.item
    return ReviewOut(
        ReviewRow.of(found), item.question, item.draft, item.reasons, item.person, item.findings, item.events,
        item.lang, item.final_text,
    )  # fmt: skip


async def claim(call: Call) -> Decided:
    """Say that one is looking at it."""
    house, version = await call.house(), call.told(ClaimIn).version
    await _same(house, call.id("review"), version)
    return _decided(await deciding.claim(house, version))


async def decide(call: Call) -> Decided:
    """Approve, edit, reject or ask; whatever goes out passes the guard again."""
    told, house = call.told(DecisionIn), await call.house()
    await _same(house, call.id("review"), told.version)
    return _decided(
        await deciding.decide(
            house, told.version, decision=told.decision, reason=told.reason, text=told.text, note=told.note
        )
    )


async def answer(call: Call) -> Decided:
    """The family's words to a reviewer's question."""
    told, house = call.told(BackIn), await call.house()
    here, there = await state_of(house, call.id("review")), await state_of(house, told.version)
    if here is None:
        raise NotFound("no such review", field="review")
    if there is None or there.answer_id != here.answer_id:
        raise InvalidInput("a version of another review", field="version")
    return _decided(await asking.answer_back(house, told.version, told.text))


async def _same(house: House, any_id: str, version: str) -> None:
    """A decision is on the review in the address: a version of another one is a mistake, or a trick."""
    here = await queue.find_item(house, any_id)
    try:
        there = await queue.find_item(house, version)
    except NotFound:
        raise InvalidInput("no version of this review", field="version") from None
    if there.item.message_id != here.item.message_id:
        raise InvalidInput("a version of another review", field="version")


def _decided(entry: Entry) -> Decided:
    return Decided(entry.id, entry.body.status if isinstance(entry.body, ReviewItem) else "")


ENDPOINTS = (
    Endpoint("GET", "/reviews", "listReviews", "Held answers that wait for you.", waiting, ReviewList),
    Endpoint("GET", "/reviews/{review}", "showReview", "One held answer, for its reviewers.", show, ReviewOut),
    Endpoint("POST", "/reviews/{review}/claim", "claimReview", "Say you are looking.", claim, Decided, body=ClaimIn),
    Endpoint(
        "POST", "/reviews/{review}/decision", "decideReview", "Approve, edit, reject or ask.", decide, Decided,
        body=DecisionIn, heavy=True,
    ),
    Endpoint(
        "POST", "/reviews/{review}/answer", "answerReviewer", "Answer a reviewer's question.", answer, Decided,
        body=BackIn, heavy=True,
    ),
)  # fmt: skip
