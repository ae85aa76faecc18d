"""What a client asks, as shapes. Fields nobody knows are passed over, as OpenAI does; wrong types are refused."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

Name = Annotated[str, Meta(pattern=r"^[a-zA-Z0-9_.-]{1,64}$")]
CallId = Annotated[str, Meta(min_length=1, max_length=200)]
StopWord = Annotated[str, Meta(max_length=200)]
StopWords = Annotated[list[StopWord], Meta(max_length=4)]
MOST_MESSAGES = 2_000
MOST_TOOLS = 128


class ImageAddress(msgspec.Struct, frozen=True):
    """Where a picture is; only data: addresses are read."""

    url: str


class TextPart(msgspec.Struct, frozen=True, tag_field="type", tag="text"):
    """Words."""

    text: str


class RefusalPart(msgspec.Struct, frozen=True, tag_field="type", tag="refusal"):
    """Words of an assistant that refused."""

    refusal: str


class ImagePart(msgspec.Struct, frozen=True, tag_field="type", tag="image_url"):
    """A picture."""

    image_url: ImageAddress


Part = TextPart | RefusalPart | ImagePart


class CalledFunction(msgspec.Struct, frozen=True):
    """A call as the model wrote it."""

    name: Annotated[str, Meta(max_length=200)]
    arguments: Annotated[str, Meta(max_length=100_000)] = ""


class Called(msgspec.Struct, frozen=True):
    """A call of an earlier message."""

    id: CallId
    function: CalledFunction
    type: Literal["function"] = "function"


class Message(msgspec.Struct, frozen=True):
    """One message of the conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[Part] | None = None
    tool_calls: list[Called] | None = None
    tool_call_id: str | None = None
    name: str | None = None


class Function(msgspec.Struct, frozen=True):
    """A tool of the client's."""

    name: Name
    description: Annotated[str, Meta(max_length=20_000)] | None = None
    parameters: dict[str, Any] | None = None


class Tool(msgspec.Struct, frozen=True):
    """A tool of the client's; functions are the only kind."""

    type: Literal["function"]
    function: Function


class ChosenFunction(msgspec.Struct, frozen=True):
    """The one that must be called."""

    name: str


class Chosen(msgspec.Struct, frozen=True):
    """A choice of one tool."""

    type: Literal["function"]
    function: ChosenFunction


class Schema(msgspec.Struct, frozen=True):
    """The shape a JSON answer is to have."""

    name: str
    schema: dict[str, Any] | None = None


class Format(msgspec.Struct, frozen=True):
    """How the answer is to be written."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: Schema | None = None


class StreamOptions(msgspec.Struct, frozen=True):
    """Whether the last chunk counts tokens."""

    include_usage: bool | None = None


class Chat(msgspec.Struct, frozen=True):
    """One request for a chat completion."""

    model: Annotated[str, Meta(min_length=1, max_length=200)]
    messages: Annotated[list[Message], Meta(min_length=1, max_length=MOST_MESSAGES)]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    tools: Annotated[list[Tool], Meta(max_length=MOST_TOOLS)] | None = None
    tool_choice: Literal["none", "auto", "required"] | Chosen | None = None
    parallel_tool_calls: bool | None = None
    response_format: Format | None = None
    n: Annotated[int, Meta(ge=1, le=4)] | None = None
    max_tokens: Annotated[int, Meta(ge=1)] | None = None
    max_completion_tokens: Annotated[int, Meta(ge=1)] | None = None
    temperature: Annotated[float, Meta(ge=0, le=2)] | None = None
    stop: StopWord | StopWords | None = None
    seed: Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)] | None = None
    user: Annotated[str, Meta(max_length=1_000)] | None = None
    metadata: dict[str, Any] | None = None
