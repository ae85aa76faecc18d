"""Claims, words, notes and costs of the workshop's shelf, asked of the fake and every database alike."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from kangban.adapters.memory_agents import MemoryAgentShelf
from kangban.adapters.store import open_stores, sqlite_url
from kangban.kernel.errors import InvalidInput, NotFound
from kangban.ports.agents import AgentDefinition, AgentRun, AgentShelf
from kangban.ports.durable import STOP, Claim
from kangban.ports.notes import MOST_NOTES, AgentNote, Spent
from tests.support.stores import DATABASES, START, STORES, address

NEEDLE = "独一无二的记事：外婆怕冷"


@pytest.fixture(params=STORES)
async def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AgentShelf]:
    if request.param == "memory":
        yield MemoryAgentShelf()
        return
    async with address(request.param, tmp_path) as url:
        stores = await open_stores(url)
        yield stores.agents("home")
        await stores.close()


def claim(holder: str, seconds: int, run: str = "run-1", owner: str = "mum") -> Claim:
    return Claim(run, owner, holder, START + timedelta(seconds=seconds))


def note(number: int, owner: str = "mum", agent: str = "weather") -> AgentNote:
    return AgentNote(f"note-{owner}-{agent}-{number}", owner, agent, NEEDLE, START + timedelta(minutes=number), "run-1")


async def test_a_run_is_carried_on_by_one_until_its_claim_runs_out(shelf):
    assert await shelf.claim(claim("a", 10), START)
    assert not await shelf.claim(claim("b", 10), START)
    assert await shelf.claim(claim("a", 20), START + timedelta(seconds=5))  # held longer
    assert not await shelf.claim(claim("b", 30), START + timedelta(seconds=15))
    assert await shelf.claim(claim("b", 30), START + timedelta(seconds=20))
    assert not await shelf.claim(claim("a", 40), START + timedelta(seconds=21))  # whoever lost it sees that
    assert list(await shelf.claims()) == [claim("b", 30)]


async def test_of_many_at_once_one_gets_the_run(shelf):
    assert await shelf.claim(claim("dead", 0), START - timedelta(seconds=1))
    got = await asyncio.gather(*(shelf.claim(claim(f"p{n}", 60), START) for n in range(6)))
    assert sum(got) == 1


async def test_a_claim_is_nobody_elses_to_take_or_to_let_go(shelf):
    assert await shelf.claim(claim("a", 0), START - timedelta(seconds=1))
    assert not await shelf.claim(claim("b", 10, owner="dad"), START)
    await shelf.release("run-1", "dad")
    assert len(await shelf.claims()) == 1
    await shelf.release("run-1", "mum")
    await shelf.release("run-1", "mum")
    assert list(await shelf.claims()) == []


async def test_the_first_word_stays_and_words_go_with_the_claim(shelf):
    await shelf.claim(claim("a", 10), START)
    await shelf.say("run-1", "mum", STOP, "yes")
    await shelf.say("run-1", "mum", "ask-1", "no")
    await shelf.say("run-1", "mum", "ask-1", "yes")
    assert await shelf.words("run-1", "mum") == {STOP: "yes", "ask-1": "no"}
    assert await shelf.words("run-1", "dad") == {}
    await shelf.release("run-1", "mum")
    assert await shelf.words("run-1", "mum") == {}


async def test_notes_are_kept_once_in_order_bounded_and_erasable(shelf):
    for number in range(MOST_NOTES + 3):
        await shelf.put_note(note(number))
    await shelf.put_note(note(MOST_NOTES + 2))
    await shelf.put_note(note(0, agent="other"))
    assert list(await shelf.notes("mum", "weather")) == [note(n) for n in range(3, MOST_NOTES + 3)]
    assert len(await shelf.notes("mum")) == MOST_NOTES + 1
    await shelf.erase_note(note(3).id, "dad")
    assert len(await shelf.notes("mum", "weather")) == MOST_NOTES
    await shelf.erase_note(note(3).id, "mum")
    await shelf.erase_note(note(3).id, "mum")
    assert note(3) not in await shelf.notes("mum", "weather")
    assert list(await shelf.notes("dad")) == []
    with pytest.raises(InvalidInput):
        await shelf.put_note(AgentNote("", "mum", "weather", "x", START))


async def test_costs_add_up_by_day_and_model(shelf):
    one = Spent("mum", "2026-05-01", "qwen", 1, 100, 20, 5, 0, 1, 0.25)
    await asyncio.gather(*(shelf.add_spent(one) for _ in range(4)))
    await shelf.add_spent(Spent("mum", "2026-05-02", "qwen", 1, 7, 3, unpriced=10))
    await shelf.add_spent(Spent("dad", "2026-05-01", "qwen", 1, 1, 1))
    assert list(await shelf.spent("mum")) == [
        Spent("mum", "2026-05-01", "qwen", 4, 400, 80, 20, 0, 4, 1.0),
        Spent("mum", "2026-05-02", "qwen", 1, 7, 3, unpriced=10),
    ]
    assert [one.day for one in await shelf.spent("mum", "2026-05-02")] == ["2026-05-02"]
    assert {one.owner for one in await shelf.spent("")} == {"mum", "dad"}


async def test_everything_of_an_owner_goes_and_nothing_of_anybody_elses(shelf):
    for owner in ("mum", "dad"):
        await shelf.save(AgentDefinition("weather"), owner, START, None)
        await shelf.put_run(AgentRun(f"run-{owner}", "weather", 1, NEEDLE, START, owner))
        await shelf.claim(claim("a", 10, f"run-{owner}", owner), START)
        await shelf.say(f"run-{owner}", owner, STOP, "yes")
        await shelf.put_note(note(1, owner))
        await shelf.add_spent(Spent(owner, "2026-05-01", "qwen", 1))
    await shelf.erase_owner("mum")
    await shelf.erase_owner("mum")
    assert [list(await shelf.newest("mum")), list(await shelf.runs("mum")), list(await shelf.notes("mum"))] == [[]] * 3
    assert list(await shelf.spent("mum")) == []
    assert await shelf.words("run-mum", "mum") == {}
    assert [one.owner for one in await shelf.claims()] == ["dad"]
    with pytest.raises(NotFound):
        await shelf.get_run("run-mum", "mum")
    assert len(await shelf.newest("dad")) == len(await shelf.runs("dad")) == len(await shelf.notes("dad")) == 1
    assert await shelf.words("run-dad", "dad") == {STOP: "yes"}


@pytest.mark.parametrize("kind", DATABASES)
async def test_another_family_sees_none_of_it(kind, tmp_path):
    async with address(kind, tmp_path) as url:
        stores = await open_stores(url)
        home, away = stores.agents("home"), stores.agents("away")
        await home.claim(claim("a", 10), START)
        await home.say("run-1", "mum", STOP, "yes")
        await home.put_note(note(1))
        await home.add_spent(Spent("mum", "2026-05-01", "qwen", 1))
        assert (list(await away.claims()), await away.words("run-1", "mum")) == ([], {})
        assert (list(await away.notes("mum")), list(await away.spent(""))) == ([], [])
        await away.erase_owner("mum")
        assert len(await home.notes("mum")) == len(await home.claims()) == 1
        await stores.close()


async def test_an_erased_note_lies_nowhere_any_more(tmp_path):
    stores = await open_stores(sqlite_url(tmp_path / "record.sqlite"))
    shelf = stores.agents("home")
    await shelf.put_note(note(1))
    assert any(NEEDLE.encode() in file.read_bytes() for file in tmp_path.iterdir())
    await shelf.erase_note(note(1).id, "mum")
    await stores.close()
    assert not any(NEEDLE.encode() in file.read_bytes() for file in tmp_path.iterdir())
