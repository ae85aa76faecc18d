"""Calls that stand in a message without any marker, and whether they were meant as calls."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection

import msgspec

from kangban.agent.recovery.loose_json import read_value
from kangban.agent.recovery.quoting import Cut, Unreadable
from kangban.agent.recovery.shapes import RawCall, shape_of

_OPENERS = re.compile(r"[{\[｛［]")
_LIKE_CALL = re.compile(
    r"""[{\[｛［]\s*(?:[{｛]\s*)?["'“‘]?(?:name|tool(?:_name|_calls?)?|function(?:_call)?|action|calls)["'”’]?\s*[:：]\s*\S""",
    re.IGNORECASE,
)
_DENIED = (
    r"(?:\bnot|n't|never|no need to|without)\s+(?:(?:going|need|have|want)\s+to\s+)?"
    r"(?:call|us(?:e|ing)|run|invok|execut)"
    r"|(?:不|没|未|勿|别|无需|无须)(?:再|需要|必|用|能|会|要|该|应|打算|想)*\s*(?:调用|使用|执行|运行|查|用)"
)
_EXAMPLE = re.compile(
    r"for example|for instance|e\.g\.|such as|looks? like|(?:would|could) be|in the form|an? example|format"
    r"|例如|比如|譬如|示例|格式|形如|样例|举例"
    rf"|{_DENIED}"
    r"|instead of|\bif\b|如果|假如|假设|是否(?:要|需要)|should i|shall i|要不要|\beither\b|要么"
    r"|昨天|之前调用|already called|earlier i called",
    re.IGNORECASE,
)
_OR = re.compile(r"\bor\b|或|还是|要么", re.IGNORECASE)
_SHUT = re.compile(r"[}\]｝］]")
_MOST_TRIES = 60


def _holds_call(text: str, start: int, alike: list[int]) -> bool:
    """Whether what cannot be read is a call or holds one: nothing is taken out of something broken.

    `alike` are the places where something like a call begins.
    """
    at = bisect_left(alike, start)
    return at < len(alike) and not _SHUT.search(text, start, alike[at])


def _inside_sentence(before: str, after: str) -> bool:
    """Whether words go on behind a call in the line that led to it: then it is spoken of."""
    return bool(re.search(r"\w", before.rsplit("\n", 1)[-1]) and re.search(r"[^\W_]", after.split("\n", 1)[0]))


class Found(msgspec.Struct, frozen=True):
    """Calls in prose; `fault` when something like a call stands there that must not be executed."""

    calls: tuple[RawCall, ...] = ()
    answer: str | None = None
    repaired: bool = False
    fault: str = ""


def find_calls(text: str, tools: Collection[str], *, closed: bool = False) -> Found:
    """Find every call in a text. Values that are no calls are text like any other."""
    calls: list[RawCall] = []
    answer: str | None = None
    alike: list[int] | None = None
    repaired = False
    at = ended = 0
    for _ in range(_MOST_TRIES):
        opener = _OPENERS.search(text, at)
        if opener is None:
            break
        start = opener.start()
        try:
            read = read_value(text, start, closed=closed)
        except (Cut, Unreadable) as error:
            alike = [each.start() for each in _LIKE_CALL.finditer(text)] if alike is None else alike
            if _holds_call(text, start, alike):
                why = "it is cut off in the middle" if isinstance(error, Cut) else str(error)
                return Found(fault=f"the call cannot be read: {why}", repaired=True)
            at = start + 1
            continue
        try:
            shape = shape_of(read.value, tools)
        except Unreadable as error:
            return Found(fault=str(error), repaired=True)
        if not shape.calls:
            answer = shape.answer if answer is None else answer
            at = read.end if isinstance(read.value, dict) else start + 1
            continue
        if calls and _OR.search(text[ended:start]):
            return Found(fault="it offers one call or another; make exactly the calls that are needed", repaired=True)
        before = text[max(ended, start - 160) : start]
        if _EXAMPLE.search(before.rsplit("\n\n", 1)[-1]) or _inside_sentence(before, text[read.end : read.end + 160]):
            return Found(fault="it is not clear whether this call was meant or only shown", repaired=True)
        for call in shape.calls:
            if call not in calls:
                calls.append(call)
        repaired = repaired or read.repaired or bool(before.strip())
        at = ended = read.end
    if calls and answer is not None:
        return Found(fault="it holds a call and an answer at once; give one of the two", repaired=True)
    return Found(tuple(calls), answer, repaired or bool(calls and text[ended:].strip()))
