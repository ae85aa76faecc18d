"""A ChatRequest as the JSON bytes an OpenAI-compatible server reads."""

from __future__ import annotations

import base64
from typing import Any

import msgspec

from kangban.adapters.openai_chat.strict import strict_schema
from kangban.kernel.errors import InvalidInput
from kangban.ports.chat_model import ChatMessage, ChatRequest, ToolCall, ToolDescription

_ENCODER = msgspec.json.Encoder()


class Quirks(msgspec.Struct):
    """What this server was found not to take; learnt from its refusals, kept as long as the adapter lives."""

    stream_options: bool = True
    temperature: bool = True
    max_tokens: str = "max_tokens"
    response_format: bool = True
    strict: bool = True
    cache_key: bool = True
    tool_choice: bool = True
    seed: bool = True


def request_body(name: str, request: ChatRequest, quirks: Quirks, cache_key: str = "") -> bytes:
    """Encode without `context`, which never leaves this machine; raises InvalidInput for what JSON cannot hold.

    `cache_key` tells servers that keep prompts which requests begin alike.
    """
    body: dict[str, Any] = {"model": name, "messages": [_message(each) for each in request.messages], "stream": True}
    if quirks.stream_options:
        body["stream_options"] = {"include_usage": True}
    if request.tools:
        body["tools"] = [_tool(each, request.strict_tools and quirks.strict) for each in request.tools]
        if request.tool_choice and quirks.tool_choice:
            body["tool_choice"] = _choice(request.tool_choice)
    if request.json_only and quirks.response_format:
        body["response_format"] = {"type": "json_object"}
    if cache_key and quirks.cache_key:
        body["prompt_cache_key"] = cache_key
    if request.temperature is not None and quirks.temperature:
        body["temperature"] = request.temperature
    if request.max_tokens is not None:
        body[quirks.max_tokens] = request.max_tokens
    if request.stop:
        body["stop"] = list(request.stop)
    if request.seed is not None and quirks.seed:
        body["seed"] = request.seed
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
    elif quirks.response_format and ("response_format" in complaint or "json_object" in complaint):
        quirks.response_format = False
    elif quirks.cache_key and "prompt_cache_key" in complaint:
        quirks.cache_key = False
    elif quirks.tool_choice and "tool_choice" in complaint:
        quirks.tool_choice = False
    elif quirks.seed and "seed" in complaint:
        quirks.seed = False
    elif quirks.strict and "strict" in complaint:
        quirks.strict = False
    else:
        return False
    return True


def _choice(name: str) -> Any:
    return name if name == "required" else {"type": "function", "function": {"name": name}}


def _message(message: ChatMessage) -> dict[str, Any]:
    shape: dict[str, Any] = {"role": message.role, "content": _content(message) if message.images else message.content}
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


def _content(message: ChatMessage) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = [{"type": "text", "text": message.content}] if message.content else []
    for image in message.images:
        if image.kind != "image":
            raise InvalidInput("only pictures go with a message", field="images")
        written = base64.b64encode(image.content).decode()
        parts.append({"type": "image_url", "image_url": {"url": f"data:{image.media_type};base64,{written}"}})
    return parts


def _tool(tool: ToolDescription, strict: bool) -> dict[str, Any]:
    function: dict[str, Any] = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    if strict and (held := strict_schema(tool.parameters)) is not None:
        function |= {"parameters": held, "strict": True}
    return {"type": "function", "function": function}
