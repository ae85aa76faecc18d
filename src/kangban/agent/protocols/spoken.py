"""A chat model spoken to in one protocol: tools go in as the protocol says, whole and fitting calls come out."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any, cast

import msgspec

from kangban.agent.closing import closed_after
from kangban.agent.protocols.dialects import Dialect
from kangban.agent.protocols.gates import Gate
from kangban.agent.recovery.parse import Parsed, fit_call, parse_output
from kangban.agent.recovery.tags import has_tags
from kangban.agent.wrapped import WrappedModel
from kangban.ports.chat_model import (
    ChatEvent,
    ChatMessage,
    ChatModel,
    ChatRequest,
    Finished,
    ReasoningDelta,
    TextDelta,
    ToolCall,
    ToolCallsReady,
)


class Message:
    """One message of the model, heard to its end."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.pieces: list[str] = []
        self.calls: tuple[ToolCall, ...] = ()
        self.finished = Finished("unknown")

    @property
    def text(self) -> str:
        """All of it, shown or not."""
        return "".join(self.pieces)


class Spoken(WrappedModel):
    """A ChatModel over another one. A message that cannot be executed is sent back with the reason and the schema.

    At most `corrections` times in one request; then an unreadable message ends without calls, and a broken native call
    goes on with arguments None, so that the run can tell of it.
    """

    def __init__(self, model: ChatModel, dialect: Dialect, *, corrections: int = 2) -> None:
        super().__init__(model)
        self._dialect = dialect
        self._corrections = corrections

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Yield answer text as it comes, then calls; raises what the model raises."""
        asked = self._dialect.ask(request)
        spent: list[Finished] = []
        for left in range(self._corrections, -1, -1):
            message = Message(self._dialect.gate(request))
            async with aclosing(self._hear(asked, message)) as events:
                async for event in events:
                    yield event
            spent.append(message.finished)
            parsed, calls = self._read(message, request)
            cut = message.finished.reason in ("length", "content_filter")
            if parsed.correction is not None and left and not cut and not message.gate.final:
                asked = _sent_back(asked, message, calls, parsed.correction)
                continue
            if parsed.correction is None and not calls and (tail := _tail(message.gate.said, parsed.answer)):
                yield TextDelta(tail)
            if calls:
                yield ToolCallsReady(tuple(call for call, _ in calls))
            yield _finished(spent, bool(calls))
            return

    async def _hear(self, asked: ChatRequest, message: Message) -> AsyncGenerator[ChatEvent, None]:
        async with closed_after(self._model.stream(asked)) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    message.pieces.append(event.text)
                    if shown := message.gate.feed(event.text):
                        yield event if shown == event.text else TextDelta(shown)
                elif isinstance(event, ReasoningDelta):
                    yield event
                elif isinstance(event, ToolCallsReady):
                    message.calls += event.calls
                else:
                    message.finished = event

    def _read(self, message: Message, request: ChatRequest) -> tuple[Parsed, list[tuple[ToolCall, str | None]]]:
        """What was said; the calls, each with its correction. A fault in text leaves no calls."""
        if message.calls:
            calls = [_judged(each, request) for each in message.calls]
            return Parsed(correction=next((why for _, why in calls if why is not None), None)), calls
        cut = message.finished.reason == "length"
        if not request.tools and self._dialect.name == "native" and not has_tags(message.text):
            return Parsed(answer=message.text.strip()), []
        parsed = parse_output(self._dialect.name, message.text, request.tools, cut=cut)
        made = [
            (ToolCall(f"call_{n}", each.name, each.arguments, msgspec.json.encode(each.arguments).decode()), None)
            for n, each in enumerate(parsed.calls)
        ]
        return parsed, cast("list[tuple[ToolCall, str | None]]", made)


def _judged(call: ToolCall, request: ChatRequest) -> tuple[ToolCall, str | None]:
    given: Any = call.arguments if call.arguments is not None else call.raw_arguments
    parsed = fit_call(call.name, given, request.tools)
    if parsed.correction is not None:
        known = any(each.name == call.name for each in request.tools)
        return (msgspec.structs.replace(call, arguments=None) if known else call), parsed.correction
    (fitted,) = parsed.calls
    return msgspec.structs.replace(call, name=fitted.name, arguments=fitted.arguments), None


def _sent_back(
    asked: ChatRequest, message: Message, calls: Sequence[tuple[ToolCall, str | None]], correction: str
) -> ChatRequest:
    """The request again, with the model's message and why it was not executed."""
    if not calls:
        more = (ChatMessage("assistant", message.text), ChatMessage("user", correction))
        return msgspec.structs.replace(asked, messages=(*asked.messages, *more))
    said = ChatMessage("assistant", message.text, tool_calls=message.calls)
    told = [
        ChatMessage("tool", why or "Not executed, because another call of the same message was broken. Send it again.",
                    tool_call_id=call.id, name=call.name)
        for call, why in calls
    ]  # fmt: skip
    return msgspec.structs.replace(asked, messages=(*asked.messages, said, *told))


def _tail(said: str, answer: str) -> str:
    """What of the answer was not shown yet."""
    begun = said.lstrip()
    if not begun:
        return answer
    return answer[len(begun) :] if answer.startswith(begun) else ""


def _finished(spent: Sequence[Finished], calls: bool) -> Finished:
    """The end of the request, with the tokens of every message it took."""
    last = spent[-1]
    reason = "tool_calls" if calls else ("stop" if last.reason in ("tool_calls", "unknown") else last.reason)
    return Finished(
        reason,
        _sum([each.prompt_tokens for each in spent]),
        _sum([each.completion_tokens for each in spent]),
        _sum([each.cached_tokens for each in spent]),
    )


def _sum(counts: Sequence[int | None]) -> int | None:
    return None if None in counts else sum(each for each in counts if each is not None)
