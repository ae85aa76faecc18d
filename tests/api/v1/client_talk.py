"""What the openai client does with a server, in whatever version this runs under: `python client_talk.py BASE KEY`.

Prints one JSON line. Run by test_clients in the environment of each major version; imports nothing of ours.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import openai

TOOL: Any = {
    "type": "function",
    "function": {
        "name": "get_weather", "description": "Weather.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}  # fmt: skip
ASK: Any = [{"role": "user", "content": "你好，请介绍一下你自己能做什么？"}]


def main() -> None:
    """Talk, and tell what came of it."""
    base, key = sys.argv[1:]
    client = openai.OpenAI(base_url=base, api_key=key, max_retries=0, timeout=60)
    told: dict[str, Any] = {"version": openai.__version__}
    told["models"] = [one.id for one in client.models.list()]
    told["model"] = client.models.retrieve("kangban").id
    whole = client.chat.completions.create(model="plain", messages=ASK, max_tokens=50, user="u1")
    told["text"], told["finish"] = whole.choices[0].message.content, whole.choices[0].finish_reason
    told["about"] = (whole.choices[0].message.model_extra or {})["kangban"]["decision"]
    told["usage"] = whole.usage.total_tokens if whole.usage else None
    told["streamed"], told["streamed_usage"], told["streamed_about"] = _streamed(client)
    told["calls"], told["after"] = _tools(client)
    told["errors"] = [_error(client, "nobody"), _error(openai.OpenAI(base_url=base, api_key="kb_x", max_retries=0))]
    told["response"] = client.responses.create(model="plain", input="你好，能做什么？").output_text
    with client.responses.create(model="plain", input="你好，能做什么？", stream=True) as events:
        told["events"] = [one.type for one in events]
    print(json.dumps(told, ensure_ascii=False))


def _streamed(client: openai.OpenAI) -> tuple[str, int | None, str]:
    text, used, about = "", None, ""
    for chunk in client.chat.completions.create(
        model="plain", messages=ASK, stream=True, stream_options={"include_usage": True}
    ):
        if chunk.usage:
            used = chunk.usage.total_tokens
        for one in chunk.choices:
            text += one.delta.content or ""
            if one.finish_reason:
                about = (chunk.model_extra or {})["kangban"]["decision"]
    return text, used, about


def _tools(client: openai.OpenAI) -> tuple[list[Any], str | None]:
    asked: Any = [{"role": "user", "content": "北京现在的天气怎么样？"}]
    first = client.chat.completions.create(model="other", messages=asked, tools=[TOOL])
    message = first.choices[0].message
    calls: Any = message.tool_calls or []
    asked.append(message.model_dump(exclude_none=True, exclude={"kangban"}))
    asked += [{"role": "tool", "tool_call_id": one.id, "content": "晴，21 度"} for one in calls]
    second = client.chat.completions.create(model="other", messages=asked, tools=[TOOL])
    return [[one.function.name, one.function.arguments] for one in calls], second.choices[0].message.content


def _error(client: openai.OpenAI, model: str = "plain") -> list[Any]:
    try:
        client.chat.completions.create(model=model, messages=ASK)
    except openai.APIStatusError as error:
        return [type(error).__name__, error.status_code, error.code]
    return ["none"]


if __name__ == "__main__":
    main()
