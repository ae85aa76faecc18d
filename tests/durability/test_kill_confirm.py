"""kill -9 while rows are confirmed: what the report says was accepted is in the record, and nothing else is."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from datetime import date
from pathlib import Path

from kangban.adapters.store import open_stores
from kangban.clinical.record import Observation, Patient
from kangban.journeys.attachments import Upload
from kangban.journeys.family import add_member
from kangban.journeys.reports.confirm import LineChange, decide
from kangban.journeys.reports.shelf import get_reading
from kangban.journeys.reports.upload import ReadingDone, upload
from tests.durability.report_confirmer import LINES, mother
from tests.support.papers import Papers, paper
from tests.support.stores import address, child_environment

ROOT = Path(__file__).parents[2]


def confirm_and_kill(url: str, report_id: str, rounds: int) -> None:
    """Start a confirmer and kill it after it has acknowledged some rounds, in the middle of another."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.durability.report_confirmer", url, report_id],
        env=child_environment(), cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdout is not None
    for _ in range(rounds):
        assert child.stdout.readline(), "the confirmer stopped by itself"
    child.kill()
    child.wait()


async def test_a_decision_and_its_facts_are_there_together_or_not_at_all(tmp_path: Path) -> None:
    async with address("sqlite", tmp_path) as url:
        stores, papers = await open_stores(url), Papers()
        house = mother(stores, papers)
        dad = await add_member(house, Patient("沈建国", "爸爸", "male", date(1980, 1, 5)), client_id="d", consent=True)
        done = [e async for e in upload(house, dad, Upload("r.pdf", papers.put(paper())))][-1]
        assert isinstance(done, ReadingDone)
        report_id = done.reports[0].id
        await stores.close()
        for rounds in (1, 2, 5):
            await asyncio.to_thread(confirm_and_kill, url, report_id, rounds)
            stores = await open_stores(url)
            house = mother(stores, papers)
            reading = await get_reading(house, report_id)
            states = {reading.state(line) for line in LINES}
            assert len(states) == 1, "three rows were decided together"
            found = await house.store.entries("home", dad, kinds=["Observation"])
            accepted = {id_ for d in reading.body.decisions for id_ in d.entries}
            assert {e.id for e in found if isinstance(e.body, Observation)} == accepted
            assert bool(accepted) == (states == {"accepted"})
            again = [LineChange(line, "undo") for line in LINES]
            await decide(house, report_id, again, version=reading.version)
            assert not await house.store.entries("home", dad, kinds=["Observation"])
            await stores.close()
