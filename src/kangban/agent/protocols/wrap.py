"""`speak(model, protocol)`: the same model port, whatever the model's server understands."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from kangban.agent.protocols.dialects import DIALECTS
from kangban.agent.protocols.spoken import Spoken
from kangban.agent.wrapped import WrappedModel
from kangban.kernel.errors import InvalidInput
from kangban.ports.agents import ProtocolName
from kangban.ports.chat_model import ChatEvent, ChatModel, ChatRequest


def speak(model: ChatModel, protocol: ProtocolName, *, corrections: int = 2) -> ChatModel:
    """A chat model that is spoken to in `protocol`; "auto" is native until the server says that it takes no tools.

    What a server can do is better known beforehand: `kangban models probe URL` names the protocol to configure.
    """
    if protocol == "auto":
        return _Auto(model, corrections)
    return Spoken(model, DIALECTS[protocol], corrections=corrections)


class _Auto(WrappedModel):
    """Native first; ReAct text for good once the server refuses tools."""

    def __init__(self, model: ChatModel, corrections: int) -> None:
        super().__init__(model)
        self._spoken = Spoken(model, DIALECTS["native"], corrections=corrections)
        self._instead = Spoken(model, DIALECTS["react_text"], corrections=corrections)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Yield events; raises what the model raises, but for the refusal of tools."""
        begun = False
        try:
            async with aclosing(self._spoken.stream(request)) as events:
                async for event in events:
                    begun = True
                    yield event
            return
        except InvalidInput as error:
            if begun or error.key != "model.no_tools" or self._spoken is self._instead:
                raise
            self._spoken = self._instead
        async with aclosing(self._spoken.stream(request)) as events:
            async for event in events:
                yield event
