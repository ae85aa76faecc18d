"""A model that takes no pictures: it is asked in words alone, and told that there are pictures it does not see."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable

import msgspec

from kangban.agent.closing import closed_after
from kangban.agent.wrapped import WrappedModel
from kangban.ports.chat_model import ChatEvent, ChatMessage, ChatModel, ChatRequest


class Unseeing(WrappedModel):
    """Takes the pictures out of every message. Their refs stay in the words, so tools can still be asked about them."""

    def __init__(self, model: ChatModel) -> None:
        super().__init__(model)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Yield events; raises what the model raises."""
        async with closed_after(self._model.stream(without_pictures(request, lambda _: ""))) as events:
            async for event in events:
                yield event


def without_pictures(request: ChatRequest, instead: Callable[[int], str]) -> ChatRequest:
    """The request with no picture in it; `instead` gives words for as many as a message had, or ""."""
    if not any(message.images for message in request.messages):
        return request

    def bare(message: ChatMessage) -> ChatMessage:
        if not message.images:
            return message
        words = "\n".join(part for part in (message.content, instead(len(message.images))) if part)
        return msgspec.structs.replace(message, content=words, images=())

    return msgspec.structs.replace(request, messages=tuple(bare(message) for message in request.messages))
