"""A child process that begins a durable run, or takes up what an earlier one left; it stops dead where it is told.

`python -m tests.durability.agent_runner FOLDER begin|resume PLACE [no]`. At PLACE (model-N, look, write, send, ask) it
prints "at PLACE" and waits to be killed. Everything it does leaves a line in FOLDER/done.log. A question is answered
yes, or with "no"; its end is printed as JSON. The database is KANGBAN_DATABASE_URL's or FOLDER's own.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import msgspec

from kangban.agent.scripted import ScriptedCall, ScriptedMessage, ScriptedModel
from kangban.app import close_house, open_doors
from kangban.app.houses import Opened
from kangban.journeys.accounts.local import local_actor
from kangban.journeys.house import House, seen_by
from kangban.journeys.workshop import resuming
from kangban.journeys.workshop.kept import workshop_of
from kangban.journeys.workshop.running import RunDone, RunStarted, Waiting, answer, run_agent_journey
from kangban.ports.agents import AgentDefinition, Limits, MemoryChoice
from kangban.ports.chat_model import ChatRequest
from kangban.ports.tool import ToolContext, ToolResult, ToolSpec, tool
from kangban.settings import read_settings

TOOLS = ("runner_look", "runner_write", "runner_send")
AGENT = AgentDefinition(
    "carrier", tools=TOOLS, durable=True, memory=MemoryChoice(notes=True), limits=Limits(rounds=12, seconds=120.0)
)
PLAN = ("runner_look", "runner_write", "remember_note", "runner_send")
ANSWER = "北京今天晴，已经告诉奶奶了。"


class Runner:
    """What the child does and where it stops."""

    def __init__(self, folder: Path, place: str, yes: bool) -> None:
        self.folder, self.place, self.yes = folder, place, yes

    def did(self, line: str) -> None:
        """One line that outlives the process."""
        with (self.folder / "done.log").open("a", encoding="utf-8") as log:
            log.write(f"{line}\n")

    async def here(self, place: str) -> None:
        """Wait for the kill, where this is the place."""
        if place == self.place:
            print(f"at {place}", flush=True)
            await asyncio.sleep(3600)

    def tools(self) -> tuple[ToolSpec, ...]:
        """One that reads, one that writes here under its key, one that acts outside."""

        @tool(name="runner_look")
        async def look(place: str) -> ToolResult:
            """Look at a place."""
            self.did("look")
            await self.here("look")
            return ToolResult({"place": place, "now": "晴"})

        @tool(name="runner_write", effect="acts", keyed=True)
        async def write(context: ToolContext, text: str) -> ToolResult:
            """Write a text under the key of the call."""
            self.did(f"write {context.key}")
            await self.here("write")
            return ToolResult({"written": text})

        @tool(name="runner_send", effect="acts")
        async def send(to: str) -> ToolResult:
            """Send it to somebody outside."""
            self.did("send")
            await self.here("send")
            return ToolResult({"sent": to})

        return (look, write, send)

    def said(self, request: ChatRequest) -> ScriptedMessage | str:
        """The next step of the plan, by how many results the model sees."""
        number = sum(message.role == "tool" for message in request.messages)
        self.did(f"model {number}")
        if number == len(PLAN):
            return ANSWER
        arguments = {
            "runner_look": {"place": "北京"}, "runner_write": {"text": "晴"}, "remember_note": {"note": "喜欢早上问天气"},
            "runner_send": {"to": "奶奶"},
        }  # fmt: skip
        return ScriptedMessage(calls=(ScriptedCall(PLAN[number], arguments[PLAN[number]], id=f"c{number}"),))


class Stopping(ScriptedModel):
    """A scripted model that stops where the runner says."""

    def __init__(self, runner: Runner) -> None:
        super().__init__(runner.said, name="runner")
        self._runner = runner

    async def stream(self, request):
        number = sum(message.role == "tool" for message in request.messages)
        if self._runner.place == f"model-{number}":
            self._runner.did(f"model {number}")
            await self._runner.here(f"model-{number}")
        async for event in super().stream(request):
            yield event


def furnished(house: House, runner: Runner) -> House:
    """The house with the runner's model and tools; a claim runs out within six seconds."""
    assert house.bench is not None
    bench = msgspec.structs.replace(house.bench, tools=runner.tools, claim_s=6.0, look_s=0.1)
    return msgspec.structs.replace(house, model=Stopping(runner), bench=bench)


async def follow(house: House, runner: Runner, events) -> None:
    """Answer what is asked, print the end."""
    actor = local_actor(house.family_id, "cli")
    workshop = workshop_of(seen_by(house, actor))
    async for event in events:
        if isinstance(event, RunStarted):
            print(f"run {event.run_id}", flush=True)
        elif isinstance(event, Waiting):
            print("again" if event.asked.again else f"asked {event.asked.tool}", flush=True)
            await runner.here("ask")
            yes = runner.yes if event.asked.again else True
            answer(workshop, event.asked.run_id, event.asked.id, "local", yes=yes)
        elif isinstance(event, RunDone):
            print(json.dumps({"stopped_by": event.run.stopped_by, "text": event.run.text,
                              "steps": [f"{s.kind} {s.name} {s.status}" for s in event.run.steps],
                              "calls": event.run.usage.tool_calls, "rounds": event.run.usage.rounds}), flush=True)  # fmt: skip


async def resume(opened: Opened, house: House, runner: Runner) -> None:
    """Take up what lapsed, once there is something; give up after a while."""
    for _ in range(250):
        for claim in await resuming.lapsed(house):
            await follow(house, runner, resuming.resumed(house, opened.gate, claim))
            return
        await asyncio.sleep(0.1)
    print("nothing", flush=True)


async def main(folder: Path, mode: str, place: str, yes: bool) -> None:
    opened = await open_doors(read_settings(data_dir=folder))
    runner = Runner(folder, place, yes)
    house = furnished(opened.house, runner)
    if mode == "begin":
        workshop = workshop_of(seen_by(house, local_actor(house.family_id, "cli")))
        await follow(house, runner, run_agent_journey(workshop, AGENT, "北京天气怎么样", owner="local"))
    else:
        await resume(opened, house, runner)
    await close_house(opened.house)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], "no" not in sys.argv[4:]))
