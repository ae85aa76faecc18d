"""Which of the many shapes of a call a JSON value has."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, cast

import msgspec

from kangban.agent.recovery.quoting import Unreadable

_NAMES = ("name", "tool", "tool_name", "function", "function_name", "action", "api", "plugin")
_ARGUMENTS = ("arguments", "parameters", "args", "params", "input", "action_input", "tool_input", "kwargs")
_BOXES = ("tool_calls", "calls", "tool_call", "function_call", "actions", "functions")
_ANSWERS = ("answer", "final_answer", "final answer", "response")
# Stand beside a call and are no part of it.
_BESIDE = {
    "id", "type", "index", "thought", "thoughts", "reasoning", "explanation", "role", "content", "call_id",
}  # fmt: skip
FINISH = {"final answer", "final_answer", "finish", "answer", "finishaction", "最终答案"}
_DEEPEST = 6


class RawCall(msgspec.Struct, frozen=True):
    """A call as it was written: `arguments` is whatever stood there."""

    name: str
    arguments: Any


class Shape(msgspec.Struct, frozen=True):
    """What a value is: calls, or an answer, or (both empty) neither. `plain` when in the shape that was asked for."""

    calls: tuple[RawCall, ...] = ()
    answer: str | None = None


def shape_of(value: Any, tools: Collection[str], depth: int = 0) -> Shape:
    """Find calls or an answer in a value; raises Unreadable where it holds both, or arguments twice."""
    if depth > _DEEPEST:
        return Shape()
    if isinstance(value, list):
        found = [shape_of(each, tools, depth + 1) for each in cast("list[Any]", value)]
        calls = tuple(call for each in found for call in each.calls)
        if calls and not all(each.calls for each in found):
            raise Unreadable("a list holds calls and other things")
        return Shape(calls)
    if not isinstance(value, dict):
        return Shape()
    members = cast("dict[str, Any]", value)
    boxes = [members[key] for key in _BOXES if members.get(key)]
    answer = next((members[key] for key in _ANSWERS if isinstance(members.get(key), str) and members[key]), None)
    if boxes:
        inner = shape_of(boxes[0], tools, depth + 1)
        if len(boxes) > 1 or not inner.calls:
            raise Unreadable("the list of calls holds no call that can be read")
        if answer is not None:
            raise Unreadable("it is a call and an answer at once")
        return inner
    call = _call(members, tools, depth)
    if call is not None:
        return call
    return Shape(answer=answer)


def _call(members: dict[str, Any], tools: Collection[str], depth: int) -> Shape | None:
    given = [key for key in _ARGUMENTS if key in members]
    name_key = next((key for key in _NAMES if isinstance(members.get(key), str)), None)
    if name_key is None:
        return _nameless(members, given, tools, depth)
    name = members[name_key].strip().strip("`*\"'[]<>")
    if name.lower() in FINISH and name not in tools:
        text = members[given[0]] if given else None
        return Shape(answer=text if isinstance(text, str) else None)
    rest = {key: each for key, each in members.items() if key != name_key and key not in given and key not in _BESIDE}
    if given:
        values = [members[key] for key in given if members[key] not in (None, {}, "")]
        if rest or any(each != values[0] for each in values[1:]):
            raise Unreadable("a call has other keys beside its name and arguments")
        return Shape((RawCall(name, values[0] if values else {}),))
    if name in tools:
        return Shape((RawCall(name, rest),))
    return None


def _nameless(members: dict[str, Any], given: list[str], tools: Collection[str], depth: int) -> Shape | None:
    for key in _NAMES:
        if isinstance(members.get(key), dict):
            inner = shape_of(members[key], tools, depth + 1)
            return inner if inner.calls else None
    only = [key for key in members if key not in _BESIDE]
    if len(only) == 1 and isinstance(members[only[0]], dict):
        if only[0] in tools:
            return Shape((RawCall(only[0], members[only[0]]),))
        if given:
            inner = shape_of(members[only[0]], tools, depth + 1)
            return inner if inner.calls else None
    return None
