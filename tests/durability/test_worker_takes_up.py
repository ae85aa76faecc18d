"""The worker beside the pages takes up durable runs that nobody carries on, in every family, and survives what breaks."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import msgspec

from kangban import worker
from kangban.agent.scripted import ScriptedModel
from kangban.app import Opened, close_house, open_doors
from kangban.journeys.accounts.local import local_actor
from kangban.journeys.house import seen_by
from kangban.journeys.workshop import history
from kangban.journeys.workshop.kept import Workshop, workshop_of
from kangban.journeys.workshop.running import Waiting, answer_anywhere, run_agent_journey
from kangban.kernel.clock import SystemClock
from kangban.ports.agents import AgentDefinition, AgentRun
from kangban.ports.durable import Claim
from kangban.settings import Settings
from tests.journeys.workshop.benches import calls, ran, send

LASTING = AgentDefinition("lasting", tools=("test_send",), durable=True)


async def left_behind(workshop: Workshop) -> str:
    """A run whose listener went away while it waited for a word; its id."""
    async with aclosing(run_agent_journey(workshop, LASTING, "发给奶奶", owner="local")) as events:
        async for event in events:
            if isinstance(event, Waiting):
                return event.asked.run_id
    raise AssertionError("it asked nothing")


async def waiting(workshop: Workshop, run_id: str) -> str:
    """The question a kept run waits with, once it is carried on."""
    before = ""
    while True:
        run = await workshop.shelf.get_run(run_id, "local")
        asked = [s.result["ask"] for s in run.steps if s.kind == "approval" and s.status == "running"]
        if before and asked and asked[-1] != before:
            return asked[-1]
        before = before or (asked[-1] if asked else "")
        await asyncio.sleep(0.05)


async def ended(workshop: Workshop, run_id: str) -> AgentRun:
    while (run := await history.run(workshop, run_id, "local")).stopped_by is None:  # noqa: ASYNC110  as above
        await asyncio.sleep(0.05)
    return run


async def test_a_run_left_behind_is_carried_on_and_answered_from_elsewhere(tmp_path):
    ran.clear()
    opened = await open_doors(Settings(tmp_path))
    bench = msgspec.structs.replace(opened.house.bench, tools=lambda: (send,), look_s=0.05)
    script = [calls("test_send", to="奶奶"), "告诉奶奶了。"]
    house = msgspec.structs.replace(opened.house, bench=bench, model=ScriptedModel(script))
    opened = Opened(house, opened.gate)
    workshop = workshop_of(seen_by(house, local_actor(house.family_id, "cli")))
    run_id = await left_behind(workshop)
    now = house.clock.now()
    await workshop.shelf.claim(Claim("run-of-nobody", "acc-gone", "dead", now), now)
    async with asyncio.timeout(60), worker.running(opened, SystemClock()):
        asked = await waiting(workshop, run_id)
        elsewhere = msgspec.structs.replace(workshop, live=type(workshop.live)())
        await answer_anywhere(elsewhere, run_id, asked, "local", yes=True)
        run = await ended(workshop, run_id)
    assert run.stopped_by == "answered"
    assert "告诉奶奶了。" in run.text
    assert ran == ["send 奶奶"]
    assert list(await workshop.shelf.claims()) == []
    await close_house(opened.house)


async def test_a_worker_that_stops_leaves_its_runs_to_the_next_one(tmp_path):
    ran.clear()
    opened = await open_doors(Settings(tmp_path))
    bench = msgspec.structs.replace(opened.house.bench, tools=lambda: (send,), look_s=0.05)
    house = msgspec.structs.replace(
        opened.house, bench=bench, model=ScriptedModel([calls("test_send", to="爷爷"), "好。"])
    )
    opened = Opened(house, opened.gate)
    workshop = workshop_of(seen_by(house, local_actor(house.family_id, "cli")))
    run_id = await left_behind(workshop)
    async with asyncio.timeout(60), worker.running(opened, SystemClock()):
        await waiting(workshop, run_id)
    (claim,) = await workshop.shelf.claims()
    assert claim.until <= house.clock.now()
    assert (await workshop.shelf.get_run(run_id, "local")).stopped_by is None
    assert ran == []
    await close_house(opened.house)
