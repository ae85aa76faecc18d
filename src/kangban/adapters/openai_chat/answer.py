"""One answer from its chunks: the events of the port, in order."""

from __future__ import annotations

from typing import Literal

from kangban.adapters.openai_chat.calls import CallAssembler
from kangban.adapters.openai_chat.chunks import CallPart, Choice, Chunk, Usage, plain_text
from kangban.adapters.openai_chat.faults import broken_answer, cut_off, raise_in_stream
from kangban.adapters.openai_chat.thinking import ThoughtSplitter
from kangban.ports.chat_model import ChatEvent, Finished, ReasoningDelta, TextDelta, ToolCallsReady

Reason = Literal["stop", "length", "tool_calls", "content_filter", "unknown"]

_REASONS: dict[str, Reason] = {
    "stop": "stop", "length": "length", "tool_calls": "tool_calls", "function_call": "tool_calls",
    "content_filter": "content_filter", "sensitive": "content_filter", "max_tokens": "length", "eos": "stop",
}  # fmt: skip


class AnswerBuilder:
    """Takes chunks, gives events. `begun` once any event was given: from then on nothing may be tried again."""

    def __init__(self) -> None:
        self.begun = False
        self.done = False  # [DONE] was seen
        self._calls = CallAssembler()
        self._thoughts = ThoughtSplitter()
        self._finish: str | None = None
        self._usage: Usage | None = None

    def take(self, chunk: Chunk) -> list[ChatEvent]:
        """Return the events of one chunk; raises Passing or InvalidInput for an error inside the stream."""
        if chunk.error is not None:
            raise_in_stream(chunk.error, chunk.code)
        if chunk.object == "error":
            raise_in_stream({"message": chunk.message, "type": chunk.type, "code": chunk.code})
        if chunk.usage is not None:
            self._usage = chunk.usage
        if not chunk.choices:
            return []
        choice = chunk.choices[0]
        return self._choice(choice) if choice.index == 0 else []

    def whole(self, chunk: Chunk) -> list[ChatEvent]:
        """Return all events of an answer that came as one JSON object; raises Unavailable when it is none."""
        events = self.take(chunk)
        if not chunk.choices:
            raise broken_answer()
        self.done = True
        return events + self.end()

    def end(self) -> list[ChatEvent]:
        """Return the last events; raises Unavailable when neither a finish reason nor [DONE] was seen."""
        if self._finish is None and not self.done:
            raise cut_off()
        events = self._thoughts.end()
        reason = _REASONS.get(self._finish or "", "unknown")
        if self._calls:
            events.append(ToolCallsReady(self._calls.calls()))
            reason = "tool_calls" if reason in ("stop", "unknown") else reason
        usage = self._usage or Usage()
        events.append(Finished(reason, usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens))
        self.begun = True
        return events

    def _choice(self, choice: Choice) -> list[ChatEvent]:
        if choice.finish_reason:
            self._finish = choice.finish_reason
        delta = choice.delta or choice.message
        if delta is None:
            return []
        events: list[ChatEvent] = []
        thought = delta.reasoning_content or (delta.reasoning if isinstance(delta.reasoning, str) else "")
        if thought:
            events.append(ReasoningDelta(thought))
        if delta.content:
            content = delta.content
            events += self._thoughts.feed(content if isinstance(content, str) else plain_text(content))
        if delta.refusal:
            events.append(TextDelta(delta.refusal))
        if delta.tool_calls:
            self._calls.take(delta.tool_calls)
        elif delta.function_call is not None:
            self._calls.take([CallPart(index=0, function=delta.function_call)])
        if events:
            self.begun = True
        return events
