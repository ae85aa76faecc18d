"""The OpenAPI document, made of the same table and the same structs that decode and answer: it cannot be untrue."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, cast

import msgspec

from kangban import __version__
from kangban.api.call import Endpoint
from kangban.api.door import CSRF
from kangban.api.table import ENDPOINTS
from kangban.api.wire import ErrorAnswer

VERSION = "/api/v1"
_NAMES = re.compile(r"\{(\w+)\}")
_ERRORS = {
    "401": "Nobody known: no key, no session, or both at once.",
    "403": "Not for this caller.",
    "404": "Not there, or not there for this caller.",
    "408": "The body came too slowly.",
    "409": "Somebody was first, or the same id came with other content.",
    "413": "The body is too big.",
    "415": "The body is not application/json.",
    "422": "What was sent must change.",
    "429": "Too many; see Retry-After.",
    "503": "Something is missing or busy; try later.",
}


@lru_cache(maxsize=1)
def document() -> bytes:
    """The whole document as JSON."""
    shapes = {shape for one in ENDPOINTS for shape in (one.body, one.answers) if isinstance(shape, type)}
    types = [*sorted((s for s in shapes if issubclass(s, msgspec.Struct)), key=lambda s: s.__name__), ErrorAnswer]
    refs, parts = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    parts = {name: _plain(part) for name, part in parts.items()}
    by_type = dict(zip(types, refs, strict=True))
    paths: dict[str, Any] = {}
    for one in ENDPOINTS:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, by_type)
    told: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": "康伴 Kangban", "version": __version__, "description": "See docs/api.md."},
        "servers": [{"url": VERSION}],
        "security": [{"key": []}, {"session": [], "csrf": []}],
        "paths": paths,
        "components": {
            "schemas": parts,
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "An API key, kb_…"},
                "session": {"type": "apiKey", "in": "cookie", "name": "kangban_session"},
                "csrf": {"type": "apiKey", "in": "header", "name": CSRF, "description": "Of /me; with a session."},
            },
        },
    }
    return msgspec.json.encode(told)


def _plain(schema: Any) -> Any:
    """A fixed pair of two alike as an array of that length: tools stumble over prefixItems, and it says the same."""
    if isinstance(schema, list):
        return [_plain(each) for each in cast("list[Any]", schema)]
    if not isinstance(schema, dict):
        return schema
    told = {key: _plain(value) for key, value in cast("dict[str, Any]", schema).items()}
    parts = cast("list[Any]", told.get("prefixItems", []))
    if parts and all(part == parts[0] for part in parts):
        told["items"] = told.pop("prefixItems")[0]
    return told


def _operation(one: Endpoint, refs: dict[Any, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"operationId": one.name, "summary": one.says, "responses": _responses(one, refs)}
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1, "maxLength": 200}}
        for name in _NAMES.findall(one.path)
    ]
    parameters += _query(one)
    if parameters:
        found["parameters"] = parameters
    if one.body is not None:
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": refs[one.body]}}}
    return found


def _query(one: Endpoint) -> list[dict[str, Any]]:
    shape = msgspec.json.schema(one.query)
    whole = shape["$defs"][one.query.__name__] if "$defs" in shape else shape
    needed = whole.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in needed, "schema": _without_null(schema)}
        for name, schema in whole["properties"].items()
    ]


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter is left out or it is there; null is nothing one can write into an address."""
    kept = {key: value for key, value in schema.items() if not (key == "default" and value is None)}
    if "enum" in kept:
        kept["enum"] = [value for value in kept["enum"] if value is not None]
    if "anyOf" in kept:
        options = [option for option in kept["anyOf"] if option.get("type") != "null"]
        return options[0] if len(options) == 1 else {**kept, "anyOf": options}
    return kept


def _responses(one: Endpoint, refs: dict[Any, Any]) -> dict[str, Any]:
    good: dict[str, Any] = {"application/json": {"schema": refs.get(one.answers, {"type": "object"})}}
    if one.streams:
        good["text/event-stream"] = {"schema": {"type": "string"}}
    wrong = {"application/json": {"schema": refs[ErrorAnswer]}}
    statuses = [status for status in _ERRORS if one.body is not None or status not in ("408", "413", "415")]
    return {str(one.status): {"description": one.says, "content": good}} | {
        status: {"description": _ERRORS[status], "content": wrong} for status in statuses
    }
