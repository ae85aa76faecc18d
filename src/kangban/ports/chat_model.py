"""The model port: one protocol for a cloud, a local server, the offline brain and scripted models."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Literal, Protocol

import msgspec

from kangban.ports.media import Media

Role = Literal["system", "user", "assistant", "tool"]
Place = Literal["this_machine", "mainland", "abroad"]  # where an endpoint is: 本机, 境内, 境外


class ToolCall(msgspec.Struct, frozen=True):
    """A model's wish to call one tool. `arguments` is parsed; None when the model's JSON was broken."""

    id: str
    name: str
    arguments: dict[str, Any] | None
    raw_arguments: str = ""


class ChatMessage(msgspec.Struct, frozen=True, omit_defaults=True):
    """One message of a conversation with a model. `images` go with a user's words to a model that sees."""

    role: Role
    content: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None
    name: str | None = None
    images: tuple[Media, ...] = ()


class ToolDescription(msgspec.Struct, frozen=True):
    """A tool as a model sees it: JSON Schema of its arguments."""

    name: str
    description: str
    parameters: dict[str, Any]


class ChatRequest(msgspec.Struct, frozen=True):
    """What is asked of a model. `context` never leaves this machine: only in-process brains read it.

    `json_only` asks for one JSON object, `strict_tools` for arguments held to their schemas; both only where the server
    offers it. `tool_choice`: "" the model decides, "required" it must call a tool, else the name of the one it must
    call. `stop` and `seed` are what servers understand by them.
    """

    messages: tuple[ChatMessage, ...]
    tools: tuple[ToolDescription, ...] = ()
    temperature: float | None = None
    max_tokens: int | None = None
    context: Any = None
    json_only: bool = False
    strict_tools: bool = False
    tool_choice: str = ""
    stop: tuple[str, ...] = ()
    seed: int | None = None


class TextDelta(msgspec.Struct, frozen=True, tag="text"):
    """A piece of answer text."""

    text: str


class ReasoningDelta(msgspec.Struct, frozen=True, tag="reasoning"):
    """A piece of a reasoning model's thought; never shown as an answer."""

    text: str


class ToolCallsReady(msgspec.Struct, frozen=True, tag="tools"):
    """All tool calls of this message, complete."""

    calls: tuple[ToolCall, ...]


class Finished(msgspec.Struct, frozen=True, tag="end"):
    """The end of a message, with token usage where the server tells it; `cached_tokens` are part of the prompt's."""

    reason: Literal["stop", "length", "tool_calls", "content_filter", "unknown"] = "stop"
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cached_tokens: int | None = None


ChatEvent = TextDelta | ReasoningDelta | ToolCallsReady | Finished


class ChatModel(Protocol):
    """Any chat model. `name` is shown and stored; `place` decides what may be sent to it."""

    @property
    def name(self) -> str:
        """Model name as stored in the trace, e.g. "offline" or "qwen3-8b"."""
        ...

    @property
    def place(self) -> Place:
        """Where the model runs."""
        ...

    def stream(self, request: ChatRequest) -> AsyncIterator[ChatEvent]:
        """Yield events until Finished; raises Unavailable after retries, InvalidInput for a refused request.

        Closing the iterator cancels the request on the wire.
        """
        ...

    async def close(self) -> None:
        """Release connections."""
        ...


def sees(model: ChatModel) -> bool:
    """Whether a model says of itself that it takes pictures; one that says nothing takes none."""
    return getattr(model, "sees", False) is True


class ModelEndpoint(msgspec.Struct, frozen=True):
    """A configured endpoint. Shown without its key. `images`: it was found to see pictures."""

    url: str
    model: str
    key: str = ""
    place: Place = "this_machine"
    images: bool = False

    def __repr__(self) -> str:
        return f"ModelEndpoint(model={self.model!r}, place={self.place!r}, key={'set' if self.key else 'none'})"


def say(role: Role, content: str) -> ChatMessage:
    """A plain message."""
    return ChatMessage(role=role, content=content)
