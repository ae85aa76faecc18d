"""LMDeploy: None is left out, `usage: null` on every chunk, \\u-escaped JSON, `reasoning_content`, usage in its own chunk."""

from __future__ import annotations

import json
from typing import Any

from tests.support.dialects import DONE

SOURCE = (
    "InternLM/lmdeploy lmdeploy/serve/openai/chat_completions/serving.py @ 1e84c6e6d0287cb5a27a962056ccc3bfe82fca34; "
    "tool calls: lmdeploy/serve/openai/tool_parser/qwen3_parser.py @ 13683a5cf7bd35d74a341f9558b32ae47fad32b5"
)


def _chunk(delta: dict[str, Any], finish: str | None = None) -> bytes:
    choice: dict[str, Any] = {"index": 0, "delta": {"role": "assistant", **delta}}
    if finish:
        choice["finish_reason"] = finish
    body = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return f"data: {json.dumps({**body, 'usage': None})}\n\n".encode()


def _usage() -> bytes:
    usage = {"prompt_tokens": 11, "total_tokens": 18, "completion_tokens": 7}
    body = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": []}
    return f"data: {json.dumps({**body, 'usage': usage}, separators=(',', ':'))}\n\n".encode()


def _call(index: int, id: str, **function: str) -> dict[str, Any]:
    # The id stands in every piece; the name comes whole, then all arguments at once.
    return {"tool_calls": [{"id": id, "index": index, "type": "function", "function": function}]}


def text() -> list[bytes]:
    pieces = [_chunk({"content": each}) for each in ("你好，", "wor", "ld")]
    return [*pieces, _chunk({"content": ""}, "stop"), _usage(), DONE]


def tools() -> list[bytes]:
    return [
        _chunk({"content": ""}),
        _chunk(_call(0, "chatcmpl-tool-a", name="look_up")),
        _chunk(_call(0, "chatcmpl-tool-a", arguments=json.dumps({"name": "布洛芬"}, ensure_ascii=False))),
        _chunk(_call(1, "chatcmpl-tool-b", name="add", arguments='{"a": 1, "b": 2}')),
        _chunk({"content": ""}, "tool_calls"),
        _usage(),
        DONE,
    ]


def thought() -> list[bytes]:
    thoughts = [_chunk({"reasoning_content": each}) for each in ("let me ", "see")]
    return [*thoughts, _chunk({"content": "42"}), _chunk({"content": ""}, "stop"), _usage(), DONE]
