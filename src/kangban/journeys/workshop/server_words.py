"""What a stranger's server says of its tools, cut and cleaned before anybody keeps or reads it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final, cast

import msgspec

from kangban.agent.draft import plain_words
from kangban.kernel.canonical import canonical_json
from kangban.kernel.errors import InvalidInput
from kangban.ports.tool_servers import AcceptedTool, RemoteTool, fingerprint

MOST_TOOLS: Final = 128
MOST_DESCRIPTION: Final = 1_200
MOST_SCHEMA: Final = 20_000  # characters as JSON
_MOST_PART = 300
_DEEPEST = 12
_LONGEST_NAME = 64  # what the model servers take
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# Words of a schema that say how a value must be. Whatever else stands in it could only talk to a model.
_WORDS = frozenset(
    {
        "type", "properties", "required", "items", "prefixItems", "enum", "const", "anyOf", "oneOf", "allOf", "not",
        "additionalProperties", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
        "minLength", "maxLength", "pattern", "format", "minItems", "maxItems", "uniqueItems", "minProperties",
        "maxProperties", "description", "default", "$ref", "$defs", "definitions", "contentEncoding",
        "contentMediaType", "x-media",
    }
)  # fmt: skip
_BY_NAME = frozenset({"properties", "$defs", "definitions"})
_VALUES = frozenset({"enum", "const", "default", "required"})


def cleaned_tools(server: str, told: Sequence[RemoteTool]) -> tuple[tuple[AcceptedTool, ...], dict[str, str]]:
    """What can be taken, as it would be kept, and why the rest cannot, by the server's own name."""
    taken: list[AcceptedTool] = []
    refused: dict[str, str] = {}
    names: set[str] = set()
    for one in told:
        shown = _CONTROL.sub("", one.name)[:80]
        if len(taken) >= MOST_TOOLS:
            refused[shown] = f"more than {MOST_TOOLS} tools"
            continue
        try:
            tool = cleaned(one)
        except InvalidInput as error:
            refused[shown] = error.message
            continue
        if any(tool.name == other.tool.name for other in taken):
            refused[shown] = "the name stands twice"
            continue
        local = _local(server, tool.name, names)
        names.add(local)
        taken.append(AcceptedTool(local, tool, fingerprint(one)))
    return tuple(taken), refused


def cleaned(tool: RemoteTool) -> RemoteTool:
    """A tool with its words cut and its schema reduced to what says how a value must be; raises InvalidInput."""
    if not tool.name or len(tool.name) > 256 or _CONTROL.search(tool.name):
        raise InvalidInput("no name that can be called")
    schema = _schema(tool.parameters, 0)
    if schema.get("type", "object") != "object":
        raise InvalidInput("its arguments are no object")
    if len(canonical_json(schema)) > MOST_SCHEMA:
        raise InvalidInput(f"its schema is longer than {MOST_SCHEMA} characters")
    if len(canonical_json(tool.detail)) > MOST_SCHEMA:
        raise InvalidInput("its description is too big")
    schema = {**schema, "type": "object", "properties": schema.get("properties", {})}
    return msgspec.structs.replace(
        tool, description=_words(tool.description, MOST_DESCRIPTION), parameters=schema
    )  # fmt: skip


def _local(server: str, name: str, taken: set[str]) -> str:
    bare = re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_") or "tool"
    whole = f"{server}__{bare}"[:_LONGEST_NAME]
    number = 2
    while whole in taken:
        ending = f"_{number}"
        whole = f"{server}__{bare}"[: _LONGEST_NAME - len(ending)] + ending
        number += 1
    return whole


def _words(text: str, most: int) -> str:
    bare = _CONTROL.sub("", plain_words(text[: most * 4])).strip()
    return bare if len(bare) <= most else f"{bare[: most - 1]}…"


def _schema(part: Any, depth: int) -> dict[str, Any]:
    if not isinstance(part, dict) or depth > _DEEPEST:
        raise InvalidInput("its schema is none, or too deep")
    kept: dict[str, Any] = {}
    for key, value in cast("dict[str, Any]", part).items():
        if key not in _WORDS:
            continue
        if key == "description":
            kept[key] = _words(str(value), _MOST_PART)
        elif key == "$ref" and not str(value).startswith("#/"):
            raise InvalidInput("its schema leads elsewhere")
        elif key in _BY_NAME:
            kept[key] = _named(value, depth)
        else:
            kept[key] = value if key in _VALUES else _value(value, depth)
    return kept


def _named(value: Any, depth: int) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidInput("its schema is none, or too deep")
    told = cast("dict[str, Any]", value)
    if any(_CONTROL.search(key) or len(key) > 128 for key in told):
        raise InvalidInput("an argument has no name that can be written")
    return {key: one if isinstance(one, bool) else _schema(one, depth + 1) for key, one in told.items()}


def _value(value: Any, depth: int) -> Any:
    if isinstance(value, dict):
        return _schema(value, depth + 1)
    if isinstance(value, list):
        return [
            _schema(one, depth + 1) if isinstance(one, dict) else one for one in cast("list[Any]", value)
        ]  # fmt: skip
    return value
