"""What the audit promises, asked of the fake, SQLite, encrypted SQLite and PostgreSQL alike."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta, timezone
from pathlib import Path

import msgspec
import pytest

from kangban.clinical.record import Observation
from kangban.journeys.auditing.verifying import verify
from kangban.kernel.errors import Conflict, InvalidInput, NotFound
from kangban.record.chain import GENESIS, Head, extend
from kangban.record.merge import correct
from tests.support.chains import AT, happened
from tests.support.stores import DATABASES, SAID, START, STORES, Doors, address, fact, opened_doors


@pytest.fixture(params=STORES)
async def doors(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Doors]:
    async with opened_doors(request.param, tmp_path) as made:
        yield made


async def test_events_come_back_as_links_of_one_chain(doors):
    events = [happened(n) for n in (3, 1, 2)]
    await doors.audit.write(events[:1])
    await doors.audit.write(events[1:])
    links = await doors.audit.chain("home")
    assert links == extend(Head(), events)
    assert await doors.audit.head("home") == (3, links[-1].hash)
    assert (await verify(doors.audit, "home")).ok


async def test_an_event_written_twice_is_one_link(doors):
    await doors.audit.write([happened(1), happened(1), happened(2)])
    await doors.audit.write([happened(2), happened(1), happened(3)])
    assert [link.event.id for link in await doors.audit.chain("home")] == [f"audit-home-{n}" for n in (1, 2, 3)]


async def test_each_family_and_the_server_have_their_own_chain(doors):
    await doors.audit.write([happened(1), happened(1, family=""), happened(1, family="next-door"), happened(2)])
    assert await doors.audit.chains() == ["", "home", "next-door"]
    assert [link.number for link in await doors.audit.chain("home")] == [1, 2]
    for family in ("", "next-door"):
        links = await doors.audit.chain(family)
        assert [(link.number, link.previous, link.event.family_id) for link in links] == [(1, GENESIS, family)]
    assert await doors.audit.chain("nobody") == []
    assert await doors.audit.head("nobody") == (0, GENESIS)


async def test_a_chain_is_read_in_parts_from_either_end(doors):
    await doors.audit.write([happened(n) for n in range(1, 8)])

    async def numbers(**how):
        return [link.number for link in await doors.audit.chain("home", **how)]

    assert await numbers(after=5) == [6, 7]
    assert await numbers(after=2, limit=3) == [3, 4, 5]
    assert await numbers(newest_first=True, limit=2) == [7, 6]
    assert await numbers(newest_first=True, after=5) == [7, 6]
    assert await numbers(limit=0) == []
    with pytest.raises(InvalidInput):
        await numbers(limit=-1)


async def test_a_moment_is_kept_as_utc_whatever_it_was_written_in(doors):
    beijing = msgspec.structs.replace(happened(1), at=AT.astimezone(timezone(timedelta(hours=8))))
    await doors.audit.write([beijing])
    [link] = await doors.audit.chain("home")
    assert link.event.at == AT
    assert link.event.at.utcoffset() == timedelta(0)
    assert (await verify(doors.audit, "home")).ok


@pytest.mark.parametrize("field", ["id", "family_id"])
@pytest.mark.parametrize("text", ["\0", "x" * 201, "\ud800"])
async def test_what_no_store_can_hold_is_refused_and_nothing_is_written(doors, field, text):
    with pytest.raises(InvalidInput):
        await doors.audit.write([happened(1), msgspec.structs.replace(happened(2), **{field: text})])
    assert await doors.audit.chain("home") == []


async def test_events_of_an_append_stand_or_fall_with_its_entries(doors):
    await doors.records.append([fact(60.0)], events=[happened(1)])
    await doors.records.append([fact(60.0)], events=[happened(1)])
    twisted = msgspec.structs.replace(fact(60.0), member_id="dad")
    with pytest.raises(Conflict):
        await doors.records.append([fact(61.0), twisted], events=[happened(2)])
    assert [link.event.id for link in await doors.audit.chain("home")] == ["audit-home-1"]
    await doors.records.append([], events=[happened(3)])
    assert len(await doors.audit.chain("home")) == 2


async def test_retention_takes_the_oldest_and_the_chain_stays_whole(doors):
    await doors.audit.write([happened(n) for n in range(1, 9)])
    seen = {head for number in (2, 5, 8) async for head in _heads(doors, number)}
    assert await doors.audit.drop_before("home", happened(4).at, at=happened(20).at) == 3
    links = await doors.audit.chain("home")
    assert [link.number for link in links] == [4, 5, 6, 7, 8, 9]
    assert (links[-1].event.what, links[-1].event.at) == ("audit.dropped", happened(20).at)
    report = await verify(doors.audit, "home", tuple(seen))
    assert (report.ok, report.first, report.head.number) == (True, 4, 9)
    assert await doors.audit.drop_before("home", happened(4).at, at=happened(21).at) == 0
    assert len(await doors.audit.chain("home")) == 6
    await doors.audit.write([happened(22)])
    assert await doors.audit.drop_before("home", happened(99).at, at=happened(30).at) == 7
    assert (await verify(doors.audit, "home")).ok
    assert await doors.audit.drop_before("nobody", happened(99).at) == 0


async def _heads(doors: Doors, number: int) -> AsyncIterator[Head]:
    for link in await doors.audit.chain("home", after=number - 1, limit=1):
        yield Head(link.number, link.hash)


async def test_a_young_event_keeps_all_that_came_after_it(doors):
    await doors.audit.write([happened(1), happened(2, day=50), happened(3)])
    assert await doors.audit.drop_before("home", happened(10).at) == 1
    assert [link.number for link in await doors.audit.chain("home")] == [2, 3, 4]


async def test_many_writers_make_one_chain(doors):
    async def write(number: int) -> None:
        events = [happened(number), happened(number, family=""), happened(number, family="next-door")]
        if number % 3:
            await doors.audit.write(events)
        else:
            await doors.records.append([fact(float(number))], events=events)

    await asyncio.gather(*(write(n) for n in range(1, 31)))
    for family in ("", "home", "next-door"):
        report = await verify(doors.audit, family)
        assert (report.ok, report.length) == (True, 30)


async def test_what_an_erasure_and_a_retention_say_stands_with_them(doors):
    old, new, other = fact(60.0), fact(61.0), fact(62.0, member="dad")
    await doors.records.append([old, new, other])
    assert await doors.records.delete_member("home", "gran", events=[happened(1)]) == 2
    assert await doors.records.delete_member("home", "gran", events=[happened(1)]) == 0
    assert await doors.records.drop("home", [other.id, "not-there"], events=[happened(2)]) == 1
    assert await doors.records.drop("next-door", [other.id]) == 0
    assert await doors.records.entries("home", include_superseded=True) == []
    assert [link.event.id for link in await doors.audit.chain("home")] == ["audit-home-1", "audit-home-2"]


@pytest.mark.parametrize("kind", DATABASES)
async def test_two_programs_append_to_one_unforked_chain(kind, tmp_path):
    from kangban.adapters.store import open_stores

    async with address(kind, tmp_path) as url:
        first, second = await open_stores(url), await open_stores(url)
        for number in range(1, 16):
            await asyncio.gather(
                first.audit.write([happened(number), happened(100 + number)]),
                second.audit.write([happened(number), happened(200 + number)]),
            )
        report = await verify(first.audit, "home")
        assert (report.ok, report.length) == (True, 45)
        assert await first.audit.chain("home") == await second.audit.chain("home")
        await first.close()
        await second.close()


async def test_what_comes_too_late_for_an_erased_person_is_not_written(doors):
    name, answer = fact(60.0), fact(61.0)
    await doors.records.append([name, fact(1.0, family="next-door")])
    assert await doors.records.append([answer], needs=[name.id]) == 1
    await doors.records.delete_member("home", "gran")
    for needs in ([name.id], [fact(1.0, family="next-door").id], ["\0"]):
        with pytest.raises(NotFound):
            await doors.records.append([answer], events=[happened(1)], needs=needs)
    assert await doors.records.entries("home") == []
    assert await doors.audit.chain("home") == []


async def test_erasing_and_answering_at_once_leaves_nothing_of_the_erased(doors):
    for number in range(8):
        name = fact(float(number))
        await doors.records.append([name])
        answers = [doors.records.append([fact(100.0 + n)], needs=[name.id]) for n in range(4)]
        erasing = doors.records.delete_member("home", "gran")
        await asyncio.gather(*answers[:2], erasing, *answers[2:], return_exceptions=True)
        assert await doors.records.entries("home", "gran") == []


async def test_an_old_entry_goes_only_with_everything_that_supersedes_it(doors):
    first = fact(60.0)
    second = correct(first, Observation("weight", 61.0), known_at=START, provenance=SAID)
    await doors.records.append([first, second, fact(5.0, family="next-door")])
    with pytest.raises(Conflict):
        await doors.records.drop("home", [first.id], events=[happened(1)])
    assert len(await doors.records.entries("home", include_superseded=True)) == 2
    assert await doors.audit.chain("home") == []
    assert await doors.records.drop("home", [second.id, first.id]) == 2
    await doors.records.append([first, second])
    assert await doors.records.drop("home", [second.id]) == 1
    assert [e.id for e in await doors.records.entries("home")] == [first.id]
    assert len(await doors.records.entries("next-door")) == 1
