"""llama.cpp: the first delta has content null, arguments in diffs, an empty delta ends, usage and timings in the last chunk."""

from __future__ import annotations

from typing import Any

from tests.support.dialects import DONE, sse

SOURCE = (
    "ggml-org/llama.cpp tools/server/server-task.cpp @ 00efb3e184262872916bf136b3df63c1822a19bd; the shape of a diff: "
    "common_chat_msg_diff_to_json_oaicompat in common/chat.cpp (an excerpt, its version is not known)"
)
# The "error: {…}" field of older releases is recalled: `failing`.


def _chunk(delta: dict[str, Any] | None, finish: str | None = None, **more: Any) -> bytes:
    choices = [] if delta is None else [{"finish_reason": finish, "index": 0, "delta": delta}]
    return sse(
        {
            "choices": choices, "created": 1, "id": "chatcmpl-1", "model": "m", "system_fingerprint": "b1-x",
            "object": "chat.completion.chunk", **more,
        }
    )  # fmt: skip


def _usage() -> bytes:
    usage = {"completion_tokens": 7, "prompt_tokens": 11, "total_tokens": 18}
    return _chunk(None, usage=usage, timings={"prompt_n": 11, "prompt_ms": 1.5, "predicted_n": 7})


def _first() -> bytes:
    return _chunk({"role": "assistant", "content": None})


def _call(index: int, arguments: str, id: str = "", name: str = "") -> dict[str, Any]:
    head = {"id": id, "type": "function"} if id else {}
    function = {"name": name, "arguments": arguments} if name else {"arguments": arguments}
    return {"tool_calls": [{"index": index, **head, "function": function}]}


def text() -> list[bytes]:
    pieces = [_chunk({"content": each}) for each in ("你好", "，", "world")]
    return [_first(), *pieces, _chunk({}, "stop"), _usage(), DONE]


def tools() -> list[bytes]:
    return [
        _first(),
        _chunk(_call(0, "", "a1", "look_up")),
        _chunk(_call(0, '{"name":')),
        _chunk(_call(0, '"布洛芬"}')),
        _chunk(_call(1, "", "b2", "add")),
        _chunk(_call(1, '{"a":1,"b":2}')),
        _chunk({}, "tool_calls"),
        _usage(),
        DONE,
    ]


def thought() -> list[bytes]:
    thoughts = [_chunk({"reasoning_content": each}) for each in ("let me ", "see")]
    return [_first(), *thoughts, _chunk({"content": "42"}), _chunk({}, "stop"), _usage(), DONE]


def failing() -> list[bytes]:
    return [b'error: {"code": 500, "message": "slot of \xe5\xbc\xa0\xe4\xb8\x89 failed", "type": "server_error"}\n\n']
