"""A model's message → the calls it means. All of them or none: ambiguous output is never executed."""

from __future__ import annotations

import ast
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, cast

import msgspec

from kangban.agent.recovery.bodies import arguments_in, code_argument, keywords_of, only_text, python_calls
from kangban.agent.recovery.chunks import Chunk, Split, unfenced, without_thoughts
from kangban.agent.recovery.correcting import unclear, unknown_tool, wrong_arguments
from kangban.agent.recovery.fitting import fit
from kangban.agent.recovery.loose_json import read_value
from kangban.agent.recovery.prose import find_calls
from kangban.agent.recovery.quoting import Cut, Unreadable
from kangban.agent.recovery.react import has_markers, split_react, without_repeats
from kangban.agent.recovery.shapes import RawCall
from kangban.agent.recovery.tags import has_tags, split_tags
from kangban.ports.agents import ProtocolName
from kangban.ports.chat_model import ToolDescription

_CUT = "the message breaks off in the middle of a value"
_INTERPRETERS = ("python", "python_interpreter", "pythoninterpreter", "ipythoninterpreter", "interpreter", "run_python")


class ParsedCall(msgspec.Struct, frozen=True):
    """A call that may be executed: a known tool, arguments that keep its schema."""

    name: str
    arguments: dict[str, Any]


class Parsed(msgspec.Struct, frozen=True):
    """`calls` are empty when `correction`, the text for the model, is not None. `answer` is the text for the person."""

    calls: tuple[ParsedCall, ...] = ()
    repaired: bool = False
    correction: str | None = None
    answer: str = ""


class _Refused(Exception):
    """Nothing of the message may be executed; the message is the correction."""


def parse_output(protocol: ProtocolName, text: str, tools: Sequence[ToolDescription], *, cut: bool = False) -> Parsed:
    """Read one message. `cut`: the server says that it was cut off, so an open end is no end.

    "native" reads what a server failed to turn into calls, and {"tool_calls": […]} as servers write it.
    """
    known = {each.name: each for each in tools}
    said = without_thoughts(text)
    try:
        if protocol == "react_text" and has_markers(said):
            return _chunked(split_react(said), known, cut)
        if has_tags(said):
            return _chunked(split_tags(said), known, cut)
        if called := _python_said(said, known):
            return Parsed(_all_fitted(called, known)[0], repaired=True)
        found = find_calls(said, known)
        if found.fault:
            raise _Refused(unclear(found.fault, tools))
        if found.calls:
            calls, changed = _all_fitted(found.calls, known)
            return Parsed(calls, repaired=found.repaired or changed)
        return Parsed(answer=found.answer if found.answer is not None else said.strip())
    except _Refused as refused:
        return Parsed(repaired=True, correction=str(refused))


def fit_call(name: str, arguments: Any, tools: Sequence[ToolDescription]) -> Parsed:
    """One call that came apart from the text; `arguments` as parsed, or the text that could not be parsed."""
    known = {each.name: each for each in tools}
    try:
        call, changed = _fitted(RawCall(name, arguments), known)
    except _Refused as refused:
        return Parsed(repaired=True, correction=str(refused))
    return Parsed((call,), repaired=changed or isinstance(arguments, str))


def _chunked(split: Split, known: Mapping[str, ToolDescription], cut: bool) -> Parsed:
    if split.fault:
        raise _Refused(unclear(split.fault, list(known.values())))
    calls: list[RawCall] = []
    repaired = split.repaired
    for number, chunk in enumerate(split.chunks):
        whole = chunk.closed and not (cut and number == len(split.chunks) - 1)
        if cut and not whole and number == len(split.chunks) - 1:
            raise _Refused(unclear(_CUT, list(known.values())))
        found, mended = _in_chunk(chunk, known)
        repaired = repaired or mended
        calls += found
    fitted, changed = _all_fitted(calls, known)
    return Parsed(fitted, repaired or changed, None, split.answer)


def _in_chunk(chunk: Chunk, known: Mapping[str, ToolDescription]) -> tuple[list[RawCall], bool]:
    if chunk.code:
        return [_program(chunk, known)], False
    if chunk.name:
        name, body = chunk.name, without_repeats(chunk.body)
        if name not in known and not body.strip():
            name, body = _name_and_body(name, known)
        tool = _tool(name, known)
        try:
            arguments, repaired = arguments_in(body, tool, closed=chunk.closed)
        except Cut:
            raise _Refused(wrong_arguments(tool, [_CUT])) from None
        except Unreadable as error:
            raise _Refused(wrong_arguments(tool, [str(error)])) from None
        return [RawCall(tool.name, arguments)], repaired or name != chunk.name
    body, fenced, _ = unfenced(chunk.body)
    found = find_calls(body, known, closed=chunk.closed)
    if found.fault or not found.calls:
        raise _Refused(unclear(found.fault or "the marker holds no call that can be read", list(known.values())))
    return list(found.calls), found.repaired or fenced


def _name_and_body(words: str, known: Mapping[str, ToolDescription]) -> tuple[str, str]:
    """`weather(city="北京")` and `weather {"city": …}` in the place of a name."""
    for name in known:
        rest = words.removeprefix(name)
        if rest != words and rest.lstrip()[:1] in ("(", "（", "{", "｛"):
            return name, words if rest.lstrip()[0] in "(（" else rest
    return words, ""


def _program(chunk: Chunk, known: Mapping[str, ToolDescription]) -> RawCall:
    code, fenced, fence_closed = unfenced(chunk.body)
    takers = [each for each in known.values() if code_argument(each)]
    named = [each for each in takers if each.name.lower() in _INTERPRETERS] or takers
    if len(named) != 1:
        raise _Refused(unclear("there is no single tool that runs programs", list(known.values())))
    if not (fence_closed if fenced else chunk.closed):
        raise _Refused(unclear(_CUT, list(known.values())))
    return RawCall(named[0].name, {code_argument(named[0]) or "code": code})


def _python_said(text: str, known: Mapping[str, ToolDescription]) -> list[RawCall]:
    """Calls of a message that is nothing but calls written as Python; [] for any other."""
    bare = unfenced(text)[0]
    if not bare.endswith((")", "]")) or "(" not in bare:
        return []
    nodes = python_calls(bare)
    names = [each.func.id for each in nodes if isinstance(each.func, ast.Name)]
    if not nodes or not all(name in known for name in names):
        return []
    found: list[RawCall] = []
    for name, node in zip(names, nodes, strict=True):
        try:
            found.append(RawCall(name, keywords_of(node, known[name])))
        except Unreadable as error:
            raise _Refused(wrong_arguments(known[name], [str(error)])) from None
    return found


def _tool(name: str, known: Mapping[str, ToolDescription]) -> ToolDescription:
    bare = unicodedata.normalize("NFKC", name).strip().strip("`*\"'[]<>()").removeprefix("functions.")
    if bare not in known:
        raise _Refused(unknown_tool(name, list(known.values())))
    return known[bare]


def _all_fitted(calls: Sequence[RawCall], known: Mapping[str, ToolDescription]) -> tuple[tuple[ParsedCall, ...], bool]:
    fitted = [_fitted(each, known) for each in calls]
    unique: list[ParsedCall] = []
    for call, _ in fitted:
        if call not in unique:
            unique.append(call)
    return tuple(unique), any(changed for _, changed in fitted) or len(unique) < len(fitted)


def _fitted(call: RawCall, known: Mapping[str, ToolDescription]) -> tuple[ParsedCall, bool]:
    tool = _tool(call.name, known)
    arguments, mended = call.arguments, call.name != tool.name
    if isinstance(arguments, str):
        written = arguments
        arguments = _strictly(written)
        try:
            if arguments is None:
                arguments, mended = arguments_in(written, tool, closed=False)[0], True
        except Cut:
            raise _Refused(wrong_arguments(tool, [_CUT])) from None
        except Unreadable as error:
            raise _Refused(wrong_arguments(tool, [str(error)])) from None
    if not isinstance(arguments, dict):
        only = only_text(tool) if isinstance(arguments, str) else None
        if only is None:
            raise _Refused(wrong_arguments(tool, ["the arguments are no JSON object"]))
        arguments, mended = {only: arguments}, True
    fitted = fit(arguments, tool.parameters)
    if fitted.faults:
        raise _Refused(wrong_arguments(tool, fitted.faults))
    return ParsedCall(tool.name, fitted.value), mended or fitted.changed


def _strictly(words: str) -> dict[str, Any] | None:
    """Arguments as servers encode them; None when they are anything else, or say a key twice."""
    try:
        read = read_value(words, closed=True)
    except (Cut, Unreadable):
        return None
    whole = isinstance(read.value, dict) and not read.repaired and not words[read.end :].strip()
    return cast("dict[str, Any]", read.value) if whole else None
