"""A ChatRequest as the JSON bytes an OpenAI-compatible server reads."""

from __future__ import annotations

from typing import Any

import msgspec

from kangban.kernel.errors import InvalidInput
from kangban.ports.chat_model import ChatMessage, ChatRequest, ToolCall, ToolDescription

_ENCODER = msgspec.json.Encoder()


class Quirks(msgspec.Struct):
    """What this server was found not to take; learnt from its refusals, kept as long as the adapter lives."""

    stream_options: bool = True
    temperature: bool = True
    max_tokens: str = "max_tokens"


def request_body(name: str, request: ChatRequest, quirks: Quirks) -> bytes:
    """Encode without `context`, which never leaves this machine; raises InvalidInput for what JSON cannot hold."""
    body: dict[str, Any] = {"model": name, "messages": [_message(each) for each in request.messages], "stream": True}
    if quirks.stream_options:
        body["stream_options"] = {"include_usage": True}
    if request.tools:
        body["tools"] = [_tool(each) for each in request.tools]
    if request.temperature is not None and quirks.temperature:
        body["temperature"] = request.temperature
    if request.max_tokens is not None:
        body[quirks.max_tokens] = request.max_tokens
    try:
        return _ENCODER.encode(body)
    except (UnicodeError, TypeError, ValueError) as error:
        raise InvalidInput("a message cannot be written as JSON", field="messages") from error


def learn(quirks: Quirks, complaint: str) -> bool:
    """Change one habit the server complained of; False when nothing in the complaint is ours to change."""
    if quirks.max_tokens == "max_tokens" and "max_completion_tokens" in complaint:
        quirks.max_tokens = "max_completion_tokens"
    elif quirks.stream_options and "stream_options" in complaint:
        quirks.stream_options = False
    elif quirks.temperature and "temperature" in complaint:
        quirks.temperature = False
    else:
        return False
    return True


def _message(message: ChatMessage) -> dict[str, Any]:
    shape: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        shape["tool_calls"] = [_call(each) for each in message.tool_calls]
    if message.tool_call_id is not None:
        shape["tool_call_id"] = message.tool_call_id
    if message.name is not None and message.role != "tool":  # strict clouds refuse a name beside tool_call_id
        shape["name"] = message.name
    return shape


def _call(call: ToolCall) -> dict[str, Any]:
    # Broken arguments go back as {}: vLLM and Ollama parse the history and refuse the whole request otherwise.
    written = "{}" if call.arguments is None else _ENCODER.encode(call.arguments).decode()
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": written}}


def _tool(tool: ToolDescription) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    return {"type": "function", "function": function}
