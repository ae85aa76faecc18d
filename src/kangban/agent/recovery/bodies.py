"""The arguments in a chunk whose tool is known by name, however they are written."""

from __future__ import annotations

import ast
import re
from typing import Any, cast

from kangban.agent.recovery.chunks import unfenced
from kangban.agent.recovery.loose_json import read_value
from kangban.agent.recovery.quoting import Cut, Unreadable
from kangban.agent.recovery.shapes import shape_of
from kangban.agent.recovery.tags import parameters_of
from kangban.ports.chat_model import ToolDescription

_CALLED = re.compile(r"\A([\w.-]+)\s*[(（](.*)[)）]\s*;?\s*\Z", re.DOTALL)
_STARTS = "{[｛［\"'“‘\\"
_LINE = re.compile(r"\A\s*[-*]?\s*[\"'`]?(\w+)[\"'`]?\s*[:：=]\s*(.*?)\s*\Z")
_OTHER = re.compile(r"[{｛]|\bor\b|或者|还是", re.IGNORECASE)


def arguments_in(body: str, tool: ToolDescription, *, closed: bool) -> tuple[Any, bool]:
    """(arguments, whether they were repaired); raises Cut or Unreadable.

    `closed`: the model itself ended the body. Text alone is taken as the one text argument a tool has.
    """
    words, fenced, fence_closed = unfenced(body)
    if fenced and not fence_closed and not closed:
        raise Cut
    closed = closed or fence_closed
    if not words.strip():
        if tool.parameters.get("properties"):
            raise Unreadable("the arguments are missing")
        return {}, False
    written = parameters_of(words)
    if written is not None:
        return written, True
    if words.lstrip()[0] not in _STARTS:
        return _plain(words, tool), True
    value: Any
    value, repaired = _value(words, tool, closed)
    if isinstance(value, str):
        value, repaired = _said(value, tool), True
    members = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
    if members and not set(members) & set(tool.parameters.get("properties", {})):
        inner = shape_of(members, (tool.name,)).calls
        if len(inner) == 1 and inner[0].name == tool.name:
            value, repaired = inner[0].arguments, True
        elif len(members) == 1 and next(iter(members)) in ("arguments", "parameters", "args", "input"):
            value, repaired = next(iter(members.values())), True
        if isinstance(value, str):
            value = _said(value, tool)
    return cast("Any", value), repaired or fenced


def _value(words: str, tool: ToolDescription, closed: bool) -> tuple[Any, bool]:
    start = words.lstrip()
    if re.match(r"\{\s*\\\"", start):  # the inside of an encoded string, without its quotes
        words = start.replace('\\"', '"')
    try:
        read = read_value(words, closed=closed)
    except Unreadable:
        # A program in the place of arguments: a list comprehension, a string put together.
        if code_argument(tool) and start[0] not in "{｛":
            return words, True
        raise
    rest = words[read.end :].strip().strip("`~;；。}")
    if rest and (_OTHER.search(rest) or not isinstance(read.value, dict)):
        raise Unreadable("more than one value stands there")
    return cast("Any", read.value), read.repaired or bool(rest)


def _said(value: str, tool: ToolDescription) -> Any:
    """What a string in the place of arguments means: an object written twice, or the tool's one text argument."""
    bare = value.strip()
    if bare[:1] in "{｛" and bare:
        read = read_value(bare, closed=False)
        if bare[read.end :].strip():
            raise Unreadable("more than one value stands there")
        return read.value
    only = only_text(tool)
    if only is None:
        raise Unreadable("the arguments are no JSON object")
    return {only: value}


def _plain(words: str, tool: ToolDescription) -> Any:
    called = _CALLED.match(words.strip())
    if called and called[1] == tool.name:
        return keywords(called[2], tool)
    known = tool.parameters.get("properties", {})
    lines = [_LINE.match(line) for line in words.splitlines() if line.strip()]
    if lines and all(line is not None and line[1] in known and line[2] for line in lines):
        pairs = [(line[1], line[2].strip("\"'“”`,，")) for line in lines if line is not None]
        if len({key for key, _ in pairs}) == len(pairs) and not any(
            re.search(r"[,，]\s*\w+\s*[:：=]", v) for _, v in pairs
        ):
            return dict(pairs)
    only = only_text(tool)
    if only is None or words.lstrip()[0] in "<$`":
        raise Unreadable("the arguments are no JSON object")
    return {only: words.strip()}


def keywords(words: str, tool: ToolDescription) -> dict[str, Any]:
    """Arguments written as Python, `city="北京", days=2`; raises Unreadable for anything but plain values."""
    nodes = python_calls(f"f({words})")
    if len(nodes) != 1:
        raise Unreadable("the arguments cannot be read")
    return keywords_of(nodes[0], tool)


def python_calls(words: str) -> list[ast.Call]:
    """The calls of a Python expression that is a call or a list of calls, each by a plain name; else []."""
    try:
        node = ast.parse(words.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    nodes = node.elts if isinstance(node, ast.List) else [node]
    calls = [each for each in nodes if isinstance(each, ast.Call) and isinstance(each.func, ast.Name)]
    return calls if len(calls) == len(nodes) else []


def keywords_of(node: ast.Call, tool: ToolDescription) -> dict[str, Any]:
    """The arguments of one call; raises Unreadable for anything but plain values."""
    found: dict[str, Any] = {}
    only = only_text(tool)
    try:
        for each in node.args:
            if only is None or len(node.args) > 1 or node.keywords:
                raise Unreadable("the arguments have no names")
            found[only] = ast.literal_eval(each)
        for each in node.keywords:
            if each.arg is None or each.arg in found:
                raise Unreadable("the arguments have no single names")
            found[each.arg] = ast.literal_eval(each.value)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        raise Unreadable("an argument is program text") from None
    return found


def only_text(tool: ToolDescription) -> str | None:
    """The one argument a tool has, or the one it must have, when that is text; else None."""
    known: dict[str, Any] = tool.parameters.get("properties", {})
    must: list[str] = tool.parameters.get("required", [])
    names = list(known) if len(known) == 1 else must if len(must) == 1 else []
    return names[0] if names and known.get(names[0], {}).get("type") == "string" else None


def code_argument(tool: ToolDescription) -> str | None:
    """The argument that takes a program, or None."""
    known: dict[str, Any] = tool.parameters.get("properties", {})
    return next((name for name in ("code", "command", "script", "program") if name in known), None)
