"""The raw openai client with the shortest loop that does the job; streamed as ours is, and whole for comparison."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from openai import AsyncOpenAI

SCHEMA = {"type": "object", "properties": {"number": {"type": "integer"}}, "required": ["number"]}
TOOLS: Any = [
    {"type": "function", "function": {"name": "double", "description": "Doubles a number.", "parameters": SCHEMA}}
]


def jobs(base_url: str) -> dict[str, Callable[[], Awaitable[str]]]:
    client = AsyncOpenAI(base_url=base_url, api_key="key")

    async def whole(messages: list[Any]) -> tuple[str, list[Any]]:
        answer = await client.chat.completions.create(model="m", messages=messages, tools=TOOLS)
        message = answer.choices[0].message
        calls = [(each.id, each.function.name, each.function.arguments) for each in message.tool_calls or []]
        return message.content or "", calls

    async def streamed(messages: list[Any]) -> tuple[str, list[Any]]:
        text: list[str] = []
        calls: dict[int, list[str]] = {}
        stream = await client.chat.completions.create(
            model="m", messages=messages, tools=TOOLS, stream=True, stream_options={"include_usage": True}
        )
        async for chunk in stream:
            if not chunk.choices:
                continue
            delta = chunk.choices[0].delta
            if delta.content:
                text.append(delta.content)
            for part in delta.tool_calls or []:
                call = calls.setdefault(part.index, ["", "", ""])
                call[0] += part.id or ""
                call[1] += (part.function and part.function.name) or ""
                call[2] += (part.function and part.function.arguments) or ""
        return "".join(text), [tuple(each) for each in calls.values()]

    async def ask(question: str, once: Callable[[list[Any]], Awaitable[tuple[str, list[Any]]]]) -> str:
        messages: list[Any] = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": question}]
        while True:
            text, calls = await once(messages)
            if not calls:
                return text
            asked = [{"id": i, "type": "function", "function": {"name": n, "arguments": a}} for i, n, a in calls]
            messages.append({"role": "assistant", "content": text, "tool_calls": asked})
            for call_id, _, arguments in calls:
                result = {"twice": json.loads(arguments)["number"] * 2}
                messages.append({"role": "tool", "tool_call_id": call_id, "content": json.dumps(result)})

    return {
        "plain": lambda: ask("hi", streamed),
        "tool": lambda: ask("TOOL", streamed),
        "stream": lambda: ask("LONG", streamed),
        "plain_whole": lambda: ask("hi", whole),
        "tool_whole": lambda: ask("TOOL", whole),
    }
