"""Which of many tools fits a question: words, their stems and bigrams, and a table of words that mean the same."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, cast

import msgspec

from kangban.ports.chat_model import ToolDescription
from kangban.ports.tool import ToolSpec, tool
from kangban.toolbox.tool_synonyms import CONCEPTS, IDLE

_WORD = re.compile(r"[a-z][a-z0-9]*|\d+|[\u3400-\u9fff]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ENDINGS = ("ations", "ation", "ingly", "ings", "ing", "ies", "ied", "ers", "er", "ed", "es", "s", "e")
_WEIGHTS = {"name": 3.0, "description": 1.0, "arguments": 0.4}
_K1, _B = 1.2, 0.4


class ToolIndex:
    """BM25 over name, description and arguments of tools; made once, asked often."""

    def __init__(self, tools: Iterable[ToolDescription]) -> None:
        self._tools = tuple(tools)
        self._rows = [_weighed(each) for each in self._tools]
        self._length = [sum(row.values()) for row in self._rows]
        self._mean = sum(self._length) / max(1, len(self._rows))
        spread = Counter(word for row in self._rows for word in row)
        many = len(self._rows)
        self._idf = {word: math.log(1 + (many - n + 0.5) / (n + 0.5)) for word, n in spread.items()}

    def find(self, question: str, top: int = 5) -> list[tuple[ToolDescription, float]]:
        """At most `top` tools with a score above 0, the best first."""
        asked = Counter(_words(question))
        scored = [(self._score(asked, n), -n) for n in range(len(self._rows))]
        best = sorted((one for one in scored if one[0] > 0), reverse=True)[:top]
        return [(self._tools[-n], round(score, 4)) for score, n in best]

    def _score(self, asked: Counter[str], n: int) -> float:
        row, total = self._rows[n], 0.0
        weight = _K1 * (1 - _B + _B * self._length[n] / self._mean) if self._mean else _K1
        for word in asked:
            times = row.get(word, 0.0)
            if times:
                total += _share(word) * self._idf[word] * times * (_K1 + 1) / (times + weight)
        return total


def find_tools(question: str, tools: Sequence[ToolSpec], top: int = 5) -> list[ToolSpec]:
    """The tools that fit a question in Chinese or English best; [] when no word fits."""
    by_name = {each.name: each for each in tools}
    return [by_name[found.name] for found, _ in ToolIndex(each.describe() for each in tools).find(question, top)]


def find_tools_tool(tools: Sequence[ToolSpec]) -> ToolSpec:
    """The search over `tools` as a tool of its own."""
    index: list[ToolIndex] = []

    @tool("find_tools", group="general", examples=({"question": "明天会下雨吗"},))
    def search(question: str, top: Annotated[int, msgspec.Meta(ge=1, le=20)] = 5) -> dict[str, Any]:
        """Find which tools fit a task. 找工具。Describe the task in your own words, in Chinese or English.

        question: what is to be done
        top: how many tools at most
        """
        if not index:
            index.append(ToolIndex(each.describe() for each in tools))
        return {
            "tools": [
                {"name": one.name, "description": one.description, "parameters": one.parameters}
                for one, _ in index[0].find(question, top)
            ]
        }

    return search


def _weighed(description: ToolDescription) -> dict[str, float]:
    fields = {
        "name": _HUMP.sub(" ", description.name).replace("_", " "),
        "description": description.description,
        "arguments": " ".join(_argument_words(description.parameters)),
    }
    row: dict[str, float] = {}
    for field, text in fields.items():
        for word, times in Counter(_words(text)).items():
            row[word] = row.get(word, 0.0) + _WEIGHTS[field] * min(times, 3)
    return row


def _argument_words(parameters: dict[str, Any]) -> Iterable[str]:
    for name, part in cast("dict[str, Any]", parameters.get("properties", {})).items():
        yield name.replace("_", " ")
        if isinstance(part, dict):
            told = cast("dict[str, Any]", part)
            yield str(told.get("description", ""))
            yield " ".join(str(one) for one in told.get("enum", ()))


def _words(text: str) -> list[str]:
    found: list[str] = []
    for word in _WORD.findall(text.lower()):
        if word[0] >= "\u3400":
            found += [word[i : i + 2] for i in range(len(word) - 1)] or [word]
        elif word not in IDLE:
            found.append(_stem(word))
    lowered = " " + " ".join(_WORD.findall(text.lower())) + " "
    stems = " " + " ".join(_stem(word) for word in _WORD.findall(text.lower())) + " "
    for number, words in enumerate(_CONCEPTS):
        if any((f" {w} " in stems) if w.isascii() else (w in lowered) for w in words):
            found.append(f"#{number}")
    return found


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def _share(word: str) -> float:
    # A meaning counts more than a spelling; two Chinese signs may meet by chance.
    return 1.6 if word[0] == "#" else 0.5 if word[0] >= "\u3400" else 1.0


_CONCEPTS = [
    tuple(" ".join(_stem(w) for w in one.split()) if one.isascii() else one for one in row.split("/"))
    for row in CONCEPTS
]
