"""Arguments against a tool's JSON Schema: changed only where nothing is lost, else the faults are named."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, cast

import msgspec

from kangban.agent.recovery.loose_json import read_value
from kangban.agent.recovery.quoting import Cut, Unreadable

Schema = dict[str, Any]
_INTEGER = re.compile(r"[-+]?\d{1,18}")
_DECIMAL = re.compile(r"[-+]?(?:\d{1,15}(?:\.\d{0,15})?|\.\d{1,15})(?:[eE][-+]?\d{1,3})?")
_LEADING_ZERO = re.compile(r"[-+]?0\d")
_DEEPEST = 40


class Fitted(msgspec.Struct, frozen=True):
    """The arguments as the schema wants them; `changed` when a type was turned; `faults` in words."""

    value: Any
    changed: bool = False
    faults: tuple[str, ...] = ()


def fit(arguments: Any, schema: Schema) -> Fitted:
    """Fit arguments to the schema of a tool's parameters. Keys it does not list are a fault unless it allows them."""
    work = _Fitter(schema)
    value = work.fit(arguments, schema, "arguments", 0)
    return Fitted(value, work.changed, tuple(work.faults))


class _Fitter:
    def __init__(self, root: Schema) -> None:
        self._root = root
        self.changed = False
        self.faults: list[str] = []

    def fit(self, value: Any, schema: Schema, path: str, depth: int) -> Any:
        schema = self._resolved(schema)
        if depth > _DEEPEST:
            return self._fault(value, path, "is nested too deep")
        for word in ("anyOf", "oneOf"):
            if isinstance(schema.get(word), list):
                return self._any(value, schema[word], path, depth)
        kinds = _kinds(schema)
        if kinds and not any(_is(value, kind) for kind in kinds):
            turned = [made for kind in kinds if (made := _turned(value, kind)) is not None]
            if len(turned) != 1:
                return self._fault(value, path, f"must be {' or '.join(kinds)}")
            self.changed = True
            value = turned[0][0]
        value = self._inside(value, schema, path, depth)
        self._limits(value, schema, path)
        return value

    def _any(self, value: Any, options: list[Schema], path: str, depth: int) -> Any:
        """The first option that fits as it is; else the only one that fits after turning types."""
        changed: list[Any] = []
        for option in options:
            trial = _Fitter(self._root)
            made = trial.fit(value, option, path, depth + 1)
            if not trial.faults:
                if not trial.changed:
                    return made
                changed.append(made)
        if len(changed) == 1:
            self.changed = True
            return changed[0]
        return self._fault(value, path, "fits none of the allowed shapes")

    def _inside(self, value: Any, schema: Schema, path: str, depth: int) -> Any:
        if isinstance(value, list) and isinstance(schema.get("items"), dict):
            items = cast("list[Any]", value)
            return [self.fit(each, schema["items"], f"{path}[{n}]", depth + 1) for n, each in enumerate(items)]
        if isinstance(value, dict) and ("properties" in schema or "required" in schema):
            return self._members(cast("dict[str, Any]", value), schema, path, depth)
        return cast("Any", value)

    def _members(self, value: dict[str, Any], schema: Schema, path: str, depth: int) -> dict[str, Any]:
        known: dict[str, Schema] = schema.get("properties") or {}
        required: list[str] = schema.get("required") or []
        more = schema.get("additionalProperties")
        made: dict[str, Any] = {}
        for key, each in value.items():
            if key not in known:
                if isinstance(more, dict):
                    made[key] = self.fit(each, cast("Schema", more), f"{path}.{key[:40]}", depth + 1)
                elif more is True:
                    made[key] = each
                else:
                    self._fault(each, f"{path}.{key[:40]}", "is no argument of this tool")
                continue
            if each is None and key not in required and not self._takes_null(known[key]):
                self.changed = True  # null for an optional argument is the same as leaving it out
                continue
            made[key] = self.fit(each, known[key], f"{path}.{key}", depth + 1)
        for key in required:
            if key not in value:
                self._fault(None, f"{path}.{key}", "is missing")
        return made

    def _limits(self, value: Any, schema: Schema, path: str) -> None:
        if "const" in schema and not _same(value, schema["const"]):
            self._fault(value, path, "must be the one allowed value")
        if isinstance(schema.get("enum"), list) and not any(_same(value, each) for each in schema["enum"]):
            self._fault(value, path, f"must be one of {', '.join(map(str, schema['enum'][:30]))}")
        for word, broken in _BROKEN.items():
            if word in schema and broken(value, schema[word]):
                self._fault(value, path, f"does not keep {word} {schema[word]}")

    def _takes_null(self, schema: Schema) -> bool:
        schema = self._resolved(schema)
        if isinstance(schema.get("enum"), list):
            return None in schema["enum"]
        options = [self._resolved(each) for each in (*schema.get("anyOf", ()), *schema.get("oneOf", ()))]
        kinds = _kinds(schema)
        return "null" in kinds or (not kinds and not options) or any("null" in _kinds(each) for each in options)

    def _resolved(self, schema: Schema) -> Schema:
        for _ in range(8):
            ref = schema.get("$ref")
            if not isinstance(ref, str) or not ref.startswith("#/"):
                break
            found: Any = self._root
            for part in ref[2:].split("/"):
                found = cast("Schema", found).get(part, {}) if isinstance(found, dict) else {}
            schema = cast("Schema", found)
        return schema

    def _fault(self, value: Any, path: str, why: str) -> Any:
        if len(self.faults) < 12:
            self.faults.append(f"{path} {why}")
        return value


def _kinds(schema: Schema) -> tuple[str, ...]:
    kinds = schema.get("type")
    if isinstance(kinds, str):
        return (kinds,)
    return tuple(map(str, cast("list[Any]", kinds))) if isinstance(kinds, list) else ()


def _is(value: Any, kind: str) -> bool:
    match kind:
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "array":
            return isinstance(value, list)
        case "object":
            return isinstance(value, dict)
        case "null":
            return value is None
        case _:
            return True


def _turned(value: Any, kind: str) -> tuple[Any] | None:
    """The value as another kind when nothing is lost, in a tuple; else None. "yes" is no boolean, "5.5" no integer."""
    made: Any = None
    if kind == "string" and isinstance(value, int | float) and not isinstance(value, bool):
        made = str(value)
    elif kind == "integer" and isinstance(value, float):
        made = int(value) if value.is_integer() and abs(value) < 2**53 else None
    elif kind in ("integer", "number") and isinstance(value, str):
        made = _number(value.strip(), kind)
    elif kind == "boolean" and isinstance(value, str):
        made = {"true": True, "false": False}.get(value.strip().lower())
    elif kind in ("array", "object") and isinstance(value, str):
        try:
            read = read_value(value, closed=True)
        except (Cut, Unreadable):
            return None
        made = read.value if _is(read.value, kind) and not value[read.end :].strip() else None
    return None if made is None else (made,)


def _number(words: str, kind: str) -> int | float | None:
    if _LEADING_ZERO.match(words):
        return None
    if _INTEGER.fullmatch(words):
        return int(words)
    if kind == "number" and _DECIMAL.fullmatch(words):
        made = float(words)
        return made if math.isfinite(made) else None
    return None


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and one == other


def _sized(kind: type | tuple[type, ...], broken: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    return lambda value, limit: isinstance(value, kind) and not isinstance(value, bool) and broken(value, limit)


def _unlike(value: str, pattern: str) -> bool:
    try:
        return re.search(pattern, value) is None
    except re.error:
        return False  # a pattern of another dialect; the tool itself will judge


_NUMBERS = (int, float)
_BROKEN: dict[str, Callable[[Any, Any], bool]] = {
    "minimum": _sized(_NUMBERS, lambda v, m: v < m),
    "maximum": _sized(_NUMBERS, lambda v, m: v > m),
    "exclusiveMinimum": _sized(_NUMBERS, lambda v, m: v <= m),
    "exclusiveMaximum": _sized(_NUMBERS, lambda v, m: v >= m),
    "minLength": _sized(str, lambda v, m: len(v) < m),
    "maxLength": _sized(str, lambda v, m: len(v) > m),
    "pattern": _sized(str, _unlike),
    "minItems": _sized(list, lambda v, m: len(v) < m),
    "maxItems": _sized(list, lambda v, m: len(v) > m),
}
