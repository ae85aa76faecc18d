"""Fixtures that MCP's conformance suite asks for, only with `--conformance`: they say nothing about health."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    BlobResourceContents,
    CallToolRequestParams,
    CallToolResult,
    CompleteRequestParams,
    CompleteResult,
    Completion,
    EmptyResult,
    InputRequiredResult,
    ListResourcesResult,
    ListResourceTemplatesResult,
    ListToolsResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ReadResourceResult,
    Resource,
    ResourceTemplate,
    SetLevelRequestParams,
    SubscribeRequestParams,
    TextResourceContents,
    UnsubscribeRequestParams,
)

from kangban.api.mcp import conformance_prompts, conformance_tools
from kangban.api.mcp.conformance_tools import RED_DOT, Session

_Called = CallToolResult | InputRequiredResult
_TEMPLATE: Final = "test://template/"
_RESOURCES = (
    Resource(uri="test://static-text", name="static-text", description="A text.", mime_type="text/plain"),
    Resource(uri="test://static-binary", name="static-binary", description="A red dot.", mime_type="image/png"),
    Resource(uri="test://watched-resource", name="watched-resource", description="Watched.", mime_type="text/plain"),
)


def add_fixtures(server: Server[dict[str, Any]]) -> None:
    """Put the suite's tools beside ours, and its resources, prompts and other methods."""
    list_ours, call_ours = (server.get_request_handler(method) for method in ("tools/list", "tools/call"))
    if list_ours is None or call_ours is None:
        raise ValueError("a server without tools")

    async def list_tools(session: Session, params: PaginatedRequestParams | None) -> ListToolsResult:
        ours: Any = await list_ours.handler(session, params)
        return ListToolsResult(tools=[*ours.tools, *conformance_tools.LISTED])

    async def call_tool(session: Session, params: CallToolRequestParams) -> _Called:
        called = conformance_tools.CALLED.get(params.name)
        if called is None:
            ours: Any = await call_ours.handler(session, params)
            return ours
        return await called(session, params.arguments or {})

    schemas = {one.name: one.input_schema for one in conformance_tools.LISTED}
    ours_of = server.get_tool_input_schema

    def schema_of(name: str) -> Mapping[str, Any] | None:
        return schemas.get(name) or (ours_of(name) if ours_of is not None else None)

    server.get_tool_input_schema = schema_of
    server.add_request_handler("tools/list", PaginatedRequestParams, list_tools)
    server.add_request_handler("tools/call", CallToolRequestParams, call_tool)
    server.add_request_handler("resources/list", PaginatedRequestParams, _list_resources)
    server.add_request_handler("resources/templates/list", PaginatedRequestParams, _list_templates)
    server.add_request_handler("resources/read", ReadResourceRequestParams, _read)
    server.add_request_handler("completion/complete", CompleteRequestParams, _complete)
    watched = _Watched()
    server.add_request_handler("resources/subscribe", SubscribeRequestParams, watched.add)
    server.add_request_handler("resources/unsubscribe", UnsubscribeRequestParams, watched.remove)
    server.add_request_handler("logging/setLevel", SetLevelRequestParams, _set_level)
    conformance_prompts.add(server)


async def _list_resources(_session: Session, _params: PaginatedRequestParams | None) -> ListResourcesResult:
    return ListResourcesResult(resources=list(_RESOURCES))


async def _list_templates(_session: Session, _params: PaginatedRequestParams | None) -> ListResourceTemplatesResult:
    one = ResourceTemplate(
        uri_template=f"{_TEMPLATE}{{id}}/data", name="template", description="By id.", mime_type="application/json"
    )
    return ListResourceTemplatesResult(resource_templates=[one])


async def _read(_session: Session, params: ReadResourceRequestParams) -> ReadResourceResult:
    uri = str(params.uri)
    if uri == "test://static-text":
        text = "This is the content of the static text resource."
        return ReadResourceResult(contents=[TextResourceContents(uri=uri, mime_type="text/plain", text=text)])
    if uri == "test://static-binary":
        return ReadResourceResult(contents=[BlobResourceContents(uri=uri, mime_type="image/png", blob=RED_DOT)])
    if uri == "test://watched-resource":
        return ReadResourceResult(contents=[TextResourceContents(uri=uri, mime_type="text/plain", text="watched")])
    given = uri.removeprefix(_TEMPLATE).removesuffix("/data")
    if uri == f"{_TEMPLATE}{given}/data" and given and "/" not in given:
        told = {"id": given, "templateTest": True, "data": f"Data for ID: {given}"}
        text = msgspec.json.encode(told).decode()
        return ReadResourceResult(contents=[TextResourceContents(uri=uri, mime_type="application/json", text=text)])
    raise MCPError(INVALID_PARAMS, "no such resource")


async def _complete(_session: Session, params: CompleteRequestParams) -> CompleteResult:
    words = [one for one in ("paris", "park", "party") if one.startswith(params.argument.value)]
    return CompleteResult(completion=Completion(values=words, total=len(words), has_more=False))


async def _set_level(_session: Session, _params: SetLevelRequestParams) -> EmptyResult:
    return EmptyResult()


class _Watched:
    """Which addresses a client watches. Nothing here ever changes, so nothing is told."""

    def __init__(self) -> None:
        self._uris: set[str] = set()

    async def add(self, _session: Session, params: SubscribeRequestParams) -> EmptyResult:
        """Watch; at most a few."""
        if len(self._uris) < len(_RESOURCES) and str(params.uri) in {one.uri for one in _RESOURCES}:
            self._uris.add(str(params.uri))
        return EmptyResult()

    async def remove(self, _session: Session, params: UnsubscribeRequestParams) -> EmptyResult:
        """Watch no longer."""
        self._uris.discard(str(params.uri))
        return EmptyResult()
