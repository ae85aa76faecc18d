"""What left this machine for a model: kept before it leaves, and looked up afterwards."""

from __future__ import annotations

import msgspec

from kangban.clinical.record import Entry, Transmission
from kangban.journeys.auditing.recording import event
from kangban.journeys.house import House, as_system, by_kangban, for_purpose, get_member
from kangban.kernel.ids import derived_id
from kangban.ports.chat_model import ChatMessage, ChatRequest, ToolCall

OWN_WORDS = "…"


async def keep(house: House, member_id: str, message_id: str, request: ChatRequest) -> str:
    """Write down what is about to be sent, as it will be sent; returns the entry id.

    It is written first: after a crash it stands there although it may not have gone out, never the other way round.
    Raises Unavailable when it cannot be written; then nothing may leave.
    """
    model = house.model
    sent = msgspec.json.encode({"messages": _kept(request), "tools": [tool.name for tool in request.tools]}).decode()
    body = Transmission(message_id, model.name, house.model_host, model.place, sent)
    now = house.clock.now()
    # The moment is part of the id: the same words sent twice were sent twice.
    entry_id = derived_id("transmission", member_id, message_id, model.name, house.model_host, now.isoformat(), sent)
    entry = Entry(entry_id, house.family_id, member_id, body, now, now, by_kangban(house))
    told = event(
        house, "model.sent", member_id=member_id, kinds=("Transmission",), entries=(entry_id,), purpose="model",
        model=model.name, reason=model.place, key=(entry_id,),
    )  # fmt: skip
    # Nobody writes into this log by hand, not even who asked.
    await as_system(house).store.append([entry], events=[told], needs=[message_id] if message_id else [])
    return entry_id


def _kept(request: ChatRequest) -> list[ChatMessage]:
    """The messages as sent; of this turn's rounds the model's own words are left out.

    They go back to the model that wrote them, and nobody's guard has read them: no person may, either.
    """
    asked = max((n for n, m in enumerate(request.messages) if m.role == "user"), default=-1)
    return [
        msgspec.structs.replace(m, content=OWN_WORDS if m.content else "", tool_calls=tuple(map(_unread, m.tool_calls)))
        if m.role == "assistant" and n > asked
        else m
        for n, m in enumerate(request.messages)
    ]


def _unread(call: ToolCall) -> ToolCall:
    return ToolCall(call.id, call.name, None, OWN_WORDS)


async def of_member(house: House, member_id: str, *, limit: int | None = None) -> list[Entry]:
    """What was sent about a member, newest first; raises NotFound and NotPermitted."""
    viewed = for_purpose(house, "view")
    await get_member(viewed, member_id)
    return await viewed.store.entries(
        house.family_id, member_id, kinds=["Transmission"], newest_first=True, limit=limit
    )
