"""Twenty tasks with tools that answer from a table, and a player that makes no mistake in any paradigm.

A task is a list of calls in waves: calls of one wave need nothing of each other, a later wave uses earlier results.
The tools' answers are as long as real ones (some hundred bytes to two thousand), which is what makes ReAct costly: it
sends everything again with every call.
"""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from kangban.agent.scripted import ScriptedCall, ScriptedMessage
from kangban.ports.chat_model import ChatRequest
from kangban.ports.tool import ToolContext, ToolResult, ToolSpec

_PLACES = ("北京", "上海", "广州", "成都", "武汉", "西安")
_TITLES = ("盐与血压", "步行与睡眠", "流感疫苗", "花生过敏", "儿童退烧", "老年跌倒")
_REFERENCE = re.compile(r"#E(\d+)\.about")
_FILLER = "来源所述的背景、方法、人群与限度，供核对时查看。"


class Task(msgspec.Struct, frozen=True):
    """What is asked, and the calls that answer it; "#En" in an argument is the result of the n-th call."""

    asked: str
    calls: tuple[tuple[str, dict[str, str]], ...]


def _spec(name: str, description: str, argument: str, size: int) -> ToolSpec:
    async def call(_context: ToolContext, arguments: dict[str, Any]) -> ToolResult:
        told = str(arguments[argument])[:40]
        return ToolResult({"about": told, "value": len(told), "text": (_FILLER * 100)[:size]})

    schema = {
        "type": "object", "properties": {argument: {"type": "string", "description": "What to look up."}},
        "required": [argument], "additionalProperties": False,
    }  # fmt: skip
    return ToolSpec(name, description, schema, "reads", call)


TOOLS = (
    _spec("weather", "Weather and air quality of a place, now and tomorrow.", "place", 300),
    _spec("papers", "Papers on a topic: title, year, abstract.", "topic", 900),
    _spec("page", "The words of a web page or paper.", "about", 1500),
    _spec("distance", "Distance and travel time between two places.", "between", 200),
    _spec("translate", "Translate a text into English.", "text", 400),
    _spec("score", "Compute a clinical score from a description.", "description", 250),
)


def _tasks() -> list[Task]:
    made: list[Task] = []
    for n in range(6):  # read four papers on a topic and compare them
        first: list[tuple[str, dict[str, str]]] = [("papers", {"topic": f"{_TITLES[n]} {k}"}) for k in range(2 + n % 2)]
        then = [("page", {"about": f"#E{k + 1}.about"}) for k in range(len(first))]
        made.append(Task(f"比较关于{_TITLES[n]}的几篇文章", (*first, *then)))
    for n in range(6):  # weather in several places, then distances
        places = [_PLACES[(n + k) % 6] for k in range(4)]
        made.append(Task(f"{'、'.join(places)}哪里适合出游", tuple(("weather", {"place": p}) for p in places)))
    for n in range(4):  # weather, paper, score, translation of it
        steps = (
            ("weather", {"place": _PLACES[n]}), ("papers", {"topic": _TITLES[n]}),
            ("score", {"description": "#E1.about"}), ("page", {"about": "#E2.about"}),
            ("translate", {"text": "#E4.about"}), ("distance", {"between": f"{_PLACES[n]} #E1.about"}),
        )  # fmt: skip
        made.append(Task(f"为{_PLACES[n]}写一页{_TITLES[n]}的提示", steps))
    made += [Task(f"{_PLACES[n]}今天的天气", (("weather", {"place": _PLACES[n]}),)) for n in range(4)]
    return made


TASKS = tuple(_tasks())
ANSWER = "结论：已按查到的资料比较，详见各条；没有查到的没有写。"


class Player:
    """Plays one task perfectly, in whichever paradigm asks. `at_once`: a wave of independent calls in one message."""

    def __init__(self, task: Task, *, at_once: bool = False) -> None:
        self._task, self._at_once = task, at_once
        self._abouts: list[str] = []

    def message(self, request: ChatRequest) -> ScriptedMessage:
        """The next message of a model that makes no mistake."""
        view: Any = request.context or {}
        role = view.get("role", "")
        over = len(self._abouts) == len(self._task.calls)
        if role == "plan":
            lines = [f"#E{n} = {name}[{_json(args)}]" for n, (name, args) in enumerate(self._task.calls, 1)]
            return ScriptedMessage(text="\n".join(lines))
        if role == "goals":
            return ScriptedMessage(text=self._task.asked)
        if role == "critique":
            return ScriptedMessage(text="完成" if over else f"目标：{self._task.asked}（其余）{len(self._abouts)}")
        if role in ("solve", "answer") or over or not request.tools:
            return ScriptedMessage(text=ANSWER)
        made: list[ScriptedCall] = []
        known = len(self._abouts)
        while len(self._abouts) < len(self._task.calls):
            name, arguments = self._task.calls[len(self._abouts)]
            ((key, value),) = arguments.items()
            needs = [int(n) for n in _REFERENCE.findall(value)]
            if made and (not self._at_once or any(n > known for n in needs)):
                break
            # What a reference stands for, a model that goes step by step has read in the result.
            filled = _REFERENCE.sub(lambda found: self._abouts[int(found[1]) - 1], value)
            self._abouts.append(filled[:40])
            made.append(ScriptedCall(name, {key: filled}, id=f"call_{len(self._abouts)}"))
        return ScriptedMessage(calls=tuple(made))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
