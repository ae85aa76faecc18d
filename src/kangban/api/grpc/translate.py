"""kangban.proto to and from the core's types."""

from __future__ import annotations

import base64
from typing import Any

import msgspec

from kangban.api.grpc import kangban_pb2 as pb
from kangban.api.v1.asked import Chat
from kangban.api.v1.faults import Fault
from kangban.api.v1.told import About, Begun, CallsMade, ChoiceEnded, Counted, ModelLine, Piece
from kangban.api.wire import invalid, read_json
from kangban.kernel.errors import InvalidInput
from kangban.ports.chat_model import ToolCall

Json = dict[str, Any]
_FIXED_CHOICES = ("auto", "none", "required")


def asked_of(request: pb.ChatRequest) -> Chat:
    """The request as the core takes it; raises Fault 400 as the HTTP face does for the same faults."""
    told: Json = {
        "model": request.model,
        "messages": [_message(one) for one in request.messages],
        "tools": [_tool(one, f"tools[{n}]") for n, one in enumerate(request.tools)] or None,
        "stop": list(request.stop) or None,
        "user": request.user or None,
        "tool_choice": _choice(request.tool_choice),
        "response_format": _format(request),
    }
    for name in ("n", "max_tokens", "temperature", "seed", "parallel_tool_calls"):
        told[name] = getattr(request, name) if request.HasField(name) else None
    try:
        return msgspec.convert(told, Chat)
    except msgspec.ValidationError as error:
        fault = invalid(error)
        raise Fault(400, fault.message, param=fault.field, code="invalid_type") from None


def _message(one: pb.Message) -> Json:
    content: Any = one.content
    if one.images:
        pictures = [{"type": "image_url", "image_url": {"url": _address(each)}} for each in one.images]
        content = [*([{"type": "text", "text": one.content}] if one.content else []), *pictures]
    calls = [
        {"id": each.id, "function": {"name": each.name, "arguments": each.arguments_json}} for each in one.tool_calls
    ]
    return {
        "role": one.role, "content": content, "tool_calls": calls or None, "tool_call_id": one.tool_call_id or None,
    }  # fmt: skip


def _address(image: pb.Image) -> str:
    return f"data:{image.media_type};base64,{base64.b64encode(image.content).decode()}"


def _tool(one: pb.Tool, place: str) -> Json:
    parameters = _json(one.parameters_json, f"{place}.parameters_json") if one.parameters_json else None
    return {
        "type": "function",
        "function": {"name": one.name, "description": one.description, "parameters": parameters},
    }


def _choice(told: str) -> Any:
    if not told or told in _FIXED_CHOICES:
        return told or None
    return {"type": "function", "function": {"name": told}}


def _format(request: pb.ChatRequest) -> Json | None:
    if not request.response_format:
        return None
    told: Json = {"type": request.response_format}
    if request.response_schema_json:
        told["json_schema"] = {"name": "answer", "schema": _json(request.response_schema_json, "response_schema_json")}
    return told


def _json(written: str, place: str) -> Json:
    try:
        return read_json(written.encode(), Json)
    except InvalidInput:
        raise Fault(400, "not one JSON object", param=place, code="invalid_type") from None


def model_of(line: ModelLine) -> pb.Model:
    """One agent."""
    return pb.Model(
        id=line.id, created=line.created, owned_by=line.owned_by, title=line.title, description=line.description,
        version=line.version,
    )  # fmt: skip


def about_of(about: About) -> pb.About:
    """What an answer rests on."""
    return pb.About(
        run=about.run, agent=about.agent, version=about.version, brain=about.brain, decision=about.decision,
        urgency=about.urgency, stopped_by=about.stopped_by, failed_checks=about.failed_checks, notes=about.notes,
        citations=[
            pb.Citation(
                id=one.id, title=one.title, publisher=one.publisher, place=one.place, passage=one.passage,
                address=one.address,
            )
            for one in about.citations
        ],
        findings=[
            pb.Finding(
                rule=one.rule, severity=one.severity, medicines=one.medicines, message=one.message,
                message_en=one.message_en,
            )
            for one in about.findings
        ],
    )  # fmt: skip


def calls_of(calls: tuple[ToolCall, ...]) -> list[pb.ToolCall]:
    """Calls of the client's tools."""
    return [
        pb.ToolCall(id=one.id, name=one.name, arguments_json=msgspec.json.encode(one.arguments or {}).decode())
        for one in calls
    ]


def usage_of(counted: Counted) -> pb.Usage:
    """Tokens."""
    return pb.Usage(
        prompt_tokens=counted.prompt_tokens, completion_tokens=counted.completion_tokens,
        cached_tokens=counted.cached_tokens, estimated=counted.estimated,
    )  # fmt: skip


def choice_of(event: Piece | CallsMade | ChoiceEnded) -> pb.Choice:
    """What one event says of its choice."""
    if isinstance(event, Piece):
        return pb.Choice(index=event.index, content=event.text)
    if isinstance(event, CallsMade):
        return pb.Choice(index=event.index, tool_calls=calls_of(event.calls))
    return pb.Choice(index=event.index, finish_reason=event.reason, about=about_of(event.about))


def chunk_of(begun: Begun) -> pb.ChatChunk:
    """A chunk with its head."""
    return pb.ChatChunk(id=begun.id, created=begun.created, model=begun.model)
