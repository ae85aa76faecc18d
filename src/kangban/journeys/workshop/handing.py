"""What leaves a run other than as text: calls for the caller's tools, and a JSON object. Both pass the guard first."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, cast

import msgspec

from kangban.agent.paradigms.run import Outcome
from kangban.journeys.house import House
from kangban.journeys.workshop.guarding import Question, judged
from kangban.ports.chat_model import ToolCall

_MISSING = frozenset({"citation_support", "numbers", "urgency"})


async def may_hand(house: House, question: Question, outcome: Outcome, calls: Sequence[ToolCall], brain: str) -> bool:
    """Whether calls may go to the caller: a prescription in an argument is one all the same.

    What is only missing is no reason: a query cites no source and names no urgency.
    """
    words = [text for one in calls for text in readings(one.arguments or {})]
    verdicts = await judged(house, question, outcome, words, brain)
    failed = {one.name for verdict in verdicts for one in verdict.checks if one.outcome in ("fail", "error")}
    return failed <= _MISSING and all(verdict.decision in ("release", "amend") for verdict in verdicts)


async def object_of(house: House, question: Question, outcome: Outcome, brain: str) -> str:
    """The JSON value of a run's text as it was written, once every word in it has passed the guard; "" otherwise."""
    written = _bare(outcome.text)
    try:
        value: Any = msgspec.json.decode(written)
        # Where a key stands twice, one of its values would leave unread.
        json.loads(written, object_pairs_hook=_each_once)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return ""
    if not isinstance(value, dict | list):
        return ""
    told = readings(cast("object", value))
    verdicts = await judged(house, question, outcome, told, brain)
    return written if all(verdict.decision == "release" for verdict in verdicts) else ""


def readings(value: object) -> list[str]:
    """How the words of a JSON value may be read: each text on a line, and all of it as one sentence with its keys.

    A dose cut into fields is still a dose.
    """
    leaves = list(_leaves(value))
    lines = "\n".join(text for _, text, is_text in leaves if is_text and text.strip())
    sentence = " ".join(f"{key} {text}".strip() for key, text, _ in leaves)
    bare = " ".join(text for _, text, _ in leaves if text)
    return [one for one in dict.fromkeys((lines, sentence, bare)) if one.strip()]


def _leaves(value: object) -> Iterator[tuple[str, str, bool]]:
    waiting = [("", value)]
    while waiting:
        key, one = waiting.pop()
        if isinstance(one, dict | list) and key and (isinstance(one, dict) or not one):
            yield key, "", False  # the name of a branch is read too, and that of an empty one
        if isinstance(one, dict):
            waiting += reversed(list(cast("dict[str, object]", one).items()))
        elif isinstance(one, list):
            waiting += [(key, each) for each in reversed(cast("list[object]", one))]
        elif isinstance(one, bool) or one is None:
            yield key, "", False
        else:
            yield key, str(one), isinstance(one, str)


def _each_once(pairs: list[tuple[str, Any]]) -> None:
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError


def _bare(text: str) -> str:
    """Without the fence that models put around JSON."""
    text = text.strip()
    if text.startswith("```") and text.endswith("```"):
        text = text[3:-3].removeprefix("json").strip()
    return text
