"""/v1/responses over the same core: its input becomes a chat, the core's events become response events.

Nothing is kept between two calls: a conversation is sent whole, and `previous_response_id` is refused.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from kangban.api.v1.asked import (
    MOST_MESSAGES,
    MOST_TOOLS,
    Called,
    CalledFunction,
    CallId,
    Chat,
    Chosen,
    ChosenFunction,
    Format,
    Function,
    ImageAddress,
    ImagePart,
    Message,
    Name,
    Part,
    Schema,
    TextPart,
    Tool,
)
from kangban.api.v1.faults import Fault
from kangban.api.v1.response_shapes import Reply
from kangban.api.v1.told import Event, Working
from kangban.api.wire import invalid

Json = dict[str, Any]


class InputText(msgspec.Struct, frozen=True, tag_field="type", tag="input_text"):
    """Words of the user."""

    text: str


class OutputText(msgspec.Struct, frozen=True, tag_field="type", tag="output_text"):
    """Words of the assistant."""

    text: str


class InputImage(msgspec.Struct, frozen=True, tag_field="type", tag="input_image"):
    """A picture as a data: address."""

    image_url: str


class CallItem(msgspec.Struct, frozen=True, tag_field="type", tag="function_call"):
    """A call of an earlier response."""

    call_id: CallId
    name: Annotated[str, Meta(max_length=200)]
    arguments: Annotated[str, Meta(max_length=100_000)] = ""


class ResultItem(msgspec.Struct, frozen=True, tag_field="type", tag="function_call_output"):
    """The result of a call."""

    call_id: CallId
    output: str


class MessageItem(msgspec.Struct, frozen=True, tag_field="type", tag="message"):
    """A message."""

    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[InputText | OutputText | InputImage]


class FlatTool(msgspec.Struct, frozen=True):
    """A function, named beside its type."""

    type: Literal["function"]
    name: Name
    description: Annotated[str, Meta(max_length=20_000)] | None = None
    parameters: dict[str, Any] | None = None


class FlatChoice(msgspec.Struct, frozen=True):
    """The one that must be called."""

    type: Literal["function"]
    name: str


class TextFormat(msgspec.Struct, frozen=True):
    """How the answer is to be written."""

    type: Literal["text", "json_object", "json_schema"]
    name: str = ""
    schema: dict[str, Any] | None = None


class TextWish(msgspec.Struct, frozen=True):
    """What is wished of the text."""

    format: TextFormat | None = None


class Create(msgspec.Struct, frozen=True):
    """One request for a response. Items of `input` without a type are messages."""

    model: Annotated[str, Meta(min_length=1, max_length=200)]
    input: str | Annotated[list[dict[str, Any]], Meta(min_length=1, max_length=MOST_MESSAGES)]
    instructions: str | None = None
    stream: bool | None = None
    tools: Annotated[list[FlatTool], Meta(max_length=MOST_TOOLS)] | None = None
    tool_choice: Literal["none", "auto", "required"] | FlatChoice | None = None
    parallel_tool_calls: bool | None = None
    text: TextWish | None = None
    max_output_tokens: Annotated[int, Meta(ge=1)] | None = None
    temperature: Annotated[float, Meta(ge=0, le=2)] | None = None
    previous_response_id: str | None = None
    background: bool | None = None
    metadata: dict[str, Any] | None = None
    user: str | None = None


def asked_of(create: Create) -> Chat:
    """The same request as a chat; raises Fault 400."""
    for name in ("previous_response_id", "background"):
        if getattr(create, name):
            raise Fault(400, "no response is kept here: send the whole conversation", param=name, code="not_supported")
    first = [Message("system", create.instructions)] if create.instructions else []
    wish = create.text.format if create.text else None
    form = None
    if wish is not None:
        form = Format(wish.type, Schema(wish.name, wish.schema) if wish.type == "json_schema" else None)
    choice = create.tool_choice
    tools = [Tool("function", Function(one.name, one.description, one.parameters)) for one in create.tools or ()]
    return Chat(
        create.model, [*first, *_messages(create.input)], tools=tools or None,
        tool_choice=Chosen("function", ChosenFunction(choice.name)) if isinstance(choice, FlatChoice) else choice,
        parallel_tool_calls=create.parallel_tool_calls, response_format=form, max_tokens=create.max_output_tokens,
        temperature=create.temperature,
    )  # fmt: skip


def _messages(told: str | list[dict[str, Any]]) -> list[Message]:
    if isinstance(told, str):
        return [Message("user", told)]
    made: list[Message] = []
    for number, item in enumerate(told):
        try:
            one = msgspec.convert({"type": "message", **item}, MessageItem | CallItem | ResultItem)
        except msgspec.ValidationError as error:
            told_of = invalid(error)
            place = f"input[{number}]" + (f".{told_of.field}" if told_of.field else "")
            raise Fault(400, told_of.message, param=place, code="invalid_type") from None
        if isinstance(one, MessageItem):
            made.append(Message(one.role, _parts(one)))
        elif isinstance(one, CallItem):
            call = Called(one.call_id, CalledFunction(one.name, one.arguments))
            before = made[-1] if made and made[-1].tool_calls else None
            if before is not None:  # calls side by side are one message
                made[-1] = msgspec.structs.replace(before, tool_calls=[*(before.tool_calls or ()), call])
            else:
                made.append(Message("assistant", None, [call]))
        else:
            made.append(Message("tool", one.output, tool_call_id=one.call_id))
    return made


def _parts(one: MessageItem) -> str | list[Part]:
    if isinstance(one.content, str):
        return one.content
    return [
        ImagePart(ImageAddress(part.image_url)) if isinstance(part, InputImage) else TextPart(part.text)
        for part in one.content
    ]


async def response_of(create: Create, events: AsyncGenerator[Event, None]) -> Json:
    """One whole response; raises Fault."""
    reply = Reply(create.model, create.metadata)
    async with aclosing(events):
        async for event in events:
            reply.take(event)
    return reply.whole()


async def response_events(
    create: Create, events: AsyncGenerator[Event, None]
) -> AsyncGenerator[Json | Working, None]:  # fmt: skip
    """Numbered events from response.created to response.completed, or response.failed; Working in between."""
    reply = Reply(create.model, create.metadata)
    number = 0
    async with aclosing(events):
        try:
            async for event in events:
                made = reply.take(event)
                for one in made:
                    yield {**one, "sequence_number": number}
                    number += 1
                if not made:
                    yield Working()
        except Fault as fault:
            if not reply.begun:
                raise
            yield {**reply.failed(fault), "sequence_number": number}
