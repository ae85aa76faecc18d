"""A conversation with tools, spelled for models whose server knows no tools."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from kangban.ports.chat_model import ChatMessage, ToolCall, ToolDescription

Spell = Callable[[str, Sequence[ToolCall]], str]  # (what the model said, its calls) → the message as it was written
Result = Callable[[str, str], ChatMessage]  # (tool, result) → the message the model reads


def spelled(messages: Sequence[ChatMessage], call: Spell, result: Result) -> list[ChatMessage]:
    """Messages without tool_calls and, where `result` makes user messages, without two of them in a row."""
    made: list[ChatMessage] = []
    merged = False
    for each in messages:
        if each.role == "assistant" and each.tool_calls:
            made.append(ChatMessage("assistant", call(each.content, each.tool_calls)))
            merged = False
        elif each.role == "tool":
            told = result(each.name or "tool", each.content)
            if told.role == "tool":
                made.append(msgspec.structs.replace(told, tool_call_id=each.tool_call_id))
            elif merged:
                made[-1] = msgspec.structs.replace(made[-1], content=f"{made[-1].content}\n{told.content}")
            else:
                made.append(told)
                merged = True
        else:
            made.append(each)
            merged = False
    return made


def with_system(messages: Sequence[ChatMessage], words: str) -> list[ChatMessage]:
    """The words behind the first system message, or as one."""
    if messages and messages[0].role == "system":
        first = msgspec.structs.replace(messages[0], content=f"{messages[0].content}\n\n{words}")
        return [first, *messages[1:]]
    return [ChatMessage("system", words), *messages]


def arguments_of(call: ToolCall) -> str:
    """A call's arguments as JSON; what could not be read as it was written."""
    return call.raw_arguments if call.arguments is None else json_of(call.arguments)


def json_of(value: Any) -> str:
    """Compact JSON, signs of all languages as they are."""
    return msgspec.json.encode(value).decode()


def tools_json(tools: Sequence[ToolDescription]) -> str:
    """Name, description and schema of each tool, one a line."""
    return "\n".join(json_of(each) for each in tools)
