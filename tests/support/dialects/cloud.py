"""A cloud, in OpenAI's shapes: role and refusal in the first delta, obfuscation and service tier beside, usage null until the end."""

from __future__ import annotations

from typing import Any

from tests.support.dialects import DONE, sse

SOURCE = "openai (Python package) 3.54.0: openai/types/chat/chat_completion_chunk.py and openai/_streaming.py"
# OpenAI streams no thoughts; `thought` writes DeepSeek's `reasoning_content`, recalled from its API guide.


def _chunk(delta: dict[str, Any] | None, finish: str | None = None, usage: Any = None) -> bytes:
    choices = [] if delta is None else [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]
    head = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "service_tier": "default",
    }
    return sse({**head, "choices": choices, "usage": usage, "obfuscation": "x7"})


def _usage() -> bytes:
    details = {"reasoning_tokens": 0, "audio_tokens": None}
    return _chunk(
        None,
        usage={"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18, "completion_tokens_details": details},
    )


def text() -> list[bytes]:
    first = _chunk({"role": "assistant", "content": "", "refusal": None})
    return [first, *(_chunk({"content": each}) for each in ("你好", "，w", "orld")), _chunk({}, "stop"), _usage(), DONE]


def _call(index: int, arguments: str, id: str = "", name: str = "") -> dict[str, Any]:
    head = {"id": id, "type": "function"} if id else {}
    function = {"name": name, "arguments": arguments} if name else {"arguments": arguments}
    return {"tool_calls": [{"index": index, **head, "function": function}]}


def tools() -> list[bytes]:
    return [
        _chunk({"role": "assistant", "content": None, **_call(0, "", "call_a", "look_up")}),
        *(_chunk(_call(0, each)) for each in ('{"', "name", '":"', "布洛芬", '"}')),
        _chunk(_call(1, "", "call_b", "add")),
        *(_chunk(_call(1, each)) for each in ('{"a":', '1,"b', '":2}')),
        _chunk({}, "tool_calls"),
        _usage(),
        DONE,
    ]


def thought() -> list[bytes]:
    first = _chunk({"role": "assistant", "content": None, "reasoning_content": ""})
    thoughts = [_chunk({"content": None, "reasoning_content": each}) for each in ("let me ", "see")]
    return [first, *thoughts, _chunk({"content": "42"}), _chunk({}, "stop"), _usage(), DONE]
