"""A model off this machine, behind a veil: what goes out has no names, what comes back has them again."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

import msgspec

from kangban.agent.unseeing import without_pictures
from kangban.clinical.urgency import Lang
from kangban.journeys.pseudonyms import MarkStream, Pseudonyms
from kangban.kernel.texts import t
from kangban.ports.chat_model import (
    ChatEvent,
    ChatMessage,
    ChatModel,
    ChatRequest,
    Place,
    ReasoningDelta,
    TextDelta,
    ToolCall,
    ToolCallsReady,
)

Leaving = Callable[[ChatRequest], Awaitable[None]]


async def _nothing(_request: ChatRequest) -> None:
    """Nobody wants to know what leaves."""


class PrivateModel:
    """`leaving` is told what is about to be sent, in its hidden form, before a byte leaves; if it raises, none does."""

    def __init__(self, model: ChatModel, names: Sequence[str], leaving: Leaving = _nothing) -> None:
        self._model = model
        self._veil = Pseudonyms(names)
        self._leaving = leaving

    @property
    def name(self) -> str:
        """The model's own name."""
        return self._model.name

    @property
    def place(self) -> Place:
        """Where it runs."""
        return self._model.place

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Hide, ask, show. Text and thought are held back while a mark may be cut in two."""
        veil = self._veil
        # No consent covers a picture: a face or a name on a form cannot be hidden as words can.
        lang = _lang(request.context)
        bare = without_pictures(request, lambda many: t("privacy.pictures_hidden", lang or "zh", many=many))
        hidden = msgspec.structs.replace(
            bare,
            messages=tuple(hidden_message(m, veil) for m in bare.messages),
            context=None if lang is None else {"lang": lang},
        )
        await self._leaving(hidden)
        text, thought = MarkStream(veil), MarkStream(veil)
        async with _closed_after(self._model.stream(hidden)) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    if ready := text.feed(event.text):
                        yield TextDelta(ready)
                    continue
                if isinstance(event, ReasoningDelta):
                    if ready := thought.feed(event.text):
                        yield ReasoningDelta(ready)
                    continue
                if rest := thought.flush():
                    yield ReasoningDelta(rest)
                if rest := text.flush():
                    yield TextDelta(rest)
                yield _shown(event, veil)
        if rest := thought.flush():
            yield ReasoningDelta(rest)
        if rest := text.flush():
            yield TextDelta(rest)

    async def close(self) -> None:
        """Close the model."""
        await self._model.close()


def _lang(context: Any) -> Lang | None:
    """The language of the conversation, all of the context that a model off this machine has a use for."""
    told = cast("dict[str, Any]", context).get("lang") if isinstance(context, dict) else getattr(context, "lang", None)
    return told if told in ("zh", "en") else None


@asynccontextmanager
async def _closed_after(events: AsyncIterator[ChatEvent]) -> AsyncGenerator[AsyncIterator[ChatEvent], None]:
    # Closing the veil must cancel the request on the wire, too.
    try:
        yield events
    finally:
        close: Any = getattr(events, "aclose", None)
        if close is not None:
            await close()


def hidden_message(message: ChatMessage, veil: Pseudonyms) -> ChatMessage:
    """A message as it may leave; the calls of earlier rounds go out again, with names that were put back into them."""
    calls = tuple(_turned_call(c, veil.hide) for c in message.tool_calls)
    return msgspec.structs.replace(message, content=veil.hide(message.content), tool_calls=calls)


def _shown(event: ChatEvent, veil: Pseudonyms) -> ChatEvent:
    if isinstance(event, ToolCallsReady):
        return ToolCallsReady(tuple(_turned_call(c, veil.show) for c in event.calls))
    return event


def _turned_call(call: ToolCall, turn: Callable[[str], str]) -> ToolCall:
    if call.arguments is None:
        return ToolCall(call.id, call.name, None, turn(call.raw_arguments))
    arguments = {turn(key): _turned(value, turn) for key, value in call.arguments.items()}
    return ToolCall(call.id, call.name, arguments, msgspec.json.encode(arguments).decode())


def _turned(value: Any, turn: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return turn(value)
    if isinstance(value, list):
        return [_turned(each, turn) for each in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {turn(key): _turned(each, turn) for key, each in cast("dict[str, Any]", value).items()}
    return value
