"""What a scripted model of the workshop's tests says, in the shapes of an OpenAI server."""

from __future__ import annotations

import json
from typing import Any

from tests.support.dialects import DONE, sse
from tests.support.model_server import play


def _chunk(delta: dict[str, Any], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    return sse({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]})


def _usage() -> bytes:
    used = {"prompt_tokens": 40, "completion_tokens": 8, "total_tokens": 48}
    return sse({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [], "usage": used})


def says(text: str, **more: Any) -> dict[str, Any]:
    """A play: words, then the end."""
    return play([_chunk({"role": "assistant", "content": text}), _chunk({}, "stop"), _usage(), DONE], **more)


def calls(name: str, arguments: dict[str, Any], thinking: str = "", **more: Any) -> dict[str, Any]:
    """A play: one tool call, with thoughts before it."""
    call = {"index": 0, "id": "call_1", "type": "function",
            "function": {"name": name, "arguments": json.dumps(arguments, ensure_ascii=False)}}  # fmt: skip
    thoughts = [_chunk({"content": None, "reasoning_content": thinking})] if thinking else []
    head = _chunk({"role": "assistant", "content": None, "tool_calls": [call]})
    return play([*thoughts, head, _chunk({}, "tool_calls"), _usage(), DONE], **more)
