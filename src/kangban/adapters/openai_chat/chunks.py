"""The shapes of a streamed chunk, read as leniently as servers write them."""

from __future__ import annotations

from typing import Any

import msgspec

from kangban.adapters.openai_chat.faults import broken_answer


class FunctionPart(msgspec.Struct):
    """A piece of a call. `arguments` is text, or an object from servers that do not encode it."""

    name: str | None = None
    arguments: Any = None


class CallPart(msgspec.Struct):
    """A piece of one call in `tool_calls`."""

    index: int | None = None
    id: str | None = None
    function: FunctionPart | None = None


class Delta(msgspec.Struct):
    """A delta, or the whole message of an answer that was not streamed."""

    content: Any = None
    reasoning_content: str | None = None
    reasoning: Any = None
    tool_calls: list[CallPart] | None = None
    function_call: FunctionPart | None = None
    refusal: str | None = None


class Choice(msgspec.Struct):
    """One choice; only the first is asked for."""

    delta: Delta | None = None
    message: Delta | None = None
    finish_reason: str | None = None
    index: int = 0


class PromptDetails(msgspec.Struct):
    """What of the prompt the server had already read."""

    cached_tokens: int | None = None


class Usage(msgspec.Struct):
    """Token counts. Cached ones stand in `prompt_tokens_details`, or beside the others (DeepSeek)."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: PromptDetails | None = None
    prompt_cache_hit_tokens: int | None = None

    @property
    def cached_tokens(self) -> int | None:
        """Tokens of the prompt that came from the server's cache, None where it does not tell."""
        told = self.prompt_tokens_details.cached_tokens if self.prompt_tokens_details else None
        return self.prompt_cache_hit_tokens if told is None else told


class Chunk(msgspec.Struct):
    """One event of the stream, or the whole answer. `error` and the rest say what went wrong."""

    choices: list[Choice] | None = None
    usage: Usage | None = None
    error: Any = None
    object: str | None = None
    message: Any = None
    code: Any = None
    type: Any = None


_STRICT = msgspec.json.Decoder(Chunk)
_LENIENT = msgspec.json.Decoder(Chunk, strict=False)


def read_chunk(payload: bytes) -> Chunk:
    """Decode one payload; raises Unavailable for what is no chunk at all."""
    try:
        return _STRICT.decode(payload)
    except msgspec.ValidationError:
        pass
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise broken_answer() from None
    try:
        return _LENIENT.decode(payload)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise broken_answer() from None


def plain_text(content: Any) -> str:
    """The text of `content`: a string, or a list of parts of which those of type text count."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    texts: list[str] = []
    for part in content:  # pyright: ignore[reportUnknownVariableType]
        if isinstance(part, str):
            texts.append(part)
        elif isinstance(part, dict):
            text: Any = part.get("text")  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
            if isinstance(text, str):
                texts.append(text)
    return "".join(texts)
