"""The workshop from a definition to a kept run: what is refused, what is asked, what passes the guard."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from kangban.clinical.access import Actor
from kangban.journeys.workshop import history
from kangban.journeys.workshop.dry_run import dry_run
from kangban.journeys.workshop.keeping import agents, diff, duplicate, load, remove, save, versions
from kangban.journeys.workshop.kept import owner_of
from kangban.journeys.workshop.papers import read_yaml, write_yaml
from kangban.journeys.workshop.running import RunStarted, StepSeen, Waiting, answer, cancel, run_agent_journey
from kangban.journeys.workshop.shipped import shipped_agents
from kangban.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from kangban.ports.agents import AgentDefinition, Limits, MemoryChoice, ModelChoice, RunStep
from tests.journeys.workshop.benches import a_workshop, calls, ended, ran

WEATHER = AgentDefinition("weather", tools=("test_forecast",))
PRESCRIPTION = "请每天三次，每次口服阿莫西林胶囊 0.5 g，连用 7 天。"


@pytest.fixture(autouse=True)
def _fresh():
    ran.clear()


async def test_an_agent_is_saved_run_and_its_run_kept():
    workshop = a_workshop([calls("test_forecast", place="北京"), "北京今天晴，21 度。"])
    await save(workshop, WEATHER, "local")
    done, seen = await ended(workshop, "weather")
    assert isinstance(seen[0], RunStarted)
    assert "北京今天晴，21 度。" in done.run.text
    assert (done.run.stopped_by, done.decision, done.run.version) == ("answered", "release", 1)
    assert await history.run(workshop, done.run.id, "local") == done.run
    await history.erase(workshop, done.run.id, "local")
    assert list(await history.runs(workshop, "local")) == []


async def test_no_word_of_the_models_is_told_before_the_guard_has_seen_it():
    workshop = a_workshop([calls("test_forecast", place="北京"), PRESCRIPTION])
    done, seen = await ended(workshop, WEATHER)
    told = [event.step for event in seen if isinstance(event, StepSeen)]
    assert told
    assert all(not step.text and not step.reasoning for step in told)
    assert done.run.text


@pytest.mark.parametrize("paradigm", ["react", "rewoo", "plan_execute", "autogpt", "reflexion"])
async def test_a_prescription_never_leaves_and_stands_in_no_trace(paradigm):
    workshop = a_workshop(lambda _: PRESCRIPTION)
    agent = msgspec.structs.replace(WEATHER, paradigm=paradigm, limits=Limits(rounds=5))
    done, _ = await ended(workshop, agent, "孩子扁桃体发炎怎么办")
    kept = msgspec.json.encode(await history.run(workshop, done.run.id, "local")).decode()
    assert done.decision != "release"
    for words in ("0.5 g", "每天三次"):
        assert words not in kept


async def test_a_failed_run_says_what_it_has():
    from kangban.agent.scripted import ScriptedMessage

    workshop = a_workshop([calls("test_forecast", place="北京"), ScriptedMessage(unavailable=True)])
    done, _ = await ended(workshop, WEATHER)
    assert done.run.stopped_by == "failed"
    assert done.run.text


@pytest.mark.parametrize(
    ("agent", "field"),
    [
        (AgentDefinition("Weather!"), "name"), (AgentDefinition("a", model=ModelChoice(at_once=0)), "model.at_once"),
        (AgentDefinition("a", memory=MemoryChoice(window=0)), "memory.window"),
        (AgentDefinition("a", tools=("nothing",)), "tools"), (AgentDefinition("a", approve=("nothing",)), "approve"),
        (AgentDefinition("a", limits=Limits(rounds=0)), "limits.rounds"),
        (AgentDefinition("a", limits=Limits(seconds=float("nan"))), "limits.seconds"),
        (AgentDefinition("a", limits=Limits(seconds=None)), "limits"),
        (AgentDefinition("a", paradigm="sequence", parts=("a",)), "parts"),
        (AgentDefinition("a", paradigm="graph", parts=("nobody",)), "parts"),
        (AgentDefinition("a", model=ModelChoice("ftp://x", "m")), "model.url"),
        (AgentDefinition("a", model=ModelChoice("http://me:pw@x", "m")), "model.url"),
        (AgentDefinition("a", model=ModelChoice("http://x", "m", secret="sk-a b")), "model.secret"),
        (AgentDefinition("a", prompt="x" * 20_001), "prompt"),
    ],
)  # fmt: skip
async def test_a_definition_that_cannot_run_is_refused_by_field(agent, field):
    workshop = a_workshop(["x"])
    with pytest.raises(InvalidInput) as refused:
        await save(workshop, agent, "local")
    assert refused.value.field == field
    with pytest.raises(InvalidInput):
        await ended(workshop, agent)


async def test_versions_differ_line_by_line_and_a_copy_has_its_own():
    workshop = a_workshop(["x"])
    await save(workshop, WEATHER, "local")
    await save(workshop, msgspec.structs.replace(WEATHER, title="天气"), "local", 1)
    with pytest.raises(Conflict):
        await save(workshop, WEATHER, "local", 1)
    assert "+title: 天气" in await diff(workshop, "weather", "local", 1, 2)
    await duplicate(workshop, "weather", "copy", "local")
    assert (await load(workshop, "copy", "local")).definition.title == "天气"
    assert len(await versions(workshop, "weather", "local")) == 2
    await remove(workshop, "weather", "local")
    with pytest.raises(NotFound):
        await load(workshop, "weather", "local")


async def test_yaml_goes_out_and_comes_back_and_bad_yaml_is_refused():
    agent = AgentDefinition("a", prompt="多行\n提示", tools=("triage",), limits=Limits(per_tool={"triage": 2}))
    assert read_yaml(write_yaml(agent)) == agent
    bad = [
        "a: [",
        "- 1",
        "name: 3",
        "name: a\ncolour: red",
        "a: &x 1\nname: *x",
        "name: a\nlimits: {rounds: many}",
        "!!python/object:os.system {}",
        b"\xff",
        # Read to its end, this takes minutes.
        "prompt: " + "[" * 190_000,
    ]
    for paper in bad:
        with pytest.raises(InvalidInput):
            read_yaml(paper)


async def test_a_dry_run_calls_nothing_and_shows_what_would_be_sent():
    def never(_request):
        raise AssertionError("called")

    workshop = a_workshop(never)
    agent = msgspec.structs.replace(WEATHER, prompt="只说天气", tools=("test_forecast", "test_send"))
    found = await dry_run(workshop, agent, "北京天气", "local")
    assert "只说天气" in found.messages[0].content
    assert [t.name for t in found.tools] == ["test_forecast", "test_send"]
    assert found.asks_first == ("test_send",)
    assert 0 < found.tokens < found.most_tokens
    assert not ran
    assert list(await history.runs(workshop, "local")) == []


async def test_a_tool_that_acts_waits_for_the_owners_word():
    workshop = a_workshop([calls("test_send", to="奶奶"), "好了。"])
    agent = AgentDefinition("sender", tools=("test_send",))
    seen = []
    async for event in run_agent_journey(workshop, agent, "发给奶奶", owner="local"):
        seen.append(event)
        if isinstance(event, Waiting):
            with pytest.raises(NotFound):
                answer(workshop, event.asked.run_id, "ask-none", "local", yes=True)
            answer(workshop, event.asked.run_id, event.asked.id, "local", yes=True)
    assert ran == ["send 奶奶"]


async def test_nobodys_word_in_time_is_a_no():
    workshop = a_workshop([calls("test_send", to="奶奶"), "没有发出。"], wait_s=0.01)
    done, _ = await ended(workshop, AgentDefinition("sender", tools=("test_send",)), "发给奶奶")
    assert not ran
    assert [s.status for s in done.run.steps if s.kind == "approval"] == ["refused"]


async def test_a_run_is_cancelled_by_its_owner_and_kept():
    workshop = a_workshop([calls("test_hang")])
    run_id = ""
    async for event in run_agent_journey(workshop, AgentDefinition("h", tools=("test_hang",)), "等", owner="local"):
        if isinstance(event, RunStarted):
            run_id = event.run_id
        if isinstance(event, StepSeen) and event.step.kind == "tool":
            cancel(workshop, run_id, "local")
    assert (await history.run(workshop, run_id, "local")).stopped_by == "cancelled"
    with pytest.raises(NotFound):
        cancel(workshop, run_id, "local")


async def test_whoever_goes_away_leaves_a_cancelled_run_and_no_task():
    workshop = a_workshop([calls("test_hang")])
    before = len(asyncio.all_tasks())
    events = run_agent_journey(workshop, AgentDefinition("h", tools=("test_hang",)), "等", owner="local")
    async for event in events:
        if isinstance(event, StepSeen) and event.step.kind == "tool":
            break
    await events.aclose()
    (kept,) = await history.runs(workshop, "local")
    assert kept.stopped_by == "cancelled"
    assert len(asyncio.all_tasks()) == before


async def test_owners_see_and_touch_their_own_only():
    workshop = a_workshop(["x"])
    await save(workshop, WEATHER, "local")
    mine, theirs = owner_of(workshop.house, "browser-a"), owner_of(workshop.house, "browser-b")
    await save(workshop, WEATHER, mine)
    assert "weather" not in [one.definition.name for one in await agents(workshop, theirs)]
    with pytest.raises(NotPermitted):
        await agents(workshop, "acc-somebody")
    for role in ("child", "helper"):
        with pytest.raises(NotPermitted):
            a_workshop(actor=Actor("acc-x", "x", "home", role))
    account = a_workshop(actor=Actor("acc-mum", "mum", "home", "manager"))
    with pytest.raises(NotPermitted):
        await agents(account, "acc-mum:browser")


async def test_a_run_left_behind_by_a_dead_program_is_told_as_broken_off():
    workshop = a_workshop(["x"])
    from kangban.ports.agents import AgentRun

    left = AgentRun("run-left", "weather", 1, "q", workshop.house.clock.now(), "local", (RunStep(1, "model", 0),))
    await workshop.shelf.put_run(left)
    assert (await history.run(workshop, "run-left", "local")).stopped_by == "failed"


async def test_too_many_runs_at_once_are_refused():
    workshop = a_workshop(lambda _: calls("test_hang"))
    agent = AgentDefinition("h", tools=("test_hang",))
    under_way = [run_agent_journey(workshop, agent, "等", owner="local") for _ in range(5)]
    for one in under_way[:4]:
        await anext(one)
    with pytest.raises(Conflict):
        await anext(under_way[4])
    for one in under_way:
        await one.aclose()


async def test_shipped_agents_pass_their_own_checks_and_answer_with_the_offline_brain():
    workshop = a_workshop()
    for name in shipped_agents():
        assert (await load(workshop, name, "local")).shipped
        done, _ = await ended(workshop, name, "阿司匹林和华法林能一起吃吗")
        assert done.run.stopped_by in ("answered", "empty"), (name, done.run)
    with pytest.raises(InvalidInput):
        await remove(workshop, "companion", "local")
