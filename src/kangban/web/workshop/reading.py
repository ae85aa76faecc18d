"""Fields of the editor → a definition, and back. Every fault names the field it stands in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar, cast, get_args

import msgspec

from kangban.kernel.errors import InvalidInput
from kangban.ports.agents import (
    AgentDefinition,
    Limits,
    ModelChoice,
    ParadigmName,
    ProtocolName,
)
from kangban.ports.chat_model import Place

PARADIGMS: tuple[ParadigmName, ...] = get_args(ParadigmName)
PROTOCOLS: tuple[ProtocolName, ...] = get_args(ProtocolName)
PLACES: tuple[Place, ...] = get_args(Place)
POLICIES = ("acts_only", "each_step", "free")
MOST_FALLBACKS = 4
_MOST_PAIRS = 2_000
_MOST_LETTERS = 200_000
_Number = TypeVar("_Number", int, float)


class Fields:
    """Names with their values in the order of the form; a name may come more than once."""

    def __init__(self, pairs: Any) -> None:
        """Raises InvalidInput for what no form of ours sends."""
        if not isinstance(pairs, list) or len(cast("list[Any]", pairs)) > _MOST_PAIRS:
            raise InvalidInput("no form of this page", field="form")
        self._pairs: list[tuple[str, str]] = []
        size = 0
        for one in cast("list[Any]", pairs):
            if not (isinstance(one, list) and len(cast("list[Any]", one)) == 2):
                raise InvalidInput("no form of this page", field="form")
            name, value = cast("list[Any]", one)
            if not (isinstance(name, str) and isinstance(value, str)):
                raise InvalidInput("no form of this page", field="form")
            size += len(value)
            self._pairs.append((name, value))
        if size > _MOST_LETTERS:
            raise InvalidInput("more than a form holds", field="form", key="error.too_big")

    def one(self, name: str) -> str:
        """The first value, without space around it; "" without one."""
        return next((value.strip() for key, value in self._pairs if key == name), "")

    def raw(self, name: str) -> str:
        """The first value as it was typed."""
        return next((value for key, value in self._pairs if key == name), "")

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a name."""
        return tuple(value for key, value in self._pairs if key == name)

    def has(self, name: str) -> bool:
        """Whether the name came at all: a box that is not ticked does not."""
        return any(key == name for key, _ in self._pairs)


def definition_of(pairs: Any, base: AgentDefinition | None = None) -> AgentDefinition:
    """What the editor says; raises InvalidInput with the dotted field. Whether it could run, the workshop checks.

    What the form does not show stays as it is in `base`.
    """
    base = base or AgentDefinition("")
    fields = pairs if isinstance(pairs, Fields) else Fields(pairs)
    before = dict(enumerate(base.model.fallback))
    fallback = tuple(
        _model(fields, f"fallback.{n}.", before.get(n, ModelChoice()))
        for n in range(MOST_FALLBACKS)
        if fields.one(f"fallback.{n}.url")
    )
    replace = msgspec.structs.replace
    return replace(
        base, name=fields.one("name"), title=fields.one("title"), description=fields.one("description"),
        paradigm=_chosen(fields, "paradigm", PARADIGMS),
        model=replace(_model(fields, "model.", base.model), fallback=fallback),
        prompt=fields.raw("prompt").strip(), tools=fields.all("tools"), limits=_limits(fields, base.limits),
        memory=replace(
            base.memory, window=_number(fields, "memory.window", int, 12) or 12,
            summarise=fields.has("memory.summarise"), notes=fields.has("memory.notes"),
        ),
        parts=tuple(_lines(fields.raw("parts"))), edges=_edges(fields.raw("edges")), durable=fields.has("durable"),
        approve=fields.all("approve"), policy=_chosen(fields, "policy", POLICIES),
    )  # fmt: skip


def _model(fields: Fields, start: str, base: ModelChoice) -> ModelChoice:
    temperature = _number(fields, f"{start}temperature", float, None)
    return msgspec.structs.replace(
        base, url=fields.one(f"{start}url"), name=fields.one(f"{start}name"), secret=fields.one(f"{start}secret"),
        place=_chosen(fields, f"{start}place", PLACES), protocol=_chosen(fields, f"{start}protocol", PROTOCOLS, "auto"),
        temperature=temperature, images=fields.has(f"{start}images"),
        at_once=_number(fields, f"{start}at_once", int, None),
        per_minute=_number(fields, f"{start}per_minute", int, None),
    )  # fmt: skip


def _limits(fields: Fields, base: Limits) -> Limits:
    usual = Limits()
    per_tool: dict[str, int] = {}
    for line in _lines(fields.raw("limits.per_tool")):
        name, _, most = line.rpartition(" ")
        if not name or not most.isdecimal() or len(most) > 6:
            raise InvalidInput("a line is a tool and a number", field="limits.per_tool", key="workshop.bad_limit")
        per_tool[name.strip(" :：")] = int(most)
    return msgspec.structs.replace(
        base, rounds=_number(fields, "limits.rounds", int, usual.rounds) or 0,
        tool_calls=_number(fields, "limits.tool_calls", int, usual.tool_calls) or 0,
        tokens=_number(fields, "limits.tokens", int, usual.tokens),
        seconds=_number(fields, "limits.seconds", float, usual.seconds),
        money=_number(fields, "limits.money", float, None), per_tool=per_tool,
    )  # fmt: skip


def _number(
    fields: Fields, name: str, kind: Callable[[str], _Number], usual: _Number | None
) -> _Number | None:  # fmt: skip
    words = fields.one(name)
    if not words:
        return usual
    try:
        if len(words) > 20:
            raise ValueError
        return kind(words)
    except ValueError:
        raise InvalidInput("this is no number", field=name, key="workshop.bad_limit") from None


def _chosen(fields: Fields, name: str, choices: Sequence[Any], usual: str = "") -> Any:
    told = fields.one(name) or usual or choices[0]
    if told not in choices:
        raise InvalidInput(f"one of {', '.join(choices)}", field=name)
    return choices[choices.index(told)]  # the same word as in the shape, so that usual values are left out of papers


def _lines(words: str) -> Iterable[str]:
    return (line.strip() for line in words.splitlines() if line.strip())


def _edges(words: str) -> tuple[tuple[str, str, str], ...]:
    found: list[tuple[str, str, str]] = []
    for line in _lines(words):
        ways, _, word = line.replace("：", ":").partition(":")
        start, arrow, end = ways.replace("→", "->").partition("->")
        if not arrow or not start.strip() or not end.strip():
            raise InvalidInput("a line is FROM -> TO, or FROM -> TO: WORD", field="edges", key="web_workshop.bad_line")
        found.append((start.strip(), end.strip(), word.strip()))
    return tuple(found)


def edges_text(edges: Iterable[tuple[str, str, str]]) -> str:
    """Edges as the editor shows them, one a line."""
    return "\n".join(f"{a} -> {b}" + (f": {word}" if word else "") for a, b, word in edges)


def per_tool_text(limits: Limits) -> str:
    """Limits of single tools, one a line."""
    return "\n".join(f"{name} {most}" for name, most in limits.per_tool.items())
