"""A ReWOO plan as a model writes it: lines `#E1 = tool[{…}]`, references in them, and its faults."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from typing import Any, cast

import msgspec

from kangban.kernel.canonical import canonical_json

_STEP = re.compile(
    r"#E(?P<number>\d{1,3})\s*[=＝:：]\s*(?P<tool>[A-Za-z_][\w.-]*)\s*[\[(（【]?\s*(?=[{\]）)】]|$)", re.MULTILINE
)
_REFERENCE = re.compile(r"#E(\d{1,3})((?:\.[\w-]+)*)")
_DECODER = json.JSONDecoder()
MOST_STEPS = 24


class PlanStep(msgspec.Struct, frozen=True):
    """One step: its number, the tool, its arguments with references still in them, and the steps it needs."""

    number: int
    tool: str
    arguments: dict[str, Any]
    needs: frozenset[int]


class ParsedPlan(msgspec.Struct, frozen=True):
    """Steps in order, and what keeps the plan from being carried out (short English, for a model)."""

    steps: tuple[PlanStep, ...]
    faults: tuple[str, ...]


def parse_plan(written: str, tools: Collection[str]) -> ParsedPlan:
    """Read a plan; never raises. A text without any step is a plan of no steps."""
    steps: dict[int, PlanStep] = {}
    faults: list[str] = []
    for found in _STEP.finditer(written):
        number, tool = int(found["number"]), found["tool"]
        arguments: dict[str, Any] | None = {}
        if written[found.end() : found.end() + 1] == "{":
            arguments = _object_at(written, found.end())
        if arguments is None:
            faults.append(f"#E{number} has no complete JSON object")
            continue
        if tool not in tools:
            faults.append(f"#E{number} names no tool there is: {tool}; there are {', '.join(sorted(tools))}")
        if number in steps:
            faults.append(f"#E{number} is there twice")
        needs = frozenset(int(n) for n, _ in _REFERENCE.findall(canonical_json(arguments)))
        steps[number] = PlanStep(number, tool, arguments, needs)
    faults += [
        f"#E{s.number} needs #E{n}, which is no earlier step"
        for s in steps.values()
        for n in sorted(s.needs)
        if n not in steps or n >= s.number
    ]
    if len(steps) > MOST_STEPS:
        faults.append(f"more than {MOST_STEPS} steps")
    stray = len(re.findall(r"^\s*#E\d+\s*[=＝:：]", written, re.MULTILINE)) - len(_STEP.findall(written))
    if stray > 0:
        faults.append("a line is not of the shape #E1 = tool[{...}]")
    return ParsedPlan(tuple(steps[n] for n in sorted(steps)), tuple(dict.fromkeys(faults)))


def filled(value: Any, results: Mapping[int, Any]) -> Any:
    """Arguments with references replaced: a whole "#E1.field" by the value itself, one inside a text by its words."""
    if isinstance(value, str):
        whole = _REFERENCE.fullmatch(value.strip())
        if whole is not None:
            return _value_of(whole, results)
        return _REFERENCE.sub(lambda found: _words(_value_of(found, results)), value)
    if isinstance(value, dict):
        return {key: filled(one, results) for key, one in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [filled(one, results) for one in cast("list[Any]", value)]
    return value


def _value_of(found: re.Match[str], results: Mapping[int, Any]) -> Any:
    value = results.get(int(found[1]))
    for name in found[2].split(".")[1:]:
        if isinstance(value, dict) and name in value:
            value = cast("dict[str, Any]", value)[name]
        elif isinstance(value, list) and name.isdigit() and int(name) < len(cast("list[Any]", value)):
            value = cast("list[Any]", value)[int(name)]
        else:
            return None
    return value


def _words(value: Any) -> str:
    return value if isinstance(value, str) else canonical_json(value)


def _object_at(written: str, start: int) -> dict[str, Any] | None:
    try:
        value, _ = _DECODER.raw_decode(written, start)
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None
