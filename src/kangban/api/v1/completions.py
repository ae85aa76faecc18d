"""The core's events as chat completions: chunks of a stream, or one whole answer."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import msgspec

from kangban.api.v1.asked import Chat
from kangban.api.v1.told import (
    Begun,
    CallsMade,
    ChoiceEnded,
    Counted,
    Event,
    ModelLine,
    Over,
    Piece,
    Working,
    plain,
)
from kangban.kernel.errors import Broken
from kangban.ports.chat_model import ToolCall

Json = dict[str, Any]


def usage_of(counted: Counted) -> Json:
    """Tokens as clients read them."""
    return {
        "prompt_tokens": counted.prompt_tokens,
        "completion_tokens": counted.completion_tokens,
        "total_tokens": counted.prompt_tokens + counted.completion_tokens,
        "prompt_tokens_details": {"cached_tokens": counted.cached_tokens},
        "kangban": {"estimated": counted.estimated},
    }


def call_of(call: ToolCall, index: int | None = None) -> Json:
    """A call as clients read it, in a stream with its place."""
    place: Json = {} if index is None else {"index": index}
    return {**place, "id": call.id, "type": "function", "function": {"name": call.name, "arguments": _written(call)}}


def _written(call: ToolCall) -> str:
    return msgspec.json.encode(call.arguments or {}).decode()


def model_of(line: ModelLine) -> Json:
    """A model as clients read it."""
    more = {"title": line.title, "description": line.description, "version": line.version}
    return {"id": line.id, "object": "model", "created": line.created, "owned_by": line.owned_by, "kangban": more}


def model_list(lines: list[ModelLine]) -> Json:
    """All models."""
    return {"object": "list", "data": [model_of(one) for one in lines]}


async def whole(events: AsyncGenerator[Event, None]) -> Json:
    """One answer of all events; raises Fault."""
    begun, spent = Begun("", 0, ""), Counted()
    texts: dict[int, list[str]] = {}
    calls: dict[int, tuple[ToolCall, ...]] = {}
    ends: dict[int, ChoiceEnded] = {}
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Begun):
                begun = event
            elif isinstance(event, Piece):
                texts.setdefault(event.index, []).append(event.text)
            elif isinstance(event, CallsMade):
                calls[event.index] = event.calls
            elif isinstance(event, ChoiceEnded):
                ends[event.index] = event
            elif isinstance(event, Over):
                spent = event.counted
    if not ends:
        raise Broken("the answer has no choice")
    choices = [_choice(ends[n], texts.get(n, []), calls.get(n, ())) for n in sorted(ends)]
    return {**_head(begun, "chat.completion"), "choices": choices, "usage": usage_of(spent)}


def _choice(end: ChoiceEnded, texts: list[str], calls: tuple[ToolCall, ...]) -> Json:
    message: Json = {"role": "assistant", "content": "".join(texts) if not calls else None, "refusal": None}
    if calls:
        message["tool_calls"] = [call_of(one) for one in calls]
    message["kangban"] = plain(end.about)
    return {"index": end.index, "message": message, "finish_reason": end.reason, "logprobs": None}


def _head(begun: Begun, kind: str) -> Json:
    return {"id": begun.id, "object": kind, "created": begun.created, "model": begun.model}


class Chunks:
    """Chunks of one stream. The first of each choice names the role; the last holds `kangban`."""

    def __init__(self, asked: Chat) -> None:
        self._counts = bool(asked.stream_options and asked.stream_options.include_usage)
        self._begun = Begun("", 0, "")
        self._opened: set[int] = set()

    def of(self, event: Event) -> list[Json]:
        """The chunks of one event; [] for one that shows nothing."""
        if isinstance(event, Begun):
            self._begun = event
            return []
        if isinstance(event, Working):
            return []
        if isinstance(event, Over):
            return [{**self._top(), "choices": [], "usage": usage_of(event.counted)}] if self._counts else []
        if isinstance(event, Piece):
            return [*self._open(event.index, ""), self._chunk(event.index, {"content": event.text})]
        if isinstance(event, CallsMade):
            made = [call_of(one, place) for place, one in enumerate(event.calls)]
            return [*self._open(event.index, None), self._chunk(event.index, {"tool_calls": made})]
        last = self._chunk(event.index, {}, event.reason)
        return [*self._open(event.index, ""), {**last, "kangban": plain(event.about)}]

    def _open(self, index: int, content: str | None) -> list[Json]:
        if index in self._opened:
            return []
        self._opened.add(index)
        return [self._chunk(index, {"role": "assistant", "content": content})]

    def _chunk(self, index: int, delta: Json, reason: str | None = None) -> Json:
        usage: Json = {"usage": None} if self._counts else {}
        choice: Json = {"index": index, "delta": delta, "finish_reason": reason, "logprobs": None}
        return {**self._top(), "choices": [choice], **usage}

    def _top(self) -> Json:
        return _head(self._begun, "chat.completion.chunk")
