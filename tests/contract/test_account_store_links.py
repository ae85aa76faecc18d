"""Links that wait, sessions that are kept only while they are there, and what ran out: every store alike."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from kangban.clinical.account import Invitation, OneTimeLink, Session
from tests.support.stores import DAY, START, STORES, opened_doors

HOUR = timedelta(hours=1)


def link(id_: str, purpose: str = "invite", *, family: str = "home", days: int = 7, **more: object) -> OneTimeLink:
    return OneTimeLink(id_, purpose, "", family, START + days * DAY, **more)  # pyright: ignore[reportArgumentType]


def session(id_: str, account: str = "acc", *, days: int = 30) -> Session:
    return Session(id_, account, "home", START, START + HOUR, START + days * DAY)


@pytest.mark.parametrize("kind", STORES)
async def test_links_that_wait_are_listed_by_exactly_purpose_account_and_family(kind: str, tmp_path: Path) -> None:
    async with opened_doors(kind, tmp_path) as doors:
        store = doors.accounts
        offered = Invitation("helper", "acc", member_id=None, name="王阿姨")
        later = link("b", days=9, invitation=offered, kept="kept")
        for each in (later, link("a"), link("c", family="other"), link("d", family=""), link("e", "reset"), link("f")):
            await store.put_link(each)
        await store.use_link("f", START)
        assert await store.links(purpose="invite", family_id="home") == [link("a"), later]
        assert await store.links(purpose="invite") == [link("d", family="")]
        assert await store.links(purpose="invite", account_id="acc", family_id="home") == []


@pytest.mark.parametrize("kind", STORES)
async def test_what_ran_out_is_dropped_and_nothing_else(kind: str, tmp_path: Path) -> None:
    async with opened_doors(kind, tmp_path) as doors:
        store = doors.accounts
        for n in range(3):
            await store.put_link(link(f"old{n}", days=1))
        await store.put_link(link("new", days=5))
        await store.put_session(session("gone", "one", days=1))
        await store.put_session(session("here", "two", days=30))
        assert await store.drop_expired(START + 2 * DAY) == 4
        assert await store.drop_expired(START + 2 * DAY) == 0
        assert await store.find_link("new") == link("new", days=5)
        assert await store.find_session("gone") is None
        assert await store.find_session("here") is not None


@pytest.mark.parametrize("kind", STORES)
async def test_a_session_is_kept_only_while_it_is_there_and_its_last_use_never_goes_back(
    kind: str, tmp_path: Path
) -> None:
    async with opened_doors(kind, tmp_path) as doors:
        store = doors.accounts
        await store.put_session(session("one"))
        moved = msgspec.structs.replace(session("one"), family_id="other", seen_at=START)
        assert await store.keep_session(moved)
        kept = await store.find_session("one")
        assert kept == msgspec.structs.replace(moved, seen_at=START + HOUR)
        await store.end_sessions(session_id="one")
        assert not await store.keep_session(moved)
        assert await store.find_session("one") is None


@pytest.mark.parametrize("kind", STORES)
async def test_of_keeping_and_ending_at_once_ending_wins(kind: str, tmp_path: Path) -> None:
    async with opened_doors(kind, tmp_path) as doors:
        store = doors.accounts
        for n in range(6):
            await store.put_session(session(f"s{n}"))
        await asyncio.gather(
            *(store.keep_session(session(f"s{n}")) for n in range(6)), store.end_sessions(account_id="acc")
        )
        assert await store.sessions("acc") == []
