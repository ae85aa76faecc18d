"""What a model is told when its call could not be executed: what was wrong, which tools there are, the schema."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from rapidfuzz import fuzz, process

from kangban.ports.chat_model import ToolDescription

_LONGEST_SCHEMA = 6000
_MOST_NAMES = 60


def unknown_tool(name: str, tools: Sequence[ToolDescription]) -> str:
    """There is no such tool: the list of those there are, and the nearest."""
    names = [each.name for each in tools]
    if not names:
        return "There are no tools; answer in words."
    near = process.extractOne(name, names, scorer=fuzz.WRatio, score_cutoff=60)
    nearest = f" The nearest is {near[0]}." if near else ""
    return f"There is no tool {name[:60]!r}. The tools are: {', '.join(names[:_MOST_NAMES])}.{nearest}"


def wrong_arguments(tool: ToolDescription, faults: Sequence[str]) -> str:
    """What is wrong with the arguments, and the schema they must keep."""
    schema = msgspec.json.encode(tool.parameters).decode()
    shown = schema if len(schema) <= _LONGEST_SCHEMA else schema[:_LONGEST_SCHEMA] + " …"
    why = "; ".join(faults)
    return f"The call of {tool.name} was not executed: {why}. Its arguments must keep this JSON Schema: {shown}"


def unclear(why: str, tools: Sequence[ToolDescription]) -> str:
    """Nothing was executed because the message could not be read in one way only."""
    names = ", ".join(each.name for each in tools[:_MOST_NAMES])
    return f"Nothing was executed: {why}. Send the whole call again, with literal values. The tools are: {names}."
