"""A closed account takes what it made in the workshop with it, in every family, and nothing of anybody else's."""

from __future__ import annotations

from pathlib import Path

import msgspec

from kangban.app import close_house, open_doors
from kangban.journeys.accounts.administering import add_family, end_account
from kangban.ports.agents import AgentDefinition, AgentRun
from kangban.ports.durable import Claim
from kangban.ports.notes import AgentNote, Spent
from kangban.settings import Settings
from tests.support.gates import NOW, CountedPasswords, actor_named, started, with_first, with_person


async def furnished(shelf, owner: str, family: str) -> None:
    await shelf.save(AgentDefinition("mine"), owner, NOW, None)
    await shelf.put_run(AgentRun(f"run-{family}-{owner}", "mine", 1, "asked", NOW, owner))
    await shelf.put_note(AgentNote(f"note-{family}-{owner}", owner, "mine", "noted", NOW))
    await shelf.add_spent(Spent(owner, "2026-05-03", "qwen", 1))


async def left(shelf, owner: str) -> int:
    found = [await shelf.newest(owner), await shelf.runs(owner), await shelf.notes(owner), await shelf.spent(owner)]
    return sum(len(each) for each in found)


async def test_closing_an_account_erases_its_part_of_every_family(tmp_path: Path) -> None:
    opened = await open_doors(Settings(tmp_path))
    gate = msgspec.structs.replace(opened.gate, passwords=CountedPasswords())
    await with_first(gate)
    manager = await actor_named(gate, "zhang")
    away = await add_family(gate, manager, name="李家")
    made = await with_person(gate, manager, "mama", "adult")
    shelves = [opened.house.bench.shelf_of(family) for family in ("home", away.family_id)]
    for family, shelf in zip(("home", "away"), shelves, strict=True):
        for owner in (made.id, manager.account_id):
            await furnished(shelf, owner, family)
    await shelves[0].claim(Claim(f"run-home-{made.id}", made.id, "gone", NOW), NOW)
    await end_account(gate, manager, made.id)
    assert [await left(shelf, made.id) for shelf in shelves] == [0, 0]
    assert [await left(shelf, manager.account_id) for shelf in shelves] == [4, 4]
    assert list(await shelves[0].claims()) == []
    await close_house(opened.house)


async def test_where_there_is_no_workshop_an_account_is_closed_all_the_same() -> None:
    gate, manager = await started()
    made = await with_person(gate, manager, "mama", "adult")
    await end_account(gate, manager, made.id)
    closed = await gate.accounts.find_account(id=made.id)
    assert closed is not None
    assert not closed.active
