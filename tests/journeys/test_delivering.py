"""Notices leave the outbox: each goes out, a service that fails is tried again, one that hangs delays nobody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from kangban import worker
from kangban.clinical.notice import Notice
from kangban.journeys import delivering
from kangban.kernel.errors import Unavailable
from kangban.kernel.texts import LANGUAGES
from tests.support.reviews import FAMILY, Practice, practice

URLS = {"dr": "json://dr.example/secret", "dr2": "json://dr2.example/secret", "ma": "json://ma.example/secret"}


class Post:
    """A messenger that notes what it sends; addresses in `broken` fail, those in `slow` never answer."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, str]] = []
        self.broken: set[str] = set()
        self.slow: set[str] = set()

    async def send(self, address: str, title: str, text: str) -> None:
        if address in self.broken:
            raise Unavailable("no")
        if address in self.slow:
            await asyncio.sleep(3600)
        self.sent.append((address, title, text))


@pytest.fixture(params=["memory", "sqlite"])
async def family(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Practice]:
    async with practice(request.param, tmp_path, urls=URLS) as made:
        yield made


def notice(number: int, who: str = "dr", key: str = "review.notice.held", **more: object) -> Notice:
    from tests.support.reviews import NOW

    made = Notice(f"notice-{number}", FAMILY, who, key, NOW, path="/review/x")
    return msgspec.structs.replace(made, **more)


async def test_what_is_due_goes_out_once(family: Practice) -> None:
    post = Post()
    await family.doors.notices.put([notice(n) for n in range(40)])
    done = await asyncio.gather(
        delivering.deliver(family.opened.gate, post), delivering.deliver(family.opened.gate, post)
    )
    assert sum(done) == len(post.sent) == 40
    assert set(post.sent) == {("json://dr.example/secret", "康伴", "有一条回答在等你看")}
    assert await delivering.deliver(family.opened.gate, post) == 0


async def test_not_before_it_is_due_and_not_where_no_push_is_wanted(family: Practice) -> None:
    post = Post()
    later = family.clock.now() + timedelta(hours=1)
    await family.doors.notices.put([notice(1, due_at=later), notice(2, push=False)])
    assert await delivering.deliver(family.opened.gate, post) == 0
    family.clock.move(timedelta(hours=1))
    assert await delivering.deliver(family.opened.gate, post) == 1


async def test_a_service_that_fails_is_tried_again_and_again(family: Practice) -> None:
    post = Post()
    post.broken = {URLS["dr"]}
    await family.doors.notices.put([notice(1), notice(2, "dr2")])
    assert await delivering.deliver(family.opened.gate, post) == 1, "the other one went out"
    waits = []
    for _ in range(4):
        for minutes in range(1, 120):
            family.clock.move(timedelta(minutes=1))
            before = (await family.doors.notices.of_account("dr", FAMILY, family.clock.now()))[0].attempts
            await delivering.deliver(family.opened.gate, post)
            if (await family.doors.notices.of_account("dr", FAMILY, family.clock.now()))[0].attempts > before:
                waits.append(minutes)
                break
    assert waits == [1, 1, 2, 4], "each pause twice the one before"
    post.broken = set()
    family.clock.move(timedelta(hours=2))
    assert await delivering.deliver(family.opened.gate, post) == 1


@pytest.mark.parametrize("gone", ["address", "account", "attempts"])
async def test_no_way_out_keeps_nothing_waiting(family: Practice, gone: str) -> None:
    post = Post()
    await family.doors.notices.put([notice(1, "nobody" if gone == "account" else "dr")])
    if gone == "address":
        account = await family.doors.accounts.find_account(id="dr")
        assert account is not None
        await family.doors.accounts.change_account(msgspec.structs.replace(account, notify_url=""))
    if gone == "attempts":
        post.broken = {URLS["dr"]}
        for _ in range(delivering.MOST_ATTEMPTS + 1):
            await delivering.deliver(family.opened.gate, post)
            family.clock.move(timedelta(hours=2))
        post.broken = set()
    assert await delivering.deliver(family.opened.gate, post) == 0
    family.clock.move(timedelta(days=3))
    assert await delivering.deliver(family.opened.gate, post) == 0
    assert post.sent == []


async def test_a_service_that_hangs_delays_nobody(family: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "SEND_EVERY_S", 0.01)
    post = Post()
    post.slow = {URLS["dr"]}
    await family.doors.notices.put([notice(n) for n in range(20)])
    async with worker.running(family.opened, family.clock, post):
        await asyncio.sleep(0.1)
        await family.doors.notices.put([notice(n, "dr2") for n in range(50, 60)])
        for _ in range(300):
            if len(post.sent) == 10:
                break
            await asyncio.sleep(0.01)
    assert len(post.sent) == 10


async def test_a_round_that_breaks_is_not_the_last(
    family: Practice, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(worker, "SEND_EVERY_S", 0.01)
    post, real, count = Post(), family.doors.notices.lease, 0

    async def breaks(*words: object) -> object:
        nonlocal count
        count += 1
        if count in (1, 2):
            raise RuntimeError("secret value") if count == 1 else Unavailable("disk full")
        return await real(*words)  # type: ignore[arg-type]

    monkeypatch.setattr(family.doors.notices, "lease", breaks)
    await family.doors.notices.put([notice(1)])
    async with worker.running(family.opened, family.clock, post):
        for _ in range(300):
            if post.sent:
                break
            await asyncio.sleep(0.01)
    assert len(post.sent) == 1
    assert "RuntimeError" in caplog.text
    assert "secret value" not in caplog.text


async def test_the_worker_watches_clocks_of_every_family(family: Practice) -> None:
    await family.held()
    family.clock.move(timedelta(minutes=121))
    done = await worker.once(family.opened, family.clock, Post())
    assert done.ran_out == 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_key_of_a_newer_version_says_that_something_is_there(lang: str) -> None:
    from kangban.clinical.notice import NoticeState

    state = NoticeState(notice(1, key="review.notice.of_the_future"))
    assert delivering.text_of(state, "en" if lang == "en" else "zh")
