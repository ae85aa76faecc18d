"""A tool's result as MCP content: text and structure say the same, pictures, sounds and files stand beside it."""

from __future__ import annotations

import base64
from typing import Any, Final

import msgspec
from mcp_types import (
    AudioContent,
    BlobResourceContents,
    CallToolResult,
    ContentBlock,
    EmbeddedResource,
    ImageContent,
    TextContent,
)

from kangban.agent.wrapping import wrap_result
from kangban.clinical.urgency import Lang
from kangban.kernel.canonical import canonical_json
from kangban.kernel.errors import KangbanError
from kangban.kernel.texts import t
from kangban.ports.media import Media
from kangban.ports.tool import ToolResult, ToolSpec
from kangban.toolbox.contract import citation_object

MOST_MEDIA: Final = 12 * 1024 * 1024  # bytes of one result; in base64 a third more


def shown(spec: ToolSpec, result: ToolResult, lang: Lang) -> CallToolResult:
    """The result as sent. What a stranger wrote stands between marks in the text and says so in the structure."""
    content = msgspec.to_builtins(result.content)
    told: dict[str, Any] = {
        "name": spec.name,
        "ok": result.ok,
        "content": content,
        "citations": [citation_object(one) for one in result.citations],
        "foreign": spec.foreign,
    }
    if spec.foreign:
        told["note"] = t("mcp.outside_words", lang)
        text = f"{told['note']}\n{wrap_result(spec.name, content)}"
    else:
        text = content if isinstance(content, str) else canonical_json(content)
    blocks: list[ContentBlock] = [TextContent(text=text)]
    left = MOST_MEDIA
    made: list[dict[str, Any]] = []
    for one in result.media:
        left -= len(one.content)
        made.append({"kind": one.kind, "media_type": one.media_type, "name": one.name, "sent": left >= 0})
        if left >= 0:
            blocks.append(_block(one))
    told["media"] = made
    return CallToolResult(content=blocks, structured_content=told, is_error=not result.ok)


def _block(media: Media) -> ContentBlock:
    written = base64.b64encode(media.content).decode()
    if media.kind == "image":
        return ImageContent(data=written, mime_type=media.media_type)
    if media.kind == "audio":
        return AudioContent(data=written, mime_type=media.media_type)
    uri = f"kangban://{media.ref.replace(':', '/')}"
    return EmbeddedResource(resource=BlobResourceContents(uri=uri, mime_type=media.media_type, blob=written))


def failed(error: KangbanError) -> CallToolResult:
    """What went wrong, for whoever called: {"error": {"code", "message", "field"}}."""
    told = {"error": {"code": error.code, "message": error.message, "field": error.field}}
    return CallToolResult(
        content=[TextContent(text=f"{error.code}: {error.message}")], structured_content=told, is_error=True
    )
