"""kill -9 while a file goes into a library: what was told as stored is there, reading goes on, nothing is doubled."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

from kangban import worker
from kangban.app import close_house, open_doors
from kangban.journeys.accounts.local import local_actor
from kangban.journeys.house import seen_by
from kangban.journeys.library.searching import search
from kangban.journeys.library.shelves import documents
from kangban.settings import read_settings
from tests.durability.library_adder import ROWS
from tests.support.stores import child_environment

ROOT = Path(__file__).parents[2]


def add_and_kill(folder: Path, after: int) -> int:
    """Start adding, kill after `after` steps were told; how many passages the last one spoke of."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.durability.library_adder", str(folder)],
        env=child_environment(), cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdout is not None
    lines = [child.stdout.readline() for _ in range(after)]
    child.kill()
    child.stdout.read()
    child.wait()
    assert lines[-1], "the child told nothing"
    return int(lines[-1].split()[-1])


async def test_reading_goes_on_where_it_was(tmp_path):
    told = 0
    for after in (1, 3, 6):
        told = max(told, await asyncio.to_thread(add_and_kill, tmp_path, after))
    assert told > 0
    opened = await open_doors(read_settings(data_dir=tmp_path))
    house = seen_by(opened.house, local_actor(opened.house.family_id, "cli"))
    (document,) = await documents(house)
    assert document.state == "reading"
    assert told <= document.stored < ROWS
    kept = await house.library.store.passages(house.family_id, document.id)
    assert [p.number for p in kept] == list(range(document.stored))
    assert await worker.read_on(opened) == 1  # as every start of the server does
    kept = await house.library.store.passages(house.family_id, document.id)
    assert [p.number for p in kept] == list(range(ROWS))
    assert "第3999次" in (await search(house, "第3999个人腿抽筋怎么办", 1))[0].passage
    await close_house(opened.house)
