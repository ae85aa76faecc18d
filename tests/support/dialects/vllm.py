"""vLLM: the first chunk has the role and empty content; thoughts come as `reasoning`; usage in a chunk without choices."""

from __future__ import annotations

from typing import Any

from tests.support.dialects import DONE, sse

SOURCE = (
    "vllm-project/vllm vllm/entrypoints/openai/chat_completion/serving.py @ 006c49d485f9ca479bf4989cbb694d0ac02f44b5"
)
# The pieces of `tool_calls` (index and id first, arguments in pieces after) are recalled: the parsers were not opened.


def _chunk(delta: dict[str, Any], finish: str | None = None) -> bytes:
    choice: dict[str, Any] = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    if finish:
        choice["stop_reason"] = None
    return sse({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]})


def _usage() -> bytes:
    return sse(
        {
            "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [],
            "usage": {"prompt_tokens": 11, "total_tokens": 18, "completion_tokens": 7},
        }
    )  # fmt: skip


def _call(index: int, id: str | None = None, name: str | None = None, arguments: str | None = None) -> dict[str, Any]:
    function = {k: v for k, v in (("name", name), ("arguments", arguments)) if v is not None}
    head = {"id": id, "type": "function"} if id else {}
    return {"tool_calls": [{"index": index, **head, "function": function}]}


def text() -> list[bytes]:
    first = _chunk({"role": "assistant", "content": ""})
    return [
        first,
        *(_chunk({"content": each}) for each in ("你", "好，", "wor", "ld")),
        _chunk({"content": ""}, "stop"),
        _usage(),
        DONE,
    ]


def tools() -> list[bytes]:
    return [
        _chunk({"role": "assistant", "content": ""}),
        _chunk(_call(0, "chatcmpl-tool-a", "look_up")),
        _chunk(_call(0, arguments='{"name": "布')),
        _chunk(_call(0, arguments='洛芬"}')),
        _chunk(_call(1, "chatcmpl-tool-b", "add")),
        _chunk(_call(1, arguments='{"a": 1, ')),
        _chunk(_call(1, arguments='"b": 2}')),
        _chunk({"content": ""}, "tool_calls"),
        _usage(),
        DONE,
    ]


def thought() -> list[bytes]:
    return [
        _chunk({"role": "assistant", "content": ""}),
        _chunk({"reasoning": "let me "}),
        _chunk({"reasoning": "see"}),
        _chunk({"content": "42"}),
        _chunk({"content": ""}, "stop"),
        _usage(),
        DONE,
    ]
