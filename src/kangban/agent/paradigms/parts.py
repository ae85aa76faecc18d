"""Agents made of agents: one after the other, or along the edges of a graph; depth and visits are bounded."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from kangban.kernel.errors import InvalidInput
from kangban.ports.agents import AgentDefinition
from kangban.ports.chat_model import ChatModel
from kangban.ports.tool import ToolSpec

MOST_DEPTH = 4  # agents within agents
MOST_VISITS = 24  # agents at work in one run
COMPOSED = frozenset({"sequence", "graph"})
_EDGE_PUNCTUATION = re.compile(r"[\s。.!！?？\"'”’*_`]+$")


class Part(msgspec.Struct, frozen=True):
    """An agent that takes part in another's run, with its own model, tools and system message."""

    definition: AgentDefinition
    model: ChatModel
    tools: tuple[ToolSpec, ...] = ()
    system: str = ""


def check_parts(definition: AgentDefinition, known: Mapping[str, AgentDefinition]) -> None:
    """Raises InvalidInput for parts that are not there, edges between no parts, and agents that contain themselves."""
    _check(definition, known, (definition.name,))


def _check(definition: AgentDefinition, known: Mapping[str, AgentDefinition], above: tuple[str, ...]) -> None:
    composed = definition.paradigm in COMPOSED
    if composed and not definition.parts:
        raise InvalidInput("a sequence or graph needs parts", field="parts", key="workshop.no_parts")
    if definition.parts and not composed and definition.paradigm != "reflexion":
        raise InvalidInput(f"{definition.paradigm} takes no parts", field="parts", key="workshop.takes_no_parts")
    if definition.paradigm == "reflexion" and len(definition.parts) > 1:
        raise InvalidInput("reflexion wraps one agent", field="parts", key="workshop.one_part")
    for start, end, _ in definition.edges:
        if definition.paradigm != "graph" or not {start, end} <= set(definition.parts):
            raise InvalidInput("an edge joins two parts of a graph", field="edges", key="workshop.bad_edge")
    for name in definition.parts:
        if name in above:
            chain = " → ".join((*above, name))
            raise InvalidInput(f"an agent contains itself: {chain}", field="parts", key="workshop.recursive")
        if name not in known:
            raise InvalidInput(f"no such agent: {name}", field="parts", key="workshop.unknown_part")
        if len(above) >= MOST_DEPTH:
            raise InvalidInput(f"more than {MOST_DEPTH} agents within agents", field="parts", key="workshop.too_deep")
        _check(known[name], known, (*above, name))


def next_part(definition: AgentDefinition, at: str, said: str) -> str | None:
    """Where a graph goes on: the first edge whose word the part ended with, else the first without a word."""
    ended = _EDGE_PUNCTUATION.sub("", said).casefold()
    going = [edge for edge in definition.edges if edge[0] == at]
    for _, end, word in going:
        if word and ended.endswith(word.casefold()):
            return end
    return next((end for _, end, word in going if not word), None)
