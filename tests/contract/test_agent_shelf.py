"""The shelf of agents and runs, asked of the fake and every database alike."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from kangban.adapters.memory_agents import MemoryAgentShelf
from kangban.adapters.store import open_stores, sqlite_url
from kangban.kernel.errors import Conflict, NotFound
from kangban.ports.agents import AgentDefinition, AgentRun, AgentShelf, RunStep, Usage
from tests.support.stores import DATABASES, KEY, START, STORES, address

NEEDLE = "独一无二的一句：外婆的血压"


@pytest.fixture(params=STORES)
async def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AgentShelf]:
    if request.param == "memory":
        yield MemoryAgentShelf()
        return
    async with address(request.param, tmp_path) as url:
        stores = await open_stores(url)
        yield stores.agents("home")
        await stores.close()


def agent(name: str = "weather", **more) -> AgentDefinition:
    return AgentDefinition(name, prompt=NEEDLE, tools=("triage",), **more)


def a_run(id_: str = "run-1", owner: str = "mum", minutes: int = 0, **more) -> AgentRun:
    step = RunStep(1, "tool", 1.5, name="triage", arguments={"text": NEEDLE}, result={"urgency": "unknown"})
    run = AgentRun(id_, "weather", 1, NEEDLE, START + timedelta(minutes=minutes), owner, (step,), NEEDLE, Usage(3, 4))
    return msgspec.structs.replace(run, **more)


async def test_versions_count_from_one_and_are_never_changed(shelf):
    first = await shelf.save(agent(), "mum", START, None)
    second = await shelf.save(agent(title="B"), "mum", START, 1)
    assert (first.version, second.version, first.owner) == (1, 2, "mum")
    assert list(await shelf.versions("weather", "mum")) == [first, second]
    assert list(await shelf.newest("mum")) == [second]


async def test_saving_over_a_version_one_has_not_seen_is_a_conflict(shelf):
    await shelf.save(agent(), "mum", START, None)
    for expected in (None, 2, 0):
        with pytest.raises(Conflict):
            await shelf.save(agent(title="late"), "mum", START, expected)
    assert len(await shelf.versions("weather", "mum")) == 1


async def test_two_at_once_make_one_version(shelf):
    made = await asyncio.gather(
        *(shelf.save(agent(title=str(n)), "mum", START, None) for n in range(5)), return_exceptions=True
    )
    assert sum(isinstance(one, Conflict) for one in made) == 4
    assert len(await shelf.versions("weather", "mum")) == 1


async def test_each_owner_has_their_own(shelf):
    await shelf.save(agent(), "mum", START, None)
    await shelf.save(agent(title="dad's"), "dad", START, None)
    await shelf.put_run(a_run())
    assert [one.definition.title for one in await shelf.newest("dad")] == ["dad's"]
    with pytest.raises(NotFound):
        await shelf.get_run("run-1", "dad")
    with pytest.raises(Conflict):
        await shelf.put_run(a_run(owner="dad"))
    await shelf.remove("weather", "dad")
    await shelf.erase_run("run-1", "dad")
    assert len(await shelf.versions("weather", "mum")) == 1
    assert (await shelf.get_run("run-1", "mum")) == a_run()


async def test_a_run_is_replaced_by_id_listed_newest_first_and_erased(shelf):
    for n in range(3):
        await shelf.put_run(a_run(f"run-{n}", minutes=n, agent="other" if n == 1 else "weather"))
    await shelf.put_run(a_run("run-0", stopped_by="answered"))
    assert (await shelf.get_run("run-0", "mum")).stopped_by == "answered"
    assert [run.id for run in await shelf.runs("mum")] == ["run-2", "run-1", "run-0"]
    assert [run.id for run in await shelf.runs("mum", "weather")] == ["run-2", "run-0"]
    assert [run.id for run in await shelf.runs("mum", limit=1)] == ["run-2"]
    await shelf.erase_run("run-2", "mum")
    await shelf.erase_run("run-2", "mum")
    assert [run.id for run in await shelf.runs("mum")] == ["run-1", "run-0"]


async def test_removing_an_agent_keeps_its_runs_and_a_new_one_begins_at_one(shelf):
    await shelf.save(agent(), "mum", START, None)
    await shelf.put_run(a_run())
    await shelf.remove("weather", "mum")
    await shelf.remove("weather", "mum")
    assert list(await shelf.newest("mum")) == []
    assert len(await shelf.runs("mum")) == 1
    assert (await shelf.save(agent(), "mum", START, None)).version == 1


async def test_names_nobody_can_have_are_simply_not_there(shelf):
    assert list(await shelf.versions("\0", "mum")) == []
    with pytest.raises(NotFound):
        await shelf.get_run("\0", "mum")


@pytest.mark.parametrize("kind", DATABASES)
async def test_another_family_sees_nothing_and_all_outlives_the_program(kind, tmp_path):
    async with address(kind, tmp_path) as url:
        first = await open_stores(url)
        await first.agents("home").save(agent(), "mum", START, None)
        await first.agents("home").put_run(a_run())
        assert list(await first.agents("away").newest("mum")) == []
        assert list(await first.agents("away").runs("mum")) == []
        await first.agents("away").erase_run("run-1", "mum")
        await first.close()
        second = await open_stores(url)
        assert await second.agents("home").get_run("run-1", "mum") == a_run()
        assert len(await second.agents("home").newest("mum")) == 1
        await second.close()


async def test_a_run_lies_readable_nowhere_in_an_encrypted_house_and_nowhere_at_all_once_erased(tmp_path):
    for key, readable in ((KEY, False), ("", True)):
        folder = tmp_path / (key[:2] or "plain")
        stores = await open_stores(sqlite_url(folder / "record.sqlite", key))
        await stores.agents("home").put_run(a_run())
        assert any(NEEDLE.encode() in file.read_bytes() for file in folder.iterdir()) == readable
        await stores.agents("home").erase_run("run-1", "mum")
        await stores.close()
        assert not any(NEEDLE.encode() in file.read_bytes() for file in folder.iterdir())
