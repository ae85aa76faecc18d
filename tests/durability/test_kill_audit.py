"""kill -9 while the audit is written, by two programs at once: the chains stay whole and nothing acknowledged is lost."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from kangban.adapters.store import open_stores
from kangban.journeys.auditing.verifying import heads, verify_all
from tests.support.stores import DATABASES, address, child_environment

ROOT = Path(__file__).parents[2]


def started(url: str, start: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.durability.audit_writer", url, str(start)],
        env=child_environment(), cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def acknowledged(child: subprocess.Popen[str], after: int) -> list[int]:
    """Read `after` numbers, kill, and read what was still said."""
    assert child.stdout is not None
    said = [child.stdout.readline() for _ in range(after)]
    child.kill()
    rest = child.stdout.read()
    child.wait()
    return [int(word) for word in ("".join(said) + rest[: rest.rfind("\n") + 1]).split()]


@pytest.mark.parametrize("kind", DATABASES)
async def test_killed_writers_leave_whole_chains_without_a_fork(kind, tmp_path):
    async with address(kind, tmp_path) as url:
        await (await open_stores(url)).close()
        seen = {}
        for start, after in ((0, 3), (10_000, 12)):
            children = [started(url, start), started(url, start + 5_000)]
            said = await asyncio.gather(*(asyncio.to_thread(acknowledged, c, after) for c in children))
            numbers = [number for each in said for number in each]
            assert len(numbers) >= 2 * after
            stores = await open_stores(url)
            reports = await verify_all(stores.audit, {family: (head,) for family, head in seen.items()})
            assert [(r.family_id, r.ok) for r in reports] == [("", True), ("home", True), ("next-door", True)]
            events = {link.event.id for link in await stores.audit.chain("home")}
            entries = await stores.records.entries("home", include_superseded=True)
            # Entry and event are one commit: as many of one as of the other, and all that was acknowledged.
            assert len(events) == len(entries)
            assert {f"audit-home-{number}" for number in numbers} <= events
            seen = await heads(stores.audit)
            await stores.close()
