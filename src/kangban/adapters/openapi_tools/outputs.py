"""What an AgentLego server answers with: values, and pictures, sounds and files as base64, told by their format."""

from __future__ import annotations

from typing import Any, cast

from kangban.adapters.openapi_tools.schemas import find


def outputs_of(document: dict[str, Any], operation: dict[str, Any]) -> tuple[tuple[str, ...], bool]:
    """("image" | "audio" | "file" | "" of each part, whether the answer is a list); ((), False) where not told."""
    responses = operation.get("responses")
    if not isinstance(responses, dict) or "200" not in responses:
        return (), False
    content = find(document, cast("dict[str, Any]", responses)["200"]).get("content")
    media = cast("dict[str, Any]", content).get("application/json") if isinstance(content, dict) else None
    if not isinstance(media, dict) or not isinstance(cast("dict[str, Any]", media).get("schema"), dict):
        return (), False
    schema = find(document, cast("dict[str, Any]", media)["schema"])
    parts = schema.get("prefixItems")
    if isinstance(parts, list):
        return tuple(_kind(document, one) for one in cast("list[Any]", parts)[:16]), True
    return (_kind(document, schema),), False


def _kind(document: dict[str, Any], part: Any) -> str:
    schema = find(document, part)
    form = str(schema.get("format", ""))
    if schema.get("type") != "string" or "base64" not in form:
        return ""
    return "image" if "image" in form else "audio" if "audio" in form else "file"
