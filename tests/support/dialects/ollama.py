"""Ollama: every delta repeats the role, whole calls in one chunk, `reasoning`, system_fingerprint "fp_ollama"."""

from __future__ import annotations

import json
from typing import Any

from tests.support.dialects import ADD, DONE, LOOK_UP, sse

SOURCE = (
    "ollama/ollama openai/openai.go @ 00988753ff743bf26117964f6e43f9ebf10bce30 (shapes); "
    "middleware/openai.go @ 077a50baa53553339fa1b545c74e08d88db90add (framing)"
)
# Calls all numbered 0, with missing ids, were seen in older releases (recalled): `tools_numbered_alike`.


def _chunk(delta: dict[str, Any], finish: str | None = None, **more: Any) -> bytes:
    choices = [{"index": 0, "delta": {"role": "assistant", "content": "", **delta}, "finish_reason": finish}]
    head = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "system_fingerprint": "fp_ollama",
    }
    return sse({**head, "choices": choices, **more})


def _usage() -> bytes:
    return _chunk({}, choices=[], usage={"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18})


def _call(index: int, id: str, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    written = json.dumps(arguments, ensure_ascii=False, separators=(",", ":"))
    return {"id": id, "index": index, "type": "function", "function": {"name": name, "arguments": written}}


def text() -> list[bytes]:
    return [*(_chunk({"content": each}) for each in ("你好", "，", "world")), _chunk({}, "stop"), _usage(), DONE]


def tools() -> list[bytes]:
    calls = [_call(0, "call_a", "look_up", LOOK_UP), _call(1, "call_b", "add", ADD)]
    return [_chunk({"tool_calls": calls}), _chunk({}, "tool_calls"), _usage(), DONE]


def tools_numbered_alike() -> list[bytes]:
    first, second = _call(0, "", "look_up", LOOK_UP), _call(0, "", "add", ADD)
    return [_chunk({"tool_calls": [first]}), _chunk({"tool_calls": [second]}), _chunk({}, "tool_calls"), _usage(), DONE]


def thought() -> list[bytes]:
    thoughts = [_chunk({"reasoning": each}) for each in ("let me ", "see")]
    return [*thoughts, _chunk({"content": "42"}), _chunk({}, "stop"), _usage(), DONE]
