"""The prompts of the conformance suite."""

from __future__ import annotations

from typing import Any

from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    ContentBlock,
    EmbeddedResource,
    GetPromptRequestParams,
    GetPromptResult,
    ImageContent,
    ListPromptsResult,
    PaginatedRequestParams,
    Prompt,
    PromptArgument,
    PromptMessage,
    TextContent,
    TextResourceContents,
)

from kangban.api.mcp.conformance_tools import RED_DOT, Session


def _argument(name: str) -> PromptArgument:
    return PromptArgument(name=name, description=f"{name} of the test", required=True)


_PROMPTS = (
    Prompt(name="test_simple_prompt", description="Without arguments."),
    Prompt(
        name="test_prompt_with_arguments",
        description="With two arguments.",
        arguments=[_argument("arg1"), _argument("arg2")],
    ),
    Prompt(
        name="test_prompt_with_embedded_resource", description="With a resource.", arguments=[_argument("resourceUri")]
    ),
    Prompt(name="test_prompt_with_image", description="With a picture."),
)


def add(server: Server[dict[str, Any]]) -> None:
    """Offer them."""
    server.add_request_handler("prompts/list", PaginatedRequestParams, _list)
    server.add_request_handler("prompts/get", GetPromptRequestParams, _get)


async def _list(_session: Session, _params: PaginatedRequestParams | None) -> ListPromptsResult:
    return ListPromptsResult(prompts=list(_PROMPTS))


async def _get(_session: Session, params: GetPromptRequestParams) -> GetPromptResult:
    known = next((one for one in _PROMPTS if one.name == params.name), None)
    told = params.arguments or {}
    if known is None or any(one.name not in told for one in known.arguments or []):
        raise MCPError(INVALID_PARAMS, "no such prompt, or an argument is missing")
    return GetPromptResult(messages=[PromptMessage(role="user", content=one) for one in _said(known.name, told)])


def _said(name: str, told: dict[str, str]) -> list[ContentBlock]:
    if name == "test_prompt_with_arguments":
        return [TextContent(text=f"Prompt with arguments: arg1='{told['arg1']}', arg2='{told['arg2']}'")]
    if name == "test_prompt_with_embedded_resource":
        text = "Embedded resource content for testing."
        resource = TextResourceContents(uri=told["resourceUri"], mime_type="text/plain", text=text)
        return [EmbeddedResource(resource=resource), TextContent(text="Please process the embedded resource above.")]
    if name == "test_prompt_with_image":
        picture = ImageContent(data=RED_DOT, mime_type="image/png")
        return [picture, TextContent(text="Please analyze the image above.")]
    return [TextContent(text="This is a simple prompt for testing.")]
