"""The same twenty tasks over ReAct, ReWOO and AutoGPT with a player that makes no mistake: tokens sent and received.

Tokens are counted by one rule over the request bodies as our adapter writes them and over what comes back: a Han
character, four letters or digits of a word, and a sign count one each. The limit stands on ReWOO against ReAct as it
was published, one call a message, in tasks of four calls and more; ReAct with a wave of calls a message is beside it.
Durable runs are measured apart, in bench_durable.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any

from benchmarks.paradigm_tasks import ANSWER, TASKS, TOOLS, Player, Task
from kangban.adapters.openai_chat.body import Quirks, request_body
from kangban.agent.paradigms.run import Outcome, run_paradigm
from kangban.agent.prompts import system_prompt
from kangban.agent.scripted import ScriptedMessage, ScriptedModel
from kangban.clinical.person import UNKNOWN_PERSON
from kangban.kernel.canonical import canonical_json
from kangban.kernel.clock import SystemClock
from kangban.ports.agents import AgentDefinition, Limits, ParadigmName
from kangban.ports.chat_model import ChatRequest, say
from kangban.ports.tool import ToolContext

_TOKEN = re.compile(r"[\u3400-\u9fff]|[A-Za-z0-9]{1,4}|[^\sA-Za-z0-9\u3400-\u9fff]")
_LONG = 4  # calls
_LIMITS = Limits(rounds=64, tool_calls=64, tokens=5_000_000, seconds=None)


def tokens(text: str) -> int:
    """By the rule above."""
    return len(_TOKEN.findall(text))


async def spent(task: Task, paradigm: ParadigmName, *, at_once: bool = False) -> int:
    """Tokens both ways; raises where the task was not done to its end with every call made."""
    player = Player(task, at_once=at_once)
    said: list[ScriptedMessage] = []

    def play(request: ChatRequest) -> ScriptedMessage:
        said.append(player.message(request))
        return said[-1]

    model = ScriptedModel(play)
    context = ToolContext("home", "", UNKNOWN_PERSON, "zh")
    clock = SystemClock()
    system = system_prompt("zh", "（没有打开档案）", clock.now().date(), tools=[tool.name for tool in TOOLS])
    agent = AgentDefinition("bench", paradigm=paradigm, limits=_LIMITS)
    asked = [say("system", system), say("user", task.asked)]
    outcome: Any = None
    async for event in run_paradigm(agent, model, TOOLS, context, asked, clock):
        outcome = event
    if not isinstance(outcome, Outcome) or outcome.text != ANSWER or len(outcome.traces) != len(task.calls):
        raise RuntimeError(f"{paradigm} did not do its task: {outcome}")
    sent = sum(tokens(request_body("m", request, Quirks()).decode()) for request in model.requests)
    calls = [canonical_json(call.arguments) + call.name for one in said for call in one.calls]
    return sent + sum(tokens(one.text) for one in said) + sum(map(tokens, calls))


async def _all() -> dict[str, Any]:
    found: dict[str, list[tuple[int, int]]] = {}
    for task in TASKS:
        size = len(task.calls)
        found.setdefault("react", []).append((size, await spent(task, "react")))
        found.setdefault("react, a wave at once", []).append((size, await spent(task, "react", at_once=True)))
        found.setdefault("rewoo", []).append((size, await spent(task, "rewoo")))
        found.setdefault("autogpt", []).append((size, await spent(task, "autogpt")))
    told: dict[str, Any] = {"tasks": len(TASKS), "tasks of 4 calls and more": sum(len(t.calls) >= _LONG for t in TASKS)}
    long = {name: sum(n for size, n in rows if size >= _LONG) for name, rows in found.items()}
    for name, rows in found.items():
        told[f"{name}: all tasks"] = {"value": sum(n for _, n in rows), "unit": "tokens"}
    told["rewoo of react, 4 calls and more"] = {"value": round(long["rewoo"] / long["react"], 3), "limit": 0.5}
    worst = max(
        rewoo / react for (size, rewoo), (_, react) in zip(found["rewoo"], found["react"], strict=True) if size >= _LONG
    )
    told["rewoo of react, the worst of these tasks"] = {"value": round(worst, 3), "limit": 0.5}
    for name in ("react, a wave at once", "autogpt"):
        told[f"rewoo of {name}, 4 calls and more"] = {"value": round(long["rewoo"] / long[name], 3)}
    return told


def run() -> dict[str, Any]:
    """Tokens by paradigm, and what ReWOO needs of them."""
    return asyncio.run(_all())
