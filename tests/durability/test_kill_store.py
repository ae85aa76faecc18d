"""kill -9 while appending: nothing acknowledged is lost, nothing is half written, and the store opens again.

With each batch go an audit event and a notice, in the same transaction.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from kangban.adapters.store import open_stores
from kangban.record.chain import verify
from tests.durability.store_writer import BATCH, batch, event, notice
from tests.support.stores import DATABASES, START, address, child_environment

ROOT = Path(__file__).parents[2]


def append_and_kill(url: str, run: str, after: int) -> int:
    """Start a writer, kill it after it has acknowledged `after` batches; returns the last number it acknowledged."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.durability.store_writer", url, run],
        env=child_environment(), cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdout is not None
    acknowledged = [child.stdout.readline() for _ in range(after)]
    child.kill()
    rest = child.stdout.read()
    child.wait()
    whole_lines = "".join(acknowledged) + rest[: rest.rfind("\n") + 1]
    assert whole_lines.strip(), "the writer wrote nothing"
    return int(whole_lines.split()[-1])


@pytest.mark.parametrize("kind", DATABASES)
async def test_nothing_acknowledged_is_lost_and_nothing_is_half_written(kind, tmp_path):
    async with address(kind, tmp_path) as url:
        for run, after in (("one", 1), ("two", 7), ("three", 23)):
            last = await asyncio.to_thread(append_and_kill, url, run, after)
            stores = await open_stores(url)
            store = stores.records
            stored = {entry.id for entry in await store.entries("home", include_superseded=True)}
            assert all({e.id for e in batch(run, number)} <= stored for number in range(last + 1))
            # At most one batch more than was acknowledged, and that one whole.
            beyond = [len({e.id for e in batch(run, n)} & stored) for n in range(last + 1, last + 4)]
            assert beyond in ([0, 0, 0], [BATCH, 0, 0])
            assert len(stored) % BATCH == 0
            # Each batch has its event and its notice, also the one that was not acknowledged any more.
            chain = await stores.audit.chain("home")
            assert verify("home", chain).ok
            assert len(chain) == len(stored) // BATCH
            assert len(await stores.notices.of_account("gran", "home", START, limit=100_000)) == len(chain)
            again = last + 1
            await store.append(batch(run, again), events=[event(run, again)], notices=[notice(run, again)])
            await store.close()
