"""The outbox, asked of the fake and every database alike."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from kangban.adapters.store import open_stores
from kangban.clinical.access import Membership
from kangban.clinical.audit import AuditEvent
from kangban.clinical.notice import Notice, NoticeState
from kangban.kernel.errors import Conflict, InvalidInput
from tests.support.stores import DATABASES, DAY, START, STORES, Doors, address, fact, opened_doors

MINUTE = timedelta(minutes=1)


@pytest.fixture(params=STORES)
async def doors(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Doors]:
    async with opened_doors(request.param, tmp_path) as made:
        await made.records.append([fact()])  # "away" has no entry and is no tenant: its notices go out all the same
        yield made


def notice(name: str = "a", *, due: int = 0, family: str = "home", account: str = "gran", push: bool = True) -> Notice:
    return Notice(f"notice-{name}", family, account, "review.waiting", START + due * DAY, {"count": "2"}, "/desk", push)


def event(name: str, family: str = "home") -> AuditEvent:
    return AuditEvent(f"event-{name}", START, family, "gran", "elder", "page", "C", "entry.written")


def ids(states: list[NoticeState]) -> list[str]:
    return [state.notice.id for state in states]


async def leased(doors, now=START, limit=10):
    return await doors.notices.lease(now, MINUTE, limit)


async def test_a_notice_is_kept_once_and_comes_back_as_it_was(doors):
    assert await doors.notices.put([]) == 0
    assert await doors.notices.put([notice(), notice("b"), notice()]) == 2
    assert await doors.notices.put([msgspec.structs.replace(notice(), key="other"), notice("c")]) == 1
    assert await doors.notices.of_account("gran", "home", START) == [
        NoticeState(notice("c")), NoticeState(notice("b")), NoticeState(notice()),
    ]  # fmt: skip


async def test_an_account_sees_its_own_that_are_due_newest_first(doors):
    await doors.notices.put([notice("old"), notice("new", due=2, push=False), notice("later", due=5)])
    await doors.notices.put([notice("dad", account="dad"), notice("away", family="away")])
    assert ids(await doors.notices.of_account("gran", "home", START + 3 * DAY)) == ["notice-new", "notice-old"]
    assert ids(await doors.notices.of_account("gran", "home", START + 3 * DAY, limit=1)) == ["notice-new"]
    assert ids(await doors.notices.of_account("gran", "away", START)) == ["notice-away"]
    assert await doors.notices.of_account("gran", "nowhere", START) == []


async def test_due_notices_of_all_families_are_leased_oldest_first_within_one(doors):
    await doors.notices.put([notice("later", due=1), notice("pages", push=False), notice("b", due=-1), notice("a")])
    await doors.notices.put([notice("away", family="away"), notice("server", family="")])
    taken = await leased(doors, limit=10)
    assert sorted(ids(taken)) == ["notice-a", "notice-away", "notice-b", "notice-server"]
    assert [each for each in ids(taken) if each in ("notice-a", "notice-b")] == ["notice-b", "notice-a"]
    assert {(state.sending_at, state.attempts, state.sent_at) for state in taken} == {(START, 1, None)}
    assert await leased(doors) == []


async def test_a_lease_takes_no_more_than_asked(doors):
    await doors.notices.put([notice(str(n), family=("home", "away")[n % 2]) for n in range(8)])
    assert await leased(doors, limit=0) == []
    taken = [ids(await leased(doors, limit=3)) for _ in range(4)]
    assert [len(each) for each in taken] == [3, 3, 2, 0]
    assert len({each for some in taken for each in some}) == 8


async def test_a_lease_that_ran_out_is_given_again(doors):
    await doors.notices.put([notice()])
    await leased(doors)
    assert await leased(doors, START + MINUTE / 2) == []
    (again,) = await leased(doors, START + MINUTE)
    assert (again.attempts, again.sending_at) == (2, START + MINUTE)


async def test_what_was_sent_is_not_sent_again(doors):
    await doors.notices.put([notice()])
    await leased(doors)
    await doors.notices.mark_sent("notice-a", START)
    await doors.notices.mark_sent("notice-a", START + DAY)
    await doors.notices.mark_failed("notice-a", START)
    await doors.notices.mark_sent("notice-nowhere", START)
    assert await leased(doors, START + DAY) == []
    (state,) = await doors.notices.of_account("gran", "home", START)
    assert (state.sent_at, state.sending_at, state.attempts) == (START, START, 1)


async def test_what_failed_is_tried_again_then_and_shown_in_the_pages_now(doors):
    await doors.notices.put([notice()])
    await leased(doors)
    await doors.notices.mark_failed("notice-a", START + DAY)
    assert await leased(doors, START + DAY - MINUTE) == []
    (state,) = await doors.notices.of_account("gran", "home", START)
    assert (state.sending_at, state.sent_at, state.attempts) == (None, None, 1)
    assert [each.attempts for each in await leased(doors, START + DAY)] == [2]


@pytest.mark.parametrize("family", ["home", "away", ""])
async def test_only_the_account_itself_reads_its_notice(doors, family):
    await doors.accounts.put_membership(Membership("m1", "gran", "away", "adult"))
    await doors.notices.put([notice(family=family)])
    await doors.notices.mark_read("dad", "notice-a", START)
    await doors.notices.mark_read("gran", "notice-nowhere", START)
    (state,) = await doors.notices.of_account("gran", family, START)
    assert state.read_at is None
    await doors.notices.mark_read("gran", "notice-a", START + MINUTE)
    await doors.notices.mark_read("gran", "notice-a", START + DAY)
    (state,) = await doors.notices.of_account("gran", family, START)
    assert state.read_at == START + MINUTE


async def test_senders_at_once_each_get_their_own(doors):
    await doors.notices.put([notice(str(n), family=("home", "away")[n % 2]) for n in range(20)])
    taken = await asyncio.gather(*(leased(doors, limit=4) for _ in range(8)))
    given = [each for some in taken for each in ids(some)]
    assert len(given) == len(set(given))
    assert len(given) + len(await leased(doors, limit=20)) == 20


async def test_entries_events_and_notices_are_written_together_or_not_at_all(doors):
    entry = fact(60.0, family="new")
    assert await doors.records.append([entry], events=[event("1", "new"), event("2")], notices=[notice()]) == 1
    assert await doors.records.append([entry], events=[event("1", "new")], notices=[notice()]) == 0
    other = msgspec.structs.replace(entry, member_id="dad")
    with pytest.raises(Conflict):
        await doors.records.append([fact(61.0), other], events=[event("3")], notices=[notice("b")])
    assert await doors.records.entries("home") == [fact()]
    assert [link.event.id for link in await doors.audit.chain("home")] == ["event-2"]
    assert [link.event.id for link in await doors.audit.chain("new")] == ["event-1"]
    assert ids(await doors.notices.of_account("gran", "home", START)) == ["notice-a"]
    assert await doors.records.append([], events=[event("4"), event("5", "")], notices=[notice("c")]) == 0
    assert [link.event.id for link in await doors.audit.chain("home")] == ["event-2", "event-4"]
    assert [link.event.id for link in await doors.audit.chain("")] == ["event-5"]
    assert len(await doors.notices.of_account("gran", "home", START)) == 2


async def test_a_notice_of_another_family_under_the_same_id_is_a_conflict_and_nothing_is_written(doors):
    await doors.notices.put([notice()])
    with pytest.raises(Conflict):
        await doors.notices.put([notice("b", family="away"), notice(family="away")])
    with pytest.raises(Conflict):
        await doors.notices.put([notice("b", family="away"), notice("b")])
    with pytest.raises(Conflict):
        await doors.records.append([fact(60.0)], events=[event("1")], notices=[notice(family="away")])
    assert await doors.notices.of_account("gran", "away", START) == []
    assert await doors.records.entries("home") == [fact()]
    assert await doors.audit.chain("home") == []


async def test_a_notice_no_store_can_hold_is_refused(doors):
    for bad in ("", "a\0b", "\ud800"):
        with pytest.raises(InvalidInput):
            await doors.notices.put([msgspec.structs.replace(notice(), id=bad)])
        with pytest.raises(InvalidInput):
            await doors.records.append([fact(60.0)], notices=[msgspec.structs.replace(notice(), id=bad)])
        wrong = msgspec.structs.replace(event("1"), id=bad)
        with pytest.raises(InvalidInput):
            await doors.records.append([fact(60.0)], events=[event("2"), wrong], notices=[notice()])
        await doors.notices.mark_read("gran", bad, START)
        await doors.notices.mark_sent(bad, START)
    assert await doors.records.entries("home") == [fact()]
    assert await doors.notices.of_account("gran", "home", START) == []
    assert await doors.audit.chain("home") == []


@pytest.mark.parametrize("kind", DATABASES)
async def test_another_program_can_say_what_became_of_a_notice(kind, tmp_path):
    async with address(kind, tmp_path) as url:
        first, second = await open_stores(url), await open_stores(url)
        await first.records.append([fact()], notices=[notice(), notice("b")])
        both = await asyncio.gather(*(each.notices.lease(START, MINUTE, 1) for each in (first, second)))
        assert sorted(ids(both[0]) + ids(both[1])) == ["notice-a", "notice-b"]
        await second.notices.mark_sent(both[0][0].notice.id, START)
        await first.notices.mark_failed(both[1][0].notice.id, START)
        assert ids(await first.notices.lease(START, MINUTE, 5)) == ids(both[1])
        await first.close()
        await second.close()


async def test_old_notices_and_those_about_a_member_go_and_no_others(doors):
    about = msgspec.structs.replace(notice("about", due=9), path="/member/100%_gran/take")
    await doors.notices.put([notice("old"), notice("new", due=9), about, notice("away", family="away")])
    assert await doors.notices.drop("home", about="100%_gran") == 1
    assert await doors.notices.drop("home", about="100%_gran") == 0
    assert await doors.notices.drop("home", before=START + DAY) == 1
    assert await doors.notices.drop("home") == 0
    assert ids(await doors.notices.of_account("gran", "home", START + 30 * DAY)) == ["notice-new"]
    assert ids(await doors.notices.of_account("gran", "away", START)) == ["notice-away"]
    assert ids(await leased(doors, START + 30 * DAY)) == ["notice-away", "notice-new"]


@pytest.mark.parametrize("kind", DATABASES)
async def test_what_was_sent_just_when_its_lease_ran_out_is_given_to_nobody_later(kind, tmp_path):
    async with address(kind, tmp_path) as url:
        first, second = await open_stores(url), await open_stores(url)
        for number in range(12):
            await first.notices.put([notice(str(number))])
            await first.notices.lease(START, MINUTE, 1)
            await asyncio.gather(
                first.notices.mark_sent(f"notice-{number}", START + MINUTE),
                second.notices.lease(START + MINUTE, MINUTE, 1),
            )
            assert await second.notices.lease(START + DAY, MINUTE, 5) == []
        await first.close()
        await second.close()
