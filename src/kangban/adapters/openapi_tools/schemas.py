"""Schemas with their references put in place, bounded: a schema that holds itself ends as "anything"."""

from __future__ import annotations

from typing import Any, Final, cast

from kangban.kernel.errors import InvalidInput

_DEEPEST: Final = 10
_MOST_PARTS: Final = 1_500  # of one schema, put in place
_BY_NAME: Final = frozenset({"properties", "$defs", "definitions", "patternProperties", "dependentSchemas"})
_VALUES: Final = frozenset({"enum", "const", "default", "required", "example", "examples"})


def find(document: dict[str, Any], part: Any, hops: int = 0) -> dict[str, Any]:
    """An object of the document, its references followed; raises InvalidInput for one that leads out or nowhere."""
    if not isinstance(part, dict):
        raise InvalidInput("the description has something else where an object must stand", field="address")
    told = cast("dict[str, Any]", part)
    ref = told.get("$ref")
    if ref is None:
        return told
    if not isinstance(ref, str) or not ref.startswith("#/") or len(ref) > 500 or hops > 8:
        raise InvalidInput("the description has a reference that leads out of it", field="address")
    there: Any = document
    for word in ref[2:].split("/"):
        key = word.replace("~1", "/").replace("~0", "~").replace("%7B", "{").replace("%7D", "}")
        there = cast("dict[str, Any]", there).get(key) if isinstance(there, dict) else None
    if there is None:
        raise InvalidInput("the description has a reference that leads nowhere", field="address")
    return find(document, there, hops + 1)


class InPlace:
    """Puts the references of one schema in place. One instance for each tool, so that each has its own bound."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._left = _MOST_PARTS

    def schema(self, part: Any, *, depth: int = 0, inside: tuple[str, ...] = ()) -> dict[str, Any]:
        """The schema by itself; raises InvalidInput for one that is too big."""
        if isinstance(part, bool):
            return {}
        self._left -= 1
        if self._left < 0:
            raise InvalidInput("its schema is too big", field="address")
        ref = cast("dict[str, Any]", part).get("$ref") if isinstance(part, dict) else None
        told = find(self._document, part)
        if depth >= _DEEPEST or (isinstance(ref, str) and ref in inside):
            return {key: told[key] for key in ("type", "description") if key in told}
        if isinstance(ref, str):
            inside = (*inside, ref)
        kept: dict[str, Any] = {}
        for key, value in told.items():
            kept[key] = value if key in _VALUES else self._part(key, value, depth, inside)
        return _without_nullable(_without_read_only(kept))

    def _part(self, key: str, value: Any, depth: int, inside: tuple[str, ...]) -> Any:
        if key in _BY_NAME and isinstance(value, dict):
            named = cast("dict[str, Any]", value)
            return {str(name): self.schema(one, depth=depth + 1, inside=inside) for name, one in named.items()}
        if isinstance(value, dict):
            return self.schema(value, depth=depth + 1, inside=inside)
        if isinstance(value, list):
            parts = cast("list[Any]", value)
            return [self.schema(one, depth=depth + 1, inside=inside) if isinstance(one, dict) else one for one in parts]
        return value


def _without_read_only(schema: dict[str, Any]) -> dict[str, Any]:
    """What only a server may say is nothing to send."""
    properties = schema.get("properties")
    if not isinstance(properties, dict):
        return schema
    told = cast("dict[str, dict[str, Any]]", properties)
    kept = {name: one for name, one in told.items() if one.get("readOnly") is not True}
    needed = [name for name in schema.get("required", []) if name in kept or name not in told]
    return {**schema, "properties": kept, "required": needed}


def _without_nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """OpenAPI 3.0 says "nullable" where JSON Schema has a type."""
    if schema.pop("nullable", None) is not True:
        return schema
    kind = schema.get("type")
    if isinstance(kind, str):
        values = schema.get("enum")
        more = {"enum": [*cast("list[Any]", values), None]} if isinstance(values, list) and None not in values else {}
        return {**schema, "type": [kind, "null"], **more}
    return {"anyOf": [schema, {"type": "null"}]}
