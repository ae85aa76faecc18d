"""The tools of the conformance suite."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp.shared.message import ServerMessageMetadata
from mcp_types import (
    AudioContent,
    CallToolResult,
    ContentBlock,
    CreateMessageRequest,
    CreateMessageRequestParams,
    CreateMessageResult,
    EmbeddedResource,
    ImageContent,
    InputRequiredResult,
    LoggingMessageNotification,
    LoggingMessageNotificationParams,
    SamplingMessage,
    TextContent,
    TextResourceContents,
    Tool,
)

Session = ServerRequestContext[Any, Any]
_Called = Callable[[Session, dict[str, Any]], Awaitable[CallToolResult | InputRequiredResult]]

RED_DOT: Final = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"
_SILENCE: Final = "UklGRiwAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQgAAAAAAAAAAAAAAA=="
_PAUSE_S = 0.05
_CHOICES = [("value1", "First"), ("value2", "Second"), ("value3", "Third")]


def _said(*content: ContentBlock | str) -> CallToolResult:
    return CallToolResult(content=[TextContent(text=one) if isinstance(one, str) else one for one in content])


def _resource(uri: str, media_type: str, text: str) -> EmbeddedResource:
    return EmbeddedResource(resource=TextResourceContents(uri=uri, mime_type=media_type, text=text))


async def _text(_session: Session, _told: dict[str, Any]) -> CallToolResult:
    return _said("This is a simple text response for testing.")


async def _image(_session: Session, _told: dict[str, Any]) -> CallToolResult:
    return _said(ImageContent(data=RED_DOT, mime_type="image/png"))


async def _audio(_session: Session, _told: dict[str, Any]) -> CallToolResult:
    return _said(AudioContent(data=_SILENCE, mime_type="audio/wav"))


async def _embedded(_session: Session, _told: dict[str, Any]) -> CallToolResult:
    return _said(_resource("test://embedded-resource", "text/plain", "This is an embedded resource content."))


async def _mixed(_session: Session, _told: dict[str, Any]) -> CallToolResult:
    held = _resource("test://mixed-content-resource", "application/json", '{"test":"data","value":123}')
    return _said("Multiple content types test:", ImageContent(data=RED_DOT, mime_type="image/png"), held)


async def _logging(session: Session, _told: dict[str, Any]) -> CallToolResult:
    for line in ("Tool execution started", "Tool processing data", "Tool execution completed"):
        told = LoggingMessageNotificationParams(level="info", data=line)
        await session.session.send_notification(LoggingMessageNotification(params=told), session.request_id)
        await asyncio.sleep(_PAUSE_S)
    return _said("Logged three lines.")


async def _error(_session: Session, _told: dict[str, Any]) -> CallToolResult:
    text = TextContent(text="This tool intentionally returns an error for testing")
    return CallToolResult(content=[text], is_error=True)


async def _progress(session: Session, _told: dict[str, Any]) -> CallToolResult:
    for done in (0, 50, 100):
        await session.session.report_progress(done, 100)
        await asyncio.sleep(_PAUSE_S)
    return _said("Told the progress.")


async def _reconnection(session: Session, _told: dict[str, Any]) -> CallToolResult:
    if session.close_sse_stream is not None:
        await session.close_sse_stream()
    await asyncio.sleep(2 * _PAUSE_S)
    return _said("The stream was closed in the middle, and this came afterwards.")


async def _sampling(session: Session, told: dict[str, Any]) -> CallToolResult:
    message = SamplingMessage(role="user", content=TextContent(text=str(told.get("prompt", ""))))
    request = CreateMessageRequest(params=CreateMessageRequestParams(messages=[message], max_tokens=100))
    # On the stream of this call: the standing stream may not be open yet, and what is sent there is lost.
    beside = ServerMessageMetadata(related_request_id=session.request_id)
    try:
        answer = await session.session.send_request(request, CreateMessageResult, metadata=beside)
    except MCPError as error:
        return CallToolResult(content=[TextContent(text=f"no sampling: {error}")], is_error=True)
    words = answer.content.text if isinstance(answer.content, TextContent) else ""
    return _said(f"LLM response: {words}")


async def _ask(session: Session, message: str, fields: dict[str, Any], begins: str) -> CallToolResult:
    schema = {"type": "object", "properties": fields, "required": list(fields)}
    try:
        answer = await session.session.elicit_form(message, schema, related_request_id=session.request_id)
    except MCPError as error:
        return CallToolResult(content=[TextContent(text=f"no elicitation: {error}")], is_error=True)
    return _said(f"{begins}: action={answer.action}, content={answer.content}")


async def _elicitation(session: Session, told: dict[str, Any]) -> CallToolResult:
    fields = {
        "username": {"type": "string", "description": "User's response"},
        "email": {"type": "string", "description": "User's email address"},
    }
    return await _ask(session, str(told.get("message", "")), fields, "User response")


async def _defaults(session: Session, _told: dict[str, Any]) -> CallToolResult:
    fields: dict[str, Any] = {
        "name": {"type": "string", "default": "John Doe"},
        "age": {"type": "integer", "default": 30},
        "score": {"type": "number", "default": 95.5},
        "status": {"type": "string", "enum": ["active", "inactive", "pending"], "default": "active"},
        "verified": {"type": "boolean", "default": True},
    }
    return await _ask(session, "Every kind of default", fields, "Elicitation completed")


async def _enums(session: Session, _told: dict[str, Any]) -> CallToolResult:
    plain = ["option1", "option2", "option3"]
    titled = [{"const": value, "title": f"{title} Option"} for value, title in _CHOICES]
    fields: dict[str, Any] = {
        "untitledSingle": {"type": "string", "enum": plain},
        "titledSingle": {"type": "string", "oneOf": titled},
        "legacyEnum": {
            "type": "string", "enum": ["opt1", "opt2", "opt3"],
            "enumNames": ["Option One", "Option Two", "Option Three"],
        },
        "untitledMulti": {"type": "array", "items": {"type": "string", "enum": plain}},
        "titledMulti": {"type": "array", "items": {"anyOf": titled}},
    }  # fmt: skip
    return await _ask(session, "Every kind of choice", fields, "Elicitation completed")


_NOTHING: Final[dict[str, Any]] = {"type": "object", "properties": {}}
_SCHEMA_2020: Final[dict[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {"address": {"type": "object", "properties": {"street": {"type": "string"}, "city": {"type": "string"}}}},
    "properties": {"name": {"type": "string"}, "address": {"$ref": "#/$defs/address"}},
    "additionalProperties": False,
}


def _one(argument: str) -> dict[str, Any]:
    return {"type": "object", "properties": {argument: {"type": "string"}}, "required": [argument]}


_FIXTURES: Final[tuple[tuple[str, dict[str, Any], _Called], ...]] = (
    ("test_simple_text", _NOTHING, _text),
    ("test_image_content", _NOTHING, _image),
    ("test_audio_content", _NOTHING, _audio),
    ("test_embedded_resource", _NOTHING, _embedded),
    ("test_multiple_content_types", _NOTHING, _mixed),
    ("test_tool_with_logging", _NOTHING, _logging),
    ("test_error_handling", _NOTHING, _error),
    ("test_tool_with_progress", _NOTHING, _progress),
    ("test_reconnection", _NOTHING, _reconnection),
    ("test_sampling", _one("prompt"), _sampling),
    ("test_elicitation", _one("message"), _elicitation),
    ("test_elicitation_sep1034_defaults", _NOTHING, _defaults),
    ("test_elicitation_sep1330_enums", _NOTHING, _enums),
    ("json_schema_2020_12_tool", _SCHEMA_2020, _text),
)
CALLED: Final[dict[str, _Called]] = {name: called for name, _, called in _FIXTURES}
LISTED: Final = tuple(
    Tool(name=name, description=f"Fixture of the conformance suite: {name}.", input_schema=schema)
    for name, schema, _ in _FIXTURES
)
