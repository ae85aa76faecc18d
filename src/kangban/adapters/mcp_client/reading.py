"""What an MCP server sent, as the port wants it: texts cut, base64 read, links named and never followed."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any, Final

from mcp_types import (
    AudioContent,
    BlobResourceContents,
    CallToolResult,
    ContentBlock,
    EmbeddedResource,
    ImageContent,
    TextContent,
    Tool,
)

from kangban.ports.media import Media
from kangban.ports.tool_servers import RemoteResult, RemoteTool

MOST_TEXT: Final = 200_000
_MOST_MEDIA: Final = 16


def tool_of(told: Tool) -> RemoteTool:
    """A tool as its server lists it. What it says of its effect is a claim, and part of what is accepted."""
    hints = told.annotations
    reads = bool(hints and hints.read_only_hint)
    return RemoteTool(told.name, told.description or "", dict(told.input_schema), reads_only=reads)


def result_of(told: CallToolResult) -> RemoteResult:
    """A result: {"text", "structured"?, "links"?} and media."""
    texts: list[str] = []
    links: list[str] = []
    media: list[Media] = []
    for block in told.content:
        _sort(block, texts, links, media)
    text = "\n".join(texts)
    content: dict[str, Any] = {"text": text[:MOST_TEXT]}
    if len(text) > MOST_TEXT:
        content["cut"] = True
    # A plain value is sent twice by most servers.
    if told.structured_content is not None and told.structured_content != {"result": text}:
        content["structured"] = told.structured_content
    if links:
        content["links"] = links[:50]
    return RemoteResult(content, ok=not told.is_error, media=tuple(media))


def _sort(block: ContentBlock, texts: list[str], links: list[str], media: list[Media]) -> None:
    if isinstance(block, TextContent):
        texts.append(block.text)
    elif isinstance(block, ImageContent):
        _put(media, "image", block.mime_type, block.data)
    elif isinstance(block, AudioContent):
        _put(media, "audio", block.mime_type, block.data)
    elif isinstance(block, EmbeddedResource):
        held = block.resource
        if isinstance(held, BlobResourceContents):
            _put(media, "file", held.mime_type or "", held.blob)
        else:
            texts.append(held.text)
    else:
        links.append(str(block.uri)[:2_000])


def _put(media: list[Media], kind: Any, media_type: str, written: str) -> None:
    if len(media) >= _MOST_MEDIA:
        return
    try:
        media.append(Media(kind, media_type[:120], base64.b64decode(written, validate=True)))
    except (binascii.Error, ValueError):
        return  # no base64: nothing to show


def unique(tools: Sequence[RemoteTool]) -> list[RemoteTool]:
    """The first of each name: which of two would be called is the server's secret."""
    return list({one.name: one for one in reversed(tools)}.values())[::-1]
