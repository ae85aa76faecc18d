"""From a held answer to the reviewer's telephone: within seconds, and through kill -9."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from kangban import worker
from kangban.adapters.store import Stores, open_stores, sqlite_url
from kangban.clinical.notice import NoticeState
from kangban.clinical.record import AnswerGiven, ReviewItem
from kangban.kernel.clock import FixedClock, SystemClock
from tests.support.inbox import Inbox
from tests.support.reviews import Practice, furnish, practice
from tests.support.stores import Doors, child_environment

ROOT = Path(__file__).parents[2]
HOLDS = 200


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    made = Inbox()
    yield made
    made.close()


async def told(doors: Doors) -> list[NoticeState]:
    later = SystemClock().now() + timedelta(days=1)
    found = await doors.notices.of_account("dr", "home", later, limit=10_000)
    return [s for s in found if s.notice.key == "review.notice.held"]


async def test_two_hundred_holds_are_told_within_five_seconds(tmp_path: Path, inbox: Inbox) -> None:
    clock = SystemClock()
    async with practice("sqlite", tmp_path, people=("ma", "dr"), clock=clock, urls={"dr": inbox.url}) as family:
        async with worker.running(family.opened, clock):
            for number in range(HOLDS):
                answer, _ = await family.ask(client_id=f"c{number}")
                assert answer.review == "waiting"
            for _ in range(100):
                states = await told(family.doors)
                if all(s.sent_at for s in states):
                    break
                await asyncio.sleep(0.1)
        took = sorted((s.sent_at - s.notice.due_at).total_seconds() for s in states if s.sent_at)
        assert len(took) == HOLDS
        p99 = took[int(len(took) * 0.99) - 1]
        print(f"hold to notice: p50 {took[len(took) // 2]:.2f} s, p99 {p99:.2f} s, worst {took[-1]:.2f} s")
        assert p99 <= 5
    assert len(inbox.got) == HOLDS
    assert {m["message"] for m in inbox.got} == {"有一条回答在等你看"}


def started(url: str, push: str, how: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.durability.holding_writer", url, push, how],
        env=child_environment(), cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def killed_after(child: subprocess.Popen[str], lines: int) -> list[str]:
    assert child.stdout is not None
    said = [child.stdout.readline() for _ in range(lines)]
    child.kill()
    rest = child.stdout.read()
    child.wait()
    return [line.split()[0] for line in ("".join(said) + rest[: rest.rfind("\n") + 1]).splitlines()]


@pytest.mark.parametrize("lines", [1, 7])
async def test_killed_between_hold_and_delivery(tmp_path: Path, inbox: Inbox, lines: int) -> None:
    url = sqlite_url(tmp_path / "record.sqlite")
    kept = await asyncio.to_thread(killed_after, started(url, inbox.url, "alone"), lines)
    assert len(kept) >= lines
    assert not inbox.got, "nothing was sent before the end"
    family, stores = await reopened(url)
    items = [e.body for e in await family.system.store.entries("home", kinds=["ReviewItem"])]
    held = {i.answer_id for i in items if isinstance(i, ReviewItem)}
    answers = [e.body for e in await family.system.store.entries("home", kinds=["AnswerGiven"])]
    assert {a.answer.id for a in answers if isinstance(a, AnswerGiven)} == held, "answer and review are one commit"
    assert set(kept) <= held
    before = await told(family.doors)
    assert {s.notice.path.rsplit("/", 1)[-1] for s in before} == held, "and so is the notice"
    done = await worker.once(family.opened, SystemClock())
    assert done.sent == len(held) == len(inbox.got)
    assert (await worker.once(family.opened, SystemClock())).sent == 0
    await stores.close()


async def test_killed_while_sending(tmp_path: Path) -> None:
    inbox = Inbox(slow_s=3)
    url = sqlite_url(tmp_path / "record.sqlite")
    child = started(url, inbox.url, "worker")
    assert await asyncio.to_thread(inbox.first.wait, 60), "nothing was posted"
    child.kill()
    child.wait()
    inbox.slow_s = 0
    family, stores = await reopened(url)
    [state] = await told(family.doors)
    assert state.sending_at is not None, "it may have been sent"
    assert state.sent_at is None
    now = SystemClock().now()
    assert (await worker.once(family.opened, FixedClock(now))).sent == 0, "somebody may still be sending it"
    assert (await worker.once(family.opened, FixedClock(now + timedelta(minutes=3)))).sent == 1
    [state] = await told(family.doors)
    assert state.sent_at is not None
    assert len(inbox.got) == 2, "at least once"
    await stores.close()
    inbox.close()


async def reopened(url: str) -> tuple[Practice, Stores]:
    """The same directory after the crash, in this process."""
    stores = await open_stores(url)
    doors = Doors(stores.records, stores.accounts, stores.audit, stores.notices)
    family = await furnish(doors, people=(), clock=SystemClock(), urls={})
    return family, stores
