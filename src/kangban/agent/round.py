"""One message of the model, heard to its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

from kangban.agent.closing import closed_after
from kangban.kernel.errors import Unavailable
from kangban.ports.chat_model import (
    ChatEvent,
    ChatModel,
    ChatRequest,
    Finished,
    ReasoningDelta,
    TextDelta,
    ToolCall,
    ToolCallsReady,
)


class Round:
    """Collects one message: its text, its calls, why it ended and what it cost in tokens."""

    def __init__(self) -> None:
        self.calls: tuple[ToolCall, ...] = ()
        self.finished = Finished(reason="unknown")
        self._pieces: list[str] = []
        self._size = 0

    @property
    def text(self) -> str:
        """All text so far."""
        return "".join(self._pieces)

    @property
    def tokens(self) -> int:
        """Tokens written, as the server counts, else two characters to a token."""
        told = self.finished.completion_tokens
        return told if told is not None else (self._size + 1) // 2

    async def hear(
        self, model: ChatModel, request: ChatRequest, limit_s: float | None, max_characters: int
    ) -> AsyncGenerator[str, None]:
        """Yield text as it comes.

        Raises what the model raises, and Unavailable when `limit_s` passes first. A message that grows past
        `max_characters` is cut and counts as ended by length.
        """
        loop = asyncio.get_running_loop()
        end = None if limit_s is None else loop.time() + max(0.0, limit_s)
        async with closed_after(model.stream(request)) as events:
            while (event := await _next(events, end)) is not None:
                if isinstance(event, TextDelta | ReasoningDelta):
                    self._size += len(event.text)
                    if isinstance(event, TextDelta):
                        self._pieces.append(event.text)
                        yield event.text
                    if self._size > max_characters:
                        self.finished = Finished("length")
                        return
                elif isinstance(event, ToolCallsReady):
                    self.calls += event.calls
                else:
                    self.finished = event


async def _next(events: AsyncIterator[ChatEvent], end: float | None) -> ChatEvent | None:
    if end is None:
        return await anext(events, None)
    try:
        async with asyncio.timeout_at(end):
            return await anext(events, None)
    except TimeoutError:
        raise Unavailable("the model did not finish before the run's deadline", key="model.too_slow") from None
