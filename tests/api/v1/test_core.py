"""The core in this process: silence is told, an ended key ends the answer, and limits are one for all faces."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import msgspec
import pytest

from kangban.adapters.memory_agents import MemoryAgentShelf
from kangban.agent.scripted import ScriptedModel
from kangban.api.door import Caller
from kangban.api.rate import Limits
from kangban.api.v1.asked import Chat, Message
from kangban.api.v1.face import Face
from kangban.api.v1.faults import Fault
from kangban.api.v1.told import Begun, ChoiceEnded, Event, Over, Piece, Working
from kangban.clinical.access import Actor
from kangban.journeys.house import House, seen_by
from kangban.journeys.workshop.bench import Bench
from kangban.journeys.workshop.live import LiveRuns
from kangban.kernel.errors import NotPermitted
from kangban.ports.chat_model import ChatEvent, ChatRequest, Finished, TextDelta
from kangban.settings import Settings
from kangban.toolbox.shelf import all_tools
from tests.support.houses import memory_house

LOCAL = Actor("local", "local", "home", "manager", door="api")
SOMEBODY = Caller(LOCAL, "kb_x", by_key=True, demo=True)
ASK = Chat("kangban", [Message("user", "你好，能做什么？")])


class Slow:
    """A model that waits for a word, and knows whether it was stopped."""

    name = "slow"

    def __init__(self) -> None:
        self.place = "this_machine"
        self.asked, self.go_on = asyncio.Event(), asyncio.Event()
        self.stopped = False

    async def stream(self, _request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        self.asked.set()
        try:
            await self.go_on.wait()
        except (asyncio.CancelledError, GeneratorExit):
            self.stopped = True
            raise
        yield TextDelta("好的。")
        yield Finished("stop")

    async def close(self) -> None: ...


class OneHouse:
    """The houses of a server over one house in memory."""

    def __init__(self, model: Any, **more: Any) -> None:
        shelf = MemoryAgentShelf()
        bench = Bench(lambda _: shelf, lambda choice: ScriptedModel([]), all_tools, LiveRuns(), **more)
        self.house = msgspec.structs.replace(memory_house(model=model), bench=bench)
        self.shelf = shelf
        self.settings = Settings(data_dir="nowhere")  # type: ignore[arg-type]

    async def house_for(self, actor: Actor, *, demo: bool) -> House:
        return seen_by(self.house, actor)


def a_face(model: Any, limits: Limits | None = None, quiet_s: float = 10.0) -> tuple[Face, OneHouse]:
    houses = OneHouse(model)
    return Face(houses, limits, quiet_s=quiet_s), houses  # type: ignore[arg-type]


async def all_of(face: Face, caller: Caller = SOMEBODY, asked: Chat = ASK) -> list[Event]:
    async with aclosing(face.chat(caller, asked)) as events:
        return [event async for event in events]


async def test_silence_is_told_again_and_again() -> None:
    model = Slow()
    face, _ = a_face(model, quiet_s=0.02)
    told: list[Event] = []
    async with aclosing(face.chat(SOMEBODY, ASK)) as events:
        async for event in events:
            told.append(event)
            if model.asked.is_set() and len([one for one in told if isinstance(one, Working)]) > 6:
                model.go_on.set()
    assert isinstance(told[0], Begun)
    assert isinstance(told[-1], Over)
    assert "".join(one.text for one in told if isinstance(one, Piece)).startswith("好的。")


async def test_an_answer_for_a_key_that_has_ended_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Slow()
    face, _ = a_face(model)

    async def ended(_caller: Caller) -> None:
        raise NotPermitted("the key has ended", key="error.session_over")

    told: list[Event] = []

    async def listen() -> None:
        async with aclosing(face.chat(SOMEBODY, ASK)) as events:
            async for event in events:
                told.append(event)
                if model.asked.is_set():
                    monkeypatch.setattr(face.entry, "again", ended)
                    model.go_on.set()

    with pytest.raises(Fault) as refused:
        await listen()
    assert refused.value.status == 403
    assert not any(isinstance(one, Piece) for one in told)


async def test_closing_stops_the_model_and_keeps_the_run_as_cancelled() -> None:
    model = Slow()
    face, houses = a_face(model)
    events = face.chat(SOMEBODY, ASK)
    assert isinstance(await anext(events), Begun)
    await model.asked.wait()
    await events.aclose()
    assert model.stopped
    (run,) = await houses.shelf.runs("local")
    assert run.stopped_by == "cancelled"
    assert not face.entry._under_way


async def test_a_model_off_this_machine_is_not_asked_without_consent_and_the_answer_says_so() -> None:
    model = Slow()
    model.place = "mainland"
    face, _ = a_face(model)
    told = await all_of(face)
    (end,) = [one for one in told if isinstance(one, ChoiceEnded)]
    assert not model.asked.is_set()
    assert end.about.brain == "offline"
    assert end.about.notes


async def test_limits_are_held_and_given_back() -> None:
    model = Slow()
    face, _ = a_face(model, Limits(streams_at_once=1))
    first = face.chat(SOMEBODY, ASK)
    await anext(first)
    with pytest.raises(Fault) as refused:
        await all_of(face)
    assert (refused.value.status, refused.value.wait_s) == (429, 1)
    await first.aclose()
    model.go_on.set()
    assert isinstance((await all_of(face))[-1], Over)
    face, _ = a_face(ScriptedModel(lambda _: "好的。"), Limits(heavy_per_minute=2))
    assert [type((await all_of(face))[-1]) for _ in range(2)] == [Over, Over]
    with pytest.raises(Fault):
        await all_of(face)
    assert await face.models(SOMEBODY), "looking is not heavy"
    face, _ = a_face(ScriptedModel(lambda _: "好的。"), Limits(heavy_per_minute=3))
    with pytest.raises(Fault):
        await all_of(face, asked=msgspec.structs.replace(ASK, n=4))


async def test_more_runs_than_an_owner_may_have_are_refused_as_too_many() -> None:
    model = Slow()
    face, _ = a_face(model, Limits(streams_at_once=100))
    first = face.chat(SOMEBODY, msgspec.structs.replace(ASK, n=4))
    await anext(first)
    await model.asked.wait()
    with pytest.raises(Fault) as refused:
        await all_of(face)
    assert (refused.value.status, refused.value.code) == (429, "too_many_runs")
    await first.aclose()


@pytest.mark.parametrize("role", ["child", "helper"])
async def test_roles_without_a_workshop_have_no_agents(role: Any) -> None:
    face, _ = a_face(ScriptedModel(lambda _: "好的。"))
    caller = Caller(Actor("acc", "x", "home", role, door="api"), "kb_y", by_key=True, demo=True)
    for work in (face.models(caller), all_of(face, caller)):
        with pytest.raises(Fault) as refused:
            await work
        assert refused.value.status == 403


async def test_an_own_agent_of_the_companions_name_comes_first() -> None:
    from kangban.journeys.workshop.keeping import save
    from kangban.journeys.workshop.kept import workshop_of
    from kangban.ports.agents import AgentDefinition

    face, houses = a_face(ScriptedModel(lambda _: "好的。"))
    await save(workshop_of(seen_by(houses.house, LOCAL)), AgentDefinition("kangban", title="mine"), "local")
    found = [one for one in await face.models(SOMEBODY) if one.id == "kangban"]
    assert [(one.title, one.owned_by, one.version) for one in found] == [("mine", "you", 1)]
