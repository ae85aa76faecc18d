"""A tool's schema → the fields of a form, and what was typed → arguments. Whether they fit, the tool itself says."""

from __future__ import annotations

import json
import math
from typing import Any, Literal, cast

import msgspec

from kangban.kernel.errors import InvalidInput
from kangban.web.workshop.reading import Fields

Kind = Literal["text", "long", "integer", "number", "boolean", "choice", "media", "lines", "json"]
MOST_FIELDS = 60
_LONG = 200
_MOST_JSON = 100_000
_SCALARS = {"string": "text", "integer": "integer", "number": "number", "boolean": "boolean"}
_NONE = object()


class Field(msgspec.Struct, frozen=True):
    """One argument. `default` is None where there is none; `example` is what a JSON field begins with."""

    name: str
    kind: Kind
    required: bool
    about: str = ""
    default: Any = None
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    longest: int | None = None
    media: str = ""
    example: str = ""
    of: str = ""  # of lines: the type of one


def fields_of(schema: dict[str, Any]) -> list[Field]:
    """The arguments in their order. A schema of a stranger's that is none gives one field for the whole as JSON."""
    parts: Any = schema.get("properties", {})
    if not isinstance(parts, dict) or len(cast("dict[str, Any]", parts)) > MOST_FIELDS:
        return [Field("", "json", required=True, example="{}")]
    wanted: Any = schema.get("required", ())
    needed = {str(one) for one in cast("list[Any]", wanted)} if isinstance(wanted, (list, tuple)) else set[str]()
    defs: Any = schema.get("$defs", {})
    return [
        _field(str(name), _object(part), str(name) in needed, defs)
        for name, part in cast("dict[Any, Any]", parts).items()
    ]


def _field(name: str, part: dict[str, Any], required: bool, defs: dict[str, Any]) -> Field:
    told = _plain(part, defs)
    about = str(part.get("description", told.get("description", "")))[:500]
    base = Field(name, "json", required, about, part.get("default"))
    replace = msgspec.structs.replace
    if "x-media" in told:
        return replace(base, kind="media", media=str(told["x-media"]))
    if isinstance(told.get("enum"), list) and all(isinstance(one, str) for one in told["enum"]):
        return replace(base, kind="choice", choices=tuple(told["enum"][:200]))
    kind = _SCALARS.get(str(told.get("type")))
    if kind in ("integer", "number"):
        return replace(base, kind=cast("Kind", kind), least=_bound(told, "minimum"), most=_bound(told, "maximum"))
    if kind == "text":
        longest = told.get("maxLength") if isinstance(told.get("maxLength"), int) else None
        return replace(base, kind="long" if longest is None or longest > _LONG else "text", longest=longest)
    if kind == "boolean":
        return replace(base, kind="boolean")
    items = _plain(told.get("items", {}), defs) if told.get("type") == "array" else {}
    if items.get("type") in ("string", "integer", "number") and "x-media" not in items:
        return replace(base, kind="lines", of=str(items["type"]), example=", ".join(map(str, items.get("enum", ()))))
    example = json.dumps(_skeleton(told, defs, 0), ensure_ascii=False, indent=1)
    return replace(base, example=example)


def _plain(part: Any, defs: Any) -> dict[str, Any]:
    """A part with its reference followed, and without the "or nothing" of an optional one."""
    told, known = _object(part), _object(defs)
    for _ in range(8):
        if "$ref" in told:
            told = _object(known.get(str(told["$ref"]).rsplit("/", 1)[-1]))
            continue
        ways: Any = told.get("anyOf", told.get("oneOf"))
        some = [_object(one) for one in cast("list[Any]", ways)] if isinstance(ways, list) else []
        some = [one for one in some if one.get("type") != "null"]
        if len(some) != 1:
            break
        told = some[0]
    return told


def _object(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _bound(told: dict[str, Any], name: str) -> float | None:
    value = told.get(name)
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _skeleton(told: dict[str, Any], defs: Any, depth: int) -> Any:
    """What such a value looks like, with nothing in it."""
    kind = told.get("type")
    if depth > 4:
        return None
    if kind == "array":
        return [_skeleton(_plain(told.get("items", {}), defs), defs, depth + 1)]
    parts: Any = told.get("properties")
    if kind == "object" and isinstance(parts, dict):
        needed: Any = told.get("required", ())
        named = {k: v for k, v in cast("dict[str, Any]", parts).items() if k in needed} or cast("dict[str, Any]", parts)
        return {name: _skeleton(_plain(part, defs), defs, depth + 1) for name, part in list(named.items())[:20]}
    if isinstance(told.get("enum"), list) and told["enum"]:
        return told["enum"][0]
    nothing: dict[str, Any] = {"object": {}, "integer": 0, "number": 0, "boolean": False, "string": ""}
    return nothing.get(str(kind))


def arguments_of(fields: list[Field], typed: Fields) -> dict[str, Any]:
    """What was typed as arguments; what is empty and may be is left out. Raises InvalidInput with the field."""
    if len(fields) == 1 and not fields[0].name:
        whole = _json(fields[0], typed.raw("arg."))
        if not isinstance(whole, dict):
            raise InvalidInput("one JSON object", field="arg.", key="web_workshop.bad_json")
        return cast("dict[str, Any]", whole)
    given = {one.name: _value(one, typed) for one in fields}
    return {name: value for name, value in given.items() if value is not _NONE}


def _value(one: Field, typed: Fields) -> Any:
    name = f"arg.{one.name}"
    if one.kind == "boolean":
        return typed.has(name)
    raw = typed.raw(name)
    words = raw if one.kind in ("text", "long") else raw.strip()
    if not words.strip():
        if one.required and one.kind != "media":
            raise InvalidInput("this is needed", field=name, key="error.empty")
        return _NONE
    if one.kind in ("integer", "number"):
        return _number(one.kind, words, name)
    if one.kind == "lines":
        lines = [line.strip() for line in raw.splitlines() if line.strip()]
        return lines if one.of == "string" else [_number(one.of, line, name) for line in lines]
    return _json(one, words) if one.kind == "json" else words


def _number(kind: str, words: str, field: str) -> int | float:
    try:
        if len(words) > 40:
            raise ValueError
        value = int(words) if kind == "integer" else float(words)
    except ValueError:
        raise InvalidInput("this is no number", field=field, key="web_workshop.bad_number") from None
    if not math.isfinite(value):
        raise InvalidInput("this is no number", field=field, key="web_workshop.bad_number")
    return value


def _json(one: Field, words: str) -> Any:
    try:
        if len(words) > _MOST_JSON:
            raise ValueError
        return json.loads(words)
    except (ValueError, RecursionError) as error:
        place = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise InvalidInput(place or "no JSON", field=f"arg.{one.name}", key="web_workshop.bad_json") from None
