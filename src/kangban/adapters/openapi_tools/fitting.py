"""Arguments against the kept schema, at the level where a request is built: names, plain types, allowed values."""

from __future__ import annotations

from typing import Any, Final, cast

from kangban.kernel.errors import InvalidInput

_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}
_BOOLEANS: Final = {"true": True, "false": False}


def fitted(schema: dict[str, Any], arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments, a number written as text turned into one where nothing is lost; raises InvalidInput."""
    properties = cast("dict[str, Any]", schema.get("properties", {}))
    told: dict[str, Any] = {}
    for name, value in arguments.items():
        if name not in properties:
            raise InvalidInput("there is no such argument", field=name[:80])
        told[name] = _fitted(cast("dict[str, Any]", properties[name]), value, name)
    return told


def _fitted(schema: dict[str, Any], value: Any, name: str) -> Any:
    said = schema.get("type")
    kinds = [said] if isinstance(said, str) else cast("list[Any]", said) if isinstance(said, list) else []
    kinds = [kind for kind in kinds if kind in _TYPES]
    if kinds and not any(_is(kind, value) for kind in kinds):
        value = next((one for kind in kinds if (one := _lossless(kind, value)) is not None), None)
        if value is None:
            raise InvalidInput(f"expected {' or '.join(kinds)}", field=name[:80])
    values = schema.get("enum")
    if isinstance(values, list) and value is not None and value not in cast("list[Any]", values):
        raise InvalidInput("not one of the allowed values", field=name[:80])
    return value


def _is(kind: str, value: Any) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _TYPES[kind])


def _lossless(kind: str, value: Any) -> Any:
    if kind == "string" and isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        return None
    if kind == "boolean":
        return _BOOLEANS.get(value.strip().casefold())
    try:
        return int(value) if kind == "integer" else float(value) if kind == "number" else None
    except ValueError:
        return None
