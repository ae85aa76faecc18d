"""A chat request in OpenAI's shape as the message of kangban.proto."""

from __future__ import annotations

import base64
import json
from typing import Any

from kangban.api.grpc import kangban_pb2 as pb

Json = dict[str, Any]


def request_of(asked: Json) -> pb.ChatRequest:
    """The same request."""
    made = pb.ChatRequest(model=asked.get("model", ""), user=asked.get("user", ""))
    made.messages.extend(_message(one) for one in asked["messages"])
    for one in asked.get("tools") or []:
        told = one["function"]
        parameters = json.dumps(told["parameters"]) if "parameters" in told else ""
        made.tools.append(
            pb.Tool(name=told["name"], description=told.get("description", ""), parameters_json=parameters)
        )
    choice = asked.get("tool_choice")
    made.tool_choice = choice["function"]["name"] if isinstance(choice, dict) else choice or ""
    if form := asked.get("response_format"):
        made.response_format = form["type"]
        if "json_schema" in form:
            made.response_schema_json = json.dumps(form["json_schema"]["schema"])
    stop = asked.get("stop") or []
    made.stop.extend([stop] if isinstance(stop, str) else stop)
    for name in ("n", "max_tokens", "temperature", "seed", "parallel_tool_calls"):
        if name in asked:
            setattr(made, name, asked[name])
    return made


def _message(one: Json) -> pb.Message:
    made = pb.Message(role=one["role"], tool_call_id=one.get("tool_call_id", ""))
    content = one.get("content") or ""
    for part in [{"type": "text", "text": content}] if isinstance(content, str) else content:
        if part["type"] == "text":
            made.content += part["text"]
        else:
            head, _, data = part["image_url"]["url"].partition(";base64,")
            made.images.append(pb.Image(media_type=head.removeprefix("data:"), content=base64.b64decode(data)))
    for call in one.get("tool_calls") or []:
        told = call["function"]
        made.tool_calls.append(pb.ToolCall(id=call["id"], name=told["name"], arguments_json=told["arguments"]))
    return made
