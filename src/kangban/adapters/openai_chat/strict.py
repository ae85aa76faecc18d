"""A tool's JSON Schema in the narrower form that servers can hold a model to while it writes."""

from __future__ import annotations

from typing import Any, cast

# Words that strict servers refuse; the tool itself still judges them.
_LEFT_OUT = frozenset(
    {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "pattern", "format",
     "minItems", "maxItems", "default", "examples", "x-media", "multipleOf", "uniqueItems"}
)  # fmt: skip
_DEEPEST = 8


def strict_schema(schema: dict[str, Any]) -> dict[str, Any] | None:
    """Every object closed, every key required, an optional one allowed to be null; None where that cannot be said.

    The caller takes null for an optional argument as left out.
    """
    try:
        return _closed(schema, 0)
    except ValueError:
        return None


def _closed(schema: dict[str, Any], depth: int) -> dict[str, Any]:
    if depth > _DEEPEST or schema.get("additionalProperties") not in (None, False):
        raise ValueError("open object")
    made = {key: value for key, value in schema.items() if key not in _LEFT_OUT}
    if schema.get("type") == "object" or "properties" in schema:
        if not isinstance(schema.get("properties"), dict):
            raise ValueError("object without known keys")
        known = cast("dict[str, dict[str, Any]]", schema["properties"])
        must = cast("list[str]", schema.get("required", []))
        made["properties"] = {
            key: _closed(each, depth + 1) if key in must else _or_null(_closed(each, depth + 1))
            for key, each in known.items()
        }
        made |= {"required": list(known), "additionalProperties": False}
    if isinstance(schema.get("items"), dict):
        made["items"] = _closed(schema["items"], depth + 1)
    for word in ("anyOf", "oneOf"):
        if word in made:
            del made[word]
            made["anyOf"] = [_closed(each, depth + 1) for each in schema[word]]
    if "$defs" in schema:
        made["$defs"] = {name: _closed(each, depth + 1) for name, each in schema["$defs"].items()}
    return made


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    kinds = schema.get("type")
    if isinstance(kinds, str) and "enum" not in schema:
        return schema if kinds == "null" else schema | {"type": [kinds, "null"]}
    if isinstance(kinds, list) and "null" in kinds:
        return schema
    if "anyOf" in schema:
        options = cast("list[dict[str, Any]]", schema["anyOf"])
        return schema if {"type": "null"} in options else schema | {"anyOf": [*options, {"type": "null"}]}
    return {"anyOf": [schema, {"type": "null"}]}
