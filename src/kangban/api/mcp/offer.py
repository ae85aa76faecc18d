"""What a client sees of a tool: its schema, what it does to the world, and how a picture or file is handed in."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any, Final, cast

from mcp_types import Tool, ToolAnnotations

from kangban.kernel.errors import InvalidInput
from kangban.kernel.media import sniff
from kangban.ports.media import Media, MediaKind, MediaShelf
from kangban.ports.tool import ToolSpec

# They speak about the person in view, and over MCP nobody is: without the record they would say that nothing is there.
OF_A_RECORD: Final = frozenset({"look_up_record", "read_report", "advise_from_box", "add_to_record"})
_MARK = "x-media"
_DEEPEST = 40


def offered(tools: Sequence[ToolSpec]) -> tuple[ToolSpec, ...]:
    """The tools that can work without a record."""
    return tuple(each for each in tools if each.name not in OF_A_RECORD)


def described(spec: ToolSpec) -> Tool:
    """A tool as a client lists it; arguments for media become data: URLs."""
    return Tool(
        name=spec.name,
        description=spec.description,
        input_schema={"type": "object", **cast("dict[str, Any]", _with_urls(spec.parameters))},
        annotations=ToolAnnotations(
            read_only_hint=spec.effect == "reads",
            # A proposal changes nothing before somebody confirms it; whatever acts may not be undone.
            destructive_hint=spec.effect == "acts",
            idempotent_hint=spec.effect == "reads",
            open_world_hint=spec.foreign or "network" in spec.permissions,
        ),
    )


def _with_urls(part: Any) -> Any:
    """The schema, with every place for a ref of the shelf turned into one for a data: URL."""
    if isinstance(part, list):
        return [_with_urls(one) for one in cast("list[Any]", part)]
    if not isinstance(part, dict):
        return part
    told = cast("dict[str, Any]", part)
    if _MARK not in told:
        return {key: _with_urls(one) for key, one in told.items()}
    said = f"{told['description']} " if "description" in told else ""
    return {
        "type": "string",
        "description": f"{said}({told[_MARK]}, as a data: URL with base64)",
        "contentEncoding": "base64",
    }


def put_on_shelf(spec: ToolSpec, arguments: dict[str, Any], shelf: MediaShelf) -> dict[str, Any]:
    """The arguments with refs instead of data: URLs; raises InvalidInput for one that is none, or another kind."""
    if _MARK not in str(spec.parameters):
        return arguments
    return cast("dict[str, Any]", _with_refs(arguments, shelf, 0))


def _with_refs(value: Any, shelf: MediaShelf, depth: int) -> Any:
    if depth > _DEEPEST:
        raise InvalidInput("the arguments are nested too deep", field="arguments")
    if isinstance(value, str) and value.startswith("data:"):
        return shelf.put(_media(value))
    if isinstance(value, list):
        return [_with_refs(one, shelf, depth + 1) for one in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {key: _with_refs(one, shelf, depth + 1) for key, one in cast("dict[str, Any]", value).items()}
    return value


def _media(url: str) -> Media:
    head, comma, rest = url.partition(",")
    if not comma or not head.endswith(";base64"):
        raise InvalidInput("a picture, sound or file is given as data:TYPE;base64,…", field="arguments")
    try:
        content = base64.b64decode(rest, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidInput("this data: URL holds no base64", field="arguments") from None
    # What it is, its bytes say; what the client calls it is not asked.
    media_type = sniff(content)
    return Media(kind_of(media_type), media_type, content)


def kind_of(media_type: str) -> MediaKind:
    """Picture, sound or anything else."""
    family = media_type.split("/", 1)[0]
    return "image" if family == "image" else "audio" if family == "audio" else "file"
