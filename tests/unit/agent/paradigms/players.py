"""A small world for paradigms: three tools, a scripted model, and a run heard to its end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from kangban.agent.paradigms.run import Outcome, run_paradigm
from kangban.agent.scripted import Script, ScriptedModel
from kangban.clinical.person import UNKNOWN_PERSON
from kangban.kernel.clock import FixedClock, SystemClock
from kangban.kernel.errors import Unavailable
from kangban.ports.agents import AgentDefinition, Limits, RunStep
from kangban.ports.chat_model import ChatModel, say
from kangban.ports.tool import ToolContext, ToolResult, ToolSpec, tool

CONTEXT = ToolContext("home", "", UNKNOWN_PERSON, "zh")
CLOCK = FixedClock(datetime(2026, 5, 3, 8, 0, tzinfo=UTC))
ran: list[str] = []
hanging = asyncio.Event()


@tool()
async def double(context: ToolContext, number: float) -> ToolResult:
    """Doubles a number."""
    ran.append(f"double {number:g}")
    await asyncio.sleep(0)
    return ToolResult({"twice": number * 2})


@tool()
async def away(context: ToolContext) -> ToolResult:
    """Fails from outside."""
    raise Unavailable("the source is away")


@tool()
async def hangs(context: ToolContext) -> ToolResult:
    """Never comes back."""
    ran.append("hangs")
    hanging.set()
    await asyncio.sleep(3600)
    return ToolResult({})


@tool()
async def huge(context: ToolContext) -> ToolResult:
    """Gives 50 MB."""
    return ToolResult({"text": "x" * 50_000_000})


@tool(effect="acts")
async def sends(context: ToolContext, to: str) -> ToolResult:
    """Sends something."""
    ran.append(f"sends {to}")
    return ToolResult({"sent": True})


TOOLS: tuple[ToolSpec, ...] = (double, away, hangs, huge, sends)


async def played(
    script: Script | ChatModel, definition: AgentDefinition, task: str = "2 的四倍是多少", **more: Any
) -> tuple[Outcome, list[Any]]:
    """The outcome and every event before it."""
    model = script if hasattr(script, "stream") else ScriptedModel(script)  # pyright: ignore[reportArgumentType]
    asked = more.pop("asked", [say("user", task)])
    tools: Sequence[ToolSpec] = more.pop("tools", TOOLS)
    context = more.pop("context", CONTEXT)
    run = run_paradigm(definition, model, tools, context, asked, more.pop("clock", CLOCK), **more)
    seen: list[Any] = [event async for event in run]
    outcome = seen.pop()
    assert isinstance(outcome, Outcome)
    return outcome, seen


def an_agent(paradigm: Any, **more: Any) -> AgentDefinition:
    return AgentDefinition("tester", paradigm=paradigm, **more)


def of_kind(outcome: Outcome, kind: str) -> list[RunStep]:
    return [step for step in outcome.steps if step.kind == kind]


__all__ = ["CLOCK", "CONTEXT", "TOOLS", "Limits", "SystemClock", "an_agent", "of_kind", "played", "ran"]
