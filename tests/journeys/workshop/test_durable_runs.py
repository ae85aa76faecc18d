"""Durable runs in one process and over two: left, taken up, stopped and answered from elsewhere, erased."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import msgspec
import pytest

from kangban.adapters.durable_runs import DbosRuns
from kangban.adapters.memory_agents import MemoryAgentShelf
from kangban.adapters.store import sqlite_url
from kangban.adapters.store.journal_engine import journal_engine
from kangban.journeys.house import seen_by
from kangban.journeys.workshop import history, resuming
from kangban.journeys.workshop.kept import Workshop, workshop_of
from kangban.journeys.workshop.live import LiveRuns
from kangban.journeys.workshop.running import (
    RunDone,
    RunStarted,
    StepSeen,
    Waiting,
    answer,
    answer_anywhere,
    cancel_anywhere,
    run_agent_journey,
)
from kangban.kernel.clock import SystemClock
from kangban.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted, Unavailable
from kangban.ports.agents import AgentDefinition, Limits
from kangban.ports.durable import Claim
from kangban.ports.media import Media
from kangban.ports.tool import ToolResult, tool
from tests.journeys.workshop.benches import LOCAL, a_workshop, calls, ended, ran
from tests.support.gates import Gate
from tests.support.stores import KEY

DURABLE = AgentDefinition("lasting", tools=("test_forecast", "test_send", "test_hang"), durable=True)


@pytest.fixture(autouse=True)
def _fresh():
    ran.clear()


@pytest.fixture
async def runs(tmp_path):
    url = sqlite_url(tmp_path / "runs.sqlite3", KEY)
    opened = DbosRuns(url, lambda: journal_engine(url))
    yield opened
    await opened.close()


def lasting(script, runs, **more) -> Workshop:
    workshop = a_workshop(script, durable=lambda: runs, claim_s=30.0, look_s=0.02, **more)
    return workshop_of(seen_by(msgspec.structs.replace(workshop.house, clock=SystemClock()), LOCAL))


def elsewhere(workshop: Workshop) -> Workshop:
    """The same shelf, seen by another process."""
    return msgspec.structs.replace(workshop, live=LiveRuns())


def gate_of(workshop: Workshop) -> Gate:
    house = workshop.house
    return Gate(house.accounts, house.audit, house.notices, None, house.clock)


async def resumed(workshop: Workshop) -> list:
    (claim,) = await resuming.lapsed(workshop.house)
    return [event async for event in resuming.resumed(workshop.house, gate_of(workshop), claim)]


async def test_whoever_stops_listening_leaves_the_run_to_the_next_start(runs):
    workshop = lasting([calls("test_forecast", place="北京"), "晴。"], runs)
    async with aclosing(run_agent_journey(workshop, DURABLE, "北京天气", owner="local")) as events:
        async for event in events:
            if isinstance(event, StepSeen) and event.step.kind == "tool" and event.step.status == "ok":
                break
    (left,) = await history.runs(workshop, "local")
    assert left.stopped_by is None
    done = (await resumed(workshop))[-1]
    assert isinstance(done, RunDone)
    assert done.run.id == left.id
    assert "晴。" in done.run.text
    assert ran == ["forecast 北京"]
    assert list(await workshop.shelf.claims()) == []
    assert await resuming.lapsed(workshop.house) == []


async def test_a_run_is_stopped_from_elsewhere(runs):
    for agent in (DURABLE, msgspec.structs.replace(DURABLE, durable=False)):
        workshop = lasting([calls("test_hang")], runs)
        async for event in run_agent_journey(workshop, agent, "等", owner="local"):
            if isinstance(event, StepSeen) and event.step.kind == "tool":
                (run,) = await workshop.shelf.runs("local")
                await cancel_anywhere(elsewhere(workshop), run.id, "local")
        (run,) = await workshop.shelf.runs("local")
        assert run.stopped_by == "cancelled"
        assert await workshop.shelf.words(run.id, "local") == {}
        with pytest.raises(NotFound):
            await cancel_anywhere(elsewhere(workshop), run.id, "local")


async def test_a_question_is_answered_from_elsewhere_and_by_nobody_else(runs):
    workshop = lasting([calls("test_send", to="奶奶"), "好。"], runs)
    async for event in run_agent_journey(workshop, DURABLE, "发", owner="local"):
        if isinstance(event, Waiting):
            other, run_id = elsewhere(workshop), event.asked.run_id
            with pytest.raises(NotFound):
                await answer_anywhere(other, run_id, "ask-nothing", "local", yes=True)
            with pytest.raises(NotPermitted):
                await answer_anywhere(other, run_id, event.asked.id, "dad", yes=True)
            kept = await history.run(other, run_id, "local")
            assert [s.result["ask"] for s in kept.steps if s.kind == "approval"] == [event.asked.id]
            await answer_anywhere(other, run_id, event.asked.id, "local", yes=True)
    assert ran == ["send 奶奶"]


async def test_a_run_that_was_taken_elsewhere_keeps_nothing_of_its_own(runs):
    workshop = lasting([calls("test_hang")], runs)
    workshop = msgspec.structs.replace(workshop, claim_s=0.2)

    async def carried() -> None:
        async for event in run_agent_journey(workshop, DURABLE, "等", owner="local"):
            if isinstance(event, StepSeen) and event.step.kind == "tool" and event.step.status == "running":
                (claim,) = await workshop.shelf.claims()
                workshop.shelf._claims[claim.run_id] = msgspec.structs.replace(claim, holder="somebody else")

    with pytest.raises(Conflict) as lost:
        await carried()
    assert lost.value.key == "workshop.under_way"
    (run,) = await workshop.shelf.runs("local")
    assert run.stopped_by is None
    (claim,) = await workshop.shelf.claims()
    assert claim.holder == "somebody else"


async def test_an_erased_run_is_gone_with_its_journal(runs):
    workshop = lasting([calls("test_hang")], runs)
    run_id = ""
    async for event in run_agent_journey(workshop, DURABLE, "等", owner="local"):
        if isinstance(event, RunStarted):
            run_id = event.run_id
        if isinstance(event, StepSeen) and event.step.kind == "tool" and event.step.status == "running":
            await history.erase(workshop, run_id, "local")
    assert list(await workshop.shelf.runs("local")) == []
    assert list(await workshop.shelf.claims()) == []
    with pytest.raises(NotFound):
        await runs.papers_of(run_id)


@pytest.mark.parametrize("script", [["晴。"], ["请每天三次，每次口服阿莫西林胶囊 0.5 g，连用 7 天。"]])
async def test_a_durable_run_ends_as_any_other(runs, script):
    plain, _ = await ended(lasting(script, runs), msgspec.structs.replace(DURABLE, durable=False))
    kept, _ = await ended(lasting(script, runs), DURABLE)
    assert (kept.run.text, kept.decision, kept.run.stopped_by) == (plain.run.text, plain.decision, plain.run.stopped_by)
    assert kept.run.usage.rounds == plain.run.usage.rounds


async def test_without_a_place_to_keep_them_and_with_too_big_files_it_is_refused(runs):
    with pytest.raises(Unavailable):
        await ended(a_workshop(["x"]), DURABLE)
    workshop = lasting(["x"], runs)
    picture = Media("image", "image/png", b"x" * 9_000_000)
    with pytest.raises(InvalidInput):
        async for _ in run_agent_journey(workshop, DURABLE, "看", owner="local", media=[picture]):
            pass
    assert list(await workshop.shelf.runs("local")) == []


async def test_a_run_without_its_journal_or_without_its_owner_ends_as_failed(runs):
    workshop = lasting([calls("test_hang")], runs)
    house, shelf = workshop.house, workshop.shelf
    async with aclosing(run_agent_journey(workshop, DURABLE, "等", owner="local")) as events:
        async for event in events:
            if isinstance(event, StepSeen) and event.step.kind == "tool":
                break
    (claim,) = await shelf.claims()
    await runs.forget(claim.run_id)
    assert await resumed(workshop) == []
    assert (await shelf.get_run(claim.run_id, "local")).stopped_by == "failed"
    assert list(await shelf.claims()) == []
    now = house.clock.now()
    await shelf.claim(Claim("run-nobody", "acc-gone", "x", now), now)
    assert await resumed(workshop) == []
    assert list(await shelf.claims()) == []


async def test_two_runs_at_once_keep_their_journals_apart(runs):
    workshops = [lasting([calls("test_forecast", place=str(n)), f"{n} 晴。"], runs) for n in range(3)]
    dones = await asyncio.gather(*(ended(one, DURABLE) for one in workshops))
    for n, (done, _) in enumerate(dones):
        assert f"{n} 晴。" in done.run.text
    assert sorted(ran) == ["forecast 0", "forecast 1", "forecast 2"]
    assert isinstance(workshops[0].shelf, MemoryAgentShelf)


@pytest.mark.parametrize("yes", [True, False])
async def test_a_person_may_think_longer_than_the_run_may_work(runs, yes):
    sent: list[str] = []

    @tool(name="slow_send", effect="acts")
    async def slow_send(to: str) -> ToolResult:
        """Send, and never come back the first time."""
        sent.append(to)
        await asyncio.sleep(3600 if len(sent) == 1 else 0)
        return ToolResult({"sent": to})

    workshop = lasting([calls("slow_send", to="奶奶"), "好。"], runs, tools=lambda: (slow_send,))
    agent = AgentDefinition("slow", tools=("slow_send",), durable=True, limits=Limits(seconds=1.5))
    async with aclosing(run_agent_journey(workshop, agent, "发", owner="local")) as events:
        async for event in events:
            if isinstance(event, Waiting):
                answer(workshop, event.asked.run_id, event.asked.id, "local", yes=True)
            if sent:
                break
    (claim,) = await resuming.lapsed(workshop.house)
    done: RunDone | None = None
    async for event in resuming.resumed(workshop.house, gate_of(workshop), claim):
        if isinstance(event, Waiting):
            assert event.asked.again
            await asyncio.sleep(2.0)
            answer(workshop, event.asked.run_id, event.asked.id, "local", yes=yes)
        elif isinstance(event, RunDone):
            done = event
    assert done is not None
    assert done.run.stopped_by == "answered"
    assert len(sent) == (2 if yes else 1)
    (step,) = [s for s in done.run.steps if s.kind == "tool" and s.status in ("ok", "error")]
    assert step.status == ("ok" if yes else "error")
    assert yes or step.result["error"]["code"] == "may_have_happened"
