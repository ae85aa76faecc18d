"""A workshop in memory with a scripted model and a few tools beside the real catalogue."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from kangban.adapters.memory_agents import MemoryAgentShelf
from kangban.agent.scripted import Script, ScriptedCall, ScriptedMessage, ScriptedModel
from kangban.clinical.access import Actor
from kangban.journeys.house import seen_by
from kangban.journeys.workshop.bench import Bench
from kangban.journeys.workshop.kept import Workshop, workshop_of
from kangban.journeys.workshop.live import LiveRuns
from kangban.journeys.workshop.running import RunDone, run_agent_journey
from kangban.ports.tool import ToolContext, ToolResult, tool
from kangban.toolbox.shelf import all_tools
from tests.support.houses import memory_house

LOCAL = Actor("local", "local", "home", "manager")
ran: list[str] = []


@tool(name="test_forecast")
async def forecast(context: ToolContext, place: str) -> ToolResult:
    """Weather of a place."""
    ran.append(f"forecast {place}")
    return ToolResult({"place": place, "now": "晴", "degrees_c": 21})


@tool(name="test_send", effect="acts")
async def send(context: ToolContext, to: str) -> ToolResult:
    """Send a message."""
    ran.append(f"send {to}")
    return ToolResult({"sent": True})


@tool(name="test_hang")
async def hang(context: ToolContext) -> ToolResult:
    """Never comes back."""
    ran.append("hang")
    await asyncio.sleep(3600)
    return ToolResult({})


def a_workshop(
    script: Script | ScriptedModel = (), *, actor: Actor = LOCAL, wait_s: float = 5.0, **more: Any
) -> Workshop:
    """For one actor; the scripted model stands in for the configured one."""
    model = script if isinstance(script, ScriptedModel) else ScriptedModel(script) if script else None
    house = memory_house(model=model)
    tools = (*all_tools(), forecast, send, hang)
    shelf = MemoryAgentShelf()
    bench = Bench(lambda _: shelf, lambda choice: ScriptedModel([]), lambda: tools, LiveRuns(), wait_s=wait_s)
    house = msgspec.structs.replace(house, bench=msgspec.structs.replace(bench, **more))
    return workshop_of(seen_by(house, actor))


def calls(name: str, **arguments: Any) -> ScriptedMessage:
    return ScriptedMessage(calls=(ScriptedCall(name, arguments),))


async def ended(
    workshop: Workshop, agent: Any, asked: Any = "北京天气", owner: str = "local"
) -> tuple[RunDone, list[Any]]:
    """The end of a run and all events."""
    seen = [event async for event in run_agent_journey(workshop, agent, asked, owner=owner)]
    done = seen[-1]
    assert isinstance(done, RunDone)
    return done, seen
