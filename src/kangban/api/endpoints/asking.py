"""A question about a member: the whole answer as JSON, or what happens meanwhile as a stream of events."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import msgspec
from starlette.responses import StreamingResponse

from kangban.api.answers import JsonObject
from kangban.api.call import Call, Endpoint
from kangban.api.outcomes import AnswerOut
from kangban.api.shapes import QuestionIn
from kangban.api.wire import NO_STORE, error_answer
from kangban.clinical.draft import Answer
from kangban.clinical.urgency import Lang
from kangban.journeys.chat_turn import Question, chat_turn
from kangban.journeys.conversation import read_conversation
from kangban.journeys.house import House, get_member
from kangban.journeys.reviewing.watching import WatchState, state_of
from kangban.journeys.turn_events import SentenceReleased, StepShown, Stored, TurnDone, TurnEvent, UrgencyJudged
from kangban.kernel.errors import Broken, KangbanError, NotFound, NotPermitted
from kangban.kernel.ids import new_id
from kangban.toolbox.contract import answer_object, triage_object


class Exchanged(msgspec.Struct, frozen=True):
    """One message with its answer, null when the turn was broken off."""

    message: str
    text: str
    answer: AnswerOut | None


class Talk(msgspec.Struct, frozen=True):
    """The last exchanges, oldest first."""

    exchanges: list[Exchanged]


class TalkQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which conversation."""

    conversation: str = "main"


def answered(answer: Answer, lang: Lang) -> JsonObject:
    """An answer as documented, with how its review stands."""
    return {**answer_object(answer, lang), "review": answer.review}


async def ask(call: Call) -> Any:
    """One turn. Closing the connection stops the brain; the message stays."""
    told, house = call.told(QuestionIn), await call.house()
    member = await get_member(house, call.id("member"))
    question = Question(member.id, told.text, told.client_id or new_id("api"), told.conversation_id, call.lang)
    if call.wants_stream:
        # The first event is awaited here, so that a refusal is a status and no stream that ends in an error.
        events = _watched(call, house, question)
        first = await anext(events)
        headers = {**NO_STORE, "X-Accel-Buffering": "no"}
        return StreamingResponse(_stream(first, events, call.lang), 200, headers, media_type="text/event-stream")
    async with aclosing(_watched(call, house, question)) as turn:
        async for event in turn:
            if isinstance(event, TurnDone):
                return answered(event.answer, call.lang)
    raise Broken("the turn ended without an answer")


async def _watched(call: Call, house: House, question: Question) -> AsyncGenerator[TurnEvent, None]:
    """The turn's events for as long as key or session hold: they are asked again before each is shown."""
    async with aclosing(chat_turn(house, question)) as turn:
        async for event in turn:
            if not await call.still_here():
                raise NotPermitted("the key or session has ended", key="error.session_over")
            yield event


async def _stream(first: TurnEvent, events: AsyncGenerator[TurnEvent, None], lang: Lang) -> AsyncGenerator[bytes, None]:
    async with aclosing(events):
        try:
            yield _line(first, lang)
            async for event in events:
                yield _line(event, lang)
        except KangbanError as error:
            yield _event("error", error_answer(error))
        except Exception:  # noqa: BLE001 - the stream has begun: an event is the only answer left
            yield _event("error", error_answer(Broken("the turn broke off")))


def _line(event: TurnEvent, lang: Lang) -> bytes:
    if isinstance(event, Stored):
        return _event("stored", {"message_id": event.message_id})
    if isinstance(event, UrgencyJudged):
        return _event("urgency", triage_object(event.outcome, lang))
    if isinstance(event, StepShown):
        return _event("step", event.step)
    if isinstance(event, SentenceReleased):
        claim = event.claim
        told = {"text": claim.text, "citations": list(claim.citations), "clinical": claim.clinical}
        return _event("sentence", {"number": event.number, "claim": told})
    return _event("done", {"message_id": event.message_id, "answer": answered(event.answer, lang)})


def _event(name: str, value: Any) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + msgspec.json.encode(value) + b"\n\n"


async def conversation(call: Call) -> JsonObject:
    """What was said and answered, as the caller may see it."""
    house, member_id = await call.house(), call.id("member")
    await get_member(house, member_id)
    wanted = call.asked(TalkQuery).conversation
    found = await read_conversation(house, member_id, conversation_id=wanted)
    return {
        "exchanges": [
            {
                "message": one.message_id,
                "text": one.message.text,
                "answer": answered(one.answer, call.lang) if one.answer else None,
            }
            for one in found
        ]
    }


async def standing(call: Call) -> WatchState:
    """How the review of an answer stands, for whoever may read the answer; nothing of the held text."""
    found = await state_of(await call.house(), call.id("answer"))
    if found is None:
        raise NotFound("no review of this answer", field="answer")
    return found


ENDPOINTS = (
    Endpoint(
        "POST", "/members/{member}/ask", "ask", "Ask about a member.", ask, AnswerOut, body=QuestionIn, heavy=True,
        streams=True,
    ),
    Endpoint(
        "GET", "/members/{member}/conversation", "readConversation", "What was said and answered.", conversation, Talk,
        query=TalkQuery,
    ),
    Endpoint("GET", "/answers/{answer}/review", "watchReview", "How a held answer stands.", standing, WatchState),
)  # fmt: skip
