"""Tools as scripts send them: our own shape, or OpenAI's."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from kangban.kernel.errors import InvalidInput
from kangban.ports.chat_model import ToolDescription

MOST_WRITTEN = 200_000


class FunctionIn(msgspec.Struct):
    """Name, description and JSON Schema of the arguments."""

    name: str
    description: str | None = None
    parameters: dict[str, Any] | None = None


class ToolIn(msgspec.Struct):
    """A tool: `name` and `parameters`, or OpenAI's {"type": "function", "function": {…}}."""

    name: str | None = None
    description: str | None = None
    parameters: dict[str, Any] | None = None
    function: FunctionIn | None = None


class ParseIn(msgspec.Struct, forbid_unknown_fields=True):
    """tools parse."""

    text: str
    protocol: Literal["native", "react_text", "internlm2", "json_object", "auto"] = "native"
    tools: list[ToolIn] = []


def tool_descriptions(tools: list[ToolIn]) -> list[ToolDescription]:
    """Descriptions of the tools; raises InvalidInput for one without a name or with a schema that is no object's."""
    made: list[ToolDescription] = []
    for number, tool in enumerate(tools):
        one = tool.function or (FunctionIn(tool.name, tool.description, tool.parameters) if tool.name else None)
        if one is None or not one.name:
            raise InvalidInput("a tool has no name", field=f"tools[{number}].name")
        schema = one.parameters or {"type": "object", "properties": {}}
        if not _readable(schema):
            raise InvalidInput("the parameters are no JSON Schema of an object", field=f"tools[{number}].parameters")
        made.append(ToolDescription(one.name, one.description or "", schema))
    return made


def _readable(schema: dict[str, Any]) -> bool:
    properties = schema.get("properties", {})
    required = schema.get("required", [])
    return (
        schema.get("type", "object") == "object"
        and isinstance(properties, dict)
        and all(isinstance(each, dict) for each in properties.values())  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
        and isinstance(required, list)
        and all(isinstance(each, str) for each in required)  # pyright: ignore[reportUnknownVariableType]
    )


class ProbeIn(msgspec.Struct, forbid_unknown_fields=True):
    """models probe."""

    url: str
    model: str = ""
