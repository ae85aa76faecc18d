"""Every built-in tool, by group. Rooms are loaded when they are asked for: no start pays for a catalogue."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from functools import lru_cache

import msgspec

from kangban.kernel.errors import NotFound
from kangban.ports.tool import ToolSpec

# Each room offers `tools.TOOLS`; a tool that stands in none of these lists does not exist.
ROOMS = ("web", "compute", "senses")


@lru_cache(maxsize=1)
def all_tools() -> tuple[ToolSpec, ...]:
    """The tools of the family chat as group "clinical", then those of every room. Names are unique."""
    from kangban.toolbox.catalog import TOOLS
    from kangban.toolbox.find_tools import find_tools_tool

    tools = [msgspec.structs.replace(each, group="clinical") for each in TOOLS]
    for room in ROOMS:
        tools += room_tools(room)
    return (*tools, find_tools_tool(tuple(tools)))


def room_tools(room: str) -> tuple[ToolSpec, ...]:
    """The list of one room; empty where the room is not built."""
    place = f"kangban.toolbox.{room}.tools"
    try:
        return importlib.import_module(place).TOOLS
    except ModuleNotFoundError as error:
        if error.name is not None and place.startswith(error.name):
            return ()
        raise


def groups(tools: Sequence[ToolSpec]) -> dict[str, tuple[ToolSpec, ...]]:
    """Group → its tools, both in the order given."""
    found: dict[str, tuple[ToolSpec, ...]] = {}
    for each in tools:
        found[each.group] = (*found.get(each.group, ()), each)
    return found


def get_tool(name: str) -> ToolSpec:
    """A built-in tool by name; raises NotFound."""
    for each in all_tools():
        if each.name == name:
            return each
    raise NotFound("there is no tool of this name", field="name")
