"""The OpenAPI document of the tools, made of the very schemas their arguments are read with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast

import msgspec

from kangban import __version__
from kangban.api.door import CSRF
from kangban.api.tool_server.incoming import ARGUMENTS, media_of
from kangban.api.tool_server.shapes import ToolAnswer
from kangban.api.wire import ErrorAnswer
from kangban.journeys.workshop.tool_calls import refusal
from kangban.kernel.texts import t
from kangban.ports.media import MediaKind
from kangban.ports.tool import ToolSpec

BASE: Final = "/tools"
_ERRORS: Final = {
    "401": "Nobody known: no key, no session, or both at once.",
    "403": "Not for this caller, or a tool that needs a person or a record.",
    "404": "There is no such tool.",
    "408": "The body came too slowly.",
    "413": "The body is too big.",
    "415": "The body is neither JSON nor, where media are taken, a form.",
    "422": "What was sent must change.",
    "429": "Too many; see Retry-After.",
    "503": "Something is missing, busy or took too long; try later.",
}


def document(tools: Sequence[ToolSpec]) -> bytes:
    """The whole document as JSON."""
    (answer, wrong), parts = msgspec.json.schema_components(
        [ToolAnswer, ErrorAnswer], ref_template="#/components/schemas/{name}"
    )
    schemas: dict[str, Any] = dict(parts)
    paths = {f"/{spec.name}": {"post": _operation(spec, schemas, answer, wrong)} for spec in tools}
    told: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": "康伴 Kangban tools", "version": __version__, "description": "See docs/tool-server.md."},
        "servers": [{"url": BASE}],
        "security": [{"key": []}, {"session": [], "csrf": []}],
        "tags": [{"name": group} for group in dict.fromkeys(spec.group for spec in tools)],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "An API key, kb_…"},
                "session": {"type": "apiKey", "in": "cookie", "name": "kangban_session"},
                "csrf": {"type": "apiKey", "in": "header", "name": CSRF, "description": "Of /api/v1/me."},
            },
        },
    }
    return msgspec.json.encode(told)


def _operation(spec: ToolSpec, schemas: dict[str, Any], answer: Any, wrong: Any) -> dict[str, Any]:
    why = refusal(spec)
    # A description must be told, and a stranger's is cut where it was imported.
    words = spec.description + (f"\n\n{t(why, 'en')}" if why else "")
    found: dict[str, Any] = {
        "operationId": spec.name,
        "summary": spec.description.split("\n", 1)[0][:200],
        "description": words,
        "tags": [spec.group],
        "requestBody": {"required": True, "content": _contents(spec, schemas)},
        "responses": {
            "200": {"description": "What the tool gave.", "content": {"application/json": {"schema": answer}}},
            **{
                status: {"description": said, "content": {"application/json": {"schema": wrong}}}
                for status, said in _ERRORS.items()
            },
        },
        "x-effect": spec.effect,
        "x-refused": bool(why),
        "x-foreign": spec.foreign,
        "x-cost": spec.cost,
        "x-needs": list(spec.needs),
    }
    return found


def _contents(spec: ToolSpec, schemas: dict[str, Any]) -> dict[str, Any]:
    takes = media_of(spec)
    whole = _hoisted(spec, schemas)
    properties = cast("dict[str, Any]", whole.get("properties", {}))
    in_json = {name: _base64(part, takes[name]) if name in takes else part for name, part in properties.items()}
    content: dict[str, Any] = {"schema": {**whole, "properties": in_json}}
    if spec.examples and not takes:
        content["examples"] = {f"example{n}": {"value": one} for n, one in enumerate(spec.examples, 1)}
    contents: dict[str, Any] = {"application/json": content}
    if takes:
        rest = {name: part for name, part in properties.items() if name not in takes}
        needed = cast("list[str]", whole.get("required", []))
        words = {**whole, "properties": rest, "required": [name for name in needed if name not in takes]}
        files = {name: {"type": "string", "contentMediaType": _MEDIA_TYPES[kind]} for name, kind in takes.items()}
        form: dict[str, Any] = {"type": "object", "properties": {ARGUMENTS: words, **files}}
        form["required"] = [name for name in needed if name in takes] + ([ARGUMENTS] if words["required"] else [])
        contents["multipart/form-data"] = {"schema": form}
    return contents


_MEDIA_TYPES: Final[dict[MediaKind, str]] = {
    "image": "image/*",
    "audio": "audio/*",
    "file": "application/octet-stream",
}


def _base64(part: Any, kind: MediaKind) -> dict[str, Any]:
    words = f"Base64 of the {kind}, or a data: address."
    one = {"type": "string", "contentEncoding": "base64", "minLength": 4}
    told = cast("dict[str, Any]", part)
    said = told.get("description")
    is_list = "items" in told or any("items" in each for each in told.get("anyOf", ()))
    shape: dict[str, Any] = {"type": "array", "items": one} if is_list else one
    options = [*([shape]), *([{"type": "null"}] if any(o.get("type") == "null" for o in told.get("anyOf", ())) else [])]
    made: dict[str, Any] = dict(shape) if len(options) == 1 else {"anyOf": options}
    return {**made, "description": f"{said} {words}" if said else words}


def _hoisted(spec: ToolSpec, schemas: dict[str, Any]) -> dict[str, Any]:
    """The schema of the arguments with its own definitions among the document's, where references lead."""
    schema = dict(spec.parameters)
    names: dict[str, str] = {}
    own: dict[str, Any] = {}
    for place in ("$defs", "definitions"):
        for name, part in cast("dict[str, Any]", schema.pop(place, {})).items():
            # Numbered: two names of a stranger's may become one when they are made plain.
            names[f"#/{place}/{name}"] = f"{spec.name}.{_plain(name)}" + (f".{len(own)}" if spec.foreign else "")
            own[names[f"#/{place}/{name}"]] = part
    schemas.update({name: _with_refs(part, names) for name, part in own.items()})
    return cast("dict[str, Any]", _with_refs(schema, names))


def _plain(name: str) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name)


def _with_refs(part: Any, names: dict[str, str]) -> Any:
    if isinstance(part, list):
        return [_with_refs(one, names) for one in cast("list[Any]", part)]
    if not isinstance(part, dict):
        return part
    told = {key: _with_refs(one, names) for key, one in cast("dict[str, Any]", part).items()}
    there = told.get("$ref")
    if isinstance(there, str):
        # What leads to another place of its own schema led there before it stood in this document.
        told.pop("$ref")
        return {"$ref": f"#/components/schemas/{names[there]}", **told} if there in names else told
    return told
