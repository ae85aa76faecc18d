"""kill -9 in the middle of erasing a person: asking again ends it, and no value is left anywhere."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from kangban.clinical.notice import Notice
from kangban.clinical.record import Condition, Patient
from kangban.journeys import family
from kangban.journeys.attachments import Upload
from kangban.journeys.auditing.verifying import verify
from kangban.journeys.chat_turn import Question, chat_turn
from kangban.journeys.house import House, as_system
from kangban.kernel.errors import NotFound
from tests.durability.eraser import STEPS, house_in
from tests.support.houses import NOW
from tests.support.stores import child_environment

ROOT = Path(__file__).parents[2]
SECRET = "罕见的克雅氏病"


async def lived(folder: Path) -> tuple[House, str]:
    house = await house_in(folder)
    gran = await family.add_member(house, Patient("李秀英"), client_id="gran", consent=True)
    await family.write_fact(house, gran, Condition(SECRET))
    async for _ in chat_turn(house, Question(gran, SECRET, "c1", uploads=(Upload("a.txt", SECRET.encode()),))):
        pass
    await house.notices.put([Notice("n1", "home", "local", "review.waiting", NOW, path=f"/member/{gran}")])
    return house, gran


def holding(folder: Path) -> list[str]:
    return [p.name for p in folder.rglob("*") if p.is_file() and SECRET.encode() in p.read_bytes()]


@pytest.mark.parametrize("step", STEPS)
async def test_erasing_ends_when_asked_again(step, tmp_path):
    house, gran = await lived(tmp_path)
    await house.store.inner.close()
    child = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "tests.durability.eraser", str(tmp_path), gran, step],
        env=child_environment(), cwd=ROOT, check=False, capture_output=True,
    )  # fmt: skip
    assert child.returncode == (0 if step == "never" else -9), child.stderr.decode()
    house = await house_in(tmp_path)
    if step in ("file", "notices", "entries"):
        assert holding(tmp_path), "it was broken off, so something is still there"
        assert await family.delete(house, gran) > 3
    else:
        with pytest.raises(NotFound):
            await family.delete(house, gran)
    assert await as_system(house).store.entries("home", gran, include_superseded=True) == []
    events = [link.event.what for link in await house.audit.chain("home")]
    assert events.count("entry.erased") == 1
    assert (await verify(house.audit, "home")).ok
    await house.store.inner.close()
    assert holding(tmp_path) == []
