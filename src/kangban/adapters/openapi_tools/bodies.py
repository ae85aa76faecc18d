"""The body an operation asks for: which kind is sent, and what of it an argument each."""

from __future__ import annotations

from typing import Any, Literal, cast

import msgspec

from kangban.adapters.openapi_tools.schemas import InPlace, find
from kangban.kernel.errors import InvalidInput

Kind = Literal["", "json", "multipart", "form", "text", "bytes"]
MediaKind = Literal["image", "audio", "file"]
# In the order they are chosen in. A JSON flavour (application/vnd.x+json) counts as JSON.
_KINDS: dict[str, Kind] = {
    "application/json": "json",
    "multipart/form-data": "multipart",
    "application/x-www-form-urlencoded": "form",
    "text/plain": "text",
    "application/octet-stream": "bytes",
}


class Body(msgspec.Struct, frozen=True):
    """`places`: argument → name in the body, "" for the one that is the whole (`whole`). `takes`: media arguments."""

    kind: Kind = ""
    whole: str = ""
    places: dict[str, str] = {}
    properties: dict[str, Any] = {}
    required: frozenset[str] = frozenset()
    takes: dict[str, MediaKind] = {}


def body_of(
    document: dict[str, Any], in_place: InPlace, operation: dict[str, Any], taken: set[str], *, lego: bool
) -> Body:
    """The body; raises InvalidInput where one is needed that cannot be made."""
    if "requestBody" not in operation:
        return Body()
    told = find(document, operation["requestBody"])
    contents = cast("dict[str, Any]", told.get("content") or {})
    needed = told.get("required") is True
    kind, media = _chosen(contents)
    if media is None:
        if needed:
            raise InvalidInput("a body that cannot be sent", field="address")
        return Body()
    schema = in_place.schema(find(document, media).get("schema", {}))
    properties = schema.get("properties")
    if isinstance(properties, dict) and properties and kind in ("json", "multipart", "form"):
        return _taken_apart(kind, schema, cast("dict[str, Any]", properties), needed, taken, lego=lego)
    if kind in ("multipart", "form"):
        raise InvalidInput("a form without fields", field="address")
    name = "body" if "body" not in taken else "request_body"
    takes: dict[str, MediaKind] = {name: "file"} if kind == "bytes" else {}
    shape = {"type": "string", "x-media": "file"} if takes else schema or ({"type": "string"} if kind == "text" else {})
    return Body(kind, name, {name: ""}, {name: shape}, frozenset({name}) if needed else frozenset(), takes)


def _chosen(contents: dict[str, Any]) -> tuple[Kind, Any]:
    for wanted, kind in _KINDS.items():
        for name, media in contents.items():
            bare = str(name).split(";", 1)[0].strip().casefold()
            if bare == wanted or (kind == "json" and bare.endswith("+json")):
                return kind, media
    for name, media in contents.items():
        if str(name).split("/", 1)[0] in ("image", "audio", "video", "*"):
            return "bytes", media
    return "", None


def _taken_apart(
    kind: Kind, schema: dict[str, Any], properties: dict[str, Any], needed: bool, taken: set[str], *, lego: bool
) -> Body:
    places: dict[str, str] = {}
    shapes: dict[str, Any] = {}
    takes: dict[str, MediaKind] = {}
    names = cast("list[Any]", schema.get("required", []))
    for name, shape in properties.items():
        argument = name if name not in taken else f"body_{name}"
        places[argument] = name
        shapes[argument] = shape
        media = _media_kind(cast("dict[str, Any]", shape), lego=lego) if kind == "multipart" else None
        if media is not None:
            takes[argument] = media
            words = cast("dict[str, Any]", shape).get("description", "")
            shapes[argument] = {"type": "string", "x-media": media, "description": words}
    required = frozenset(argument for argument, name in places.items() if needed and name in names)
    return Body(kind, "", places, shapes, required, takes)


def _media_kind(shape: dict[str, Any], *, lego: bool) -> MediaKind | None:
    """Of a part of a form: bytes as OpenAPI 3.0 and 3.1 say it, and pictures and sounds as AgentLego's formats do."""
    inner = shape.get("items")
    if shape.get("type") == "array" and isinstance(inner, dict):
        # One file of several is still a file.
        return _media_kind(cast("dict[str, Any]", inner), lego=lego)
    form = str(shape.get("format", ""))
    if lego and form.endswith(";binary"):
        return "image" if "image" in form else "audio" if "audio" in form else "file"
    told = str(shape.get("contentMediaType", ""))
    if form == "binary" or (told and "contentEncoding" not in shape):
        return "image" if told.startswith("image/") else "audio" if told.startswith("audio/") else "file"
    return None
