"""A child process: accepts and takes back the rows of a report in a loop, naming each round once it is acknowledged."""

from __future__ import annotations

import asyncio
import itertools
import sys

from kangban.adapters.blob_files import MemoryBlobs
from kangban.adapters.store import Stores, open_stores
from kangban.agent.offline.brain import OfflineBrain
from kangban.app import corpus_sections, search_index
from kangban.clinical.access import Actor
from kangban.journeys.house import House, nobody, seen_by
from kangban.journeys.reports.confirm import LineChange, decide
from kangban.journeys.reports.shelf import get_reading
from kangban.kernel.clock import SystemClock
from tests.support.papers import Papers

LINES = ("row:0", "row:1", "row:2")


def mother(stores: Stores, papers: Papers) -> House:
    """The family's house as its mother sees it; she has no account, and sits at the machine."""
    offline = OfflineBrain()
    house = House(
        family_id="home", demo=False, store=stores.records, blobs=MemoryBlobs(), search=search_index(),
        sections=corpus_sections(), model=offline, offline=offline, clock=SystemClock(), actor=nobody("home"),
        accounts=stores.accounts, audit=stores.audit, notices=stores.notices, readers=(papers,),
    )  # fmt: skip
    return seen_by(house, Actor("local", "local", "home", "manager"))


async def confirm_until_killed(url: str, report_id: str) -> None:
    stores = await open_stores(url)
    house = mother(stores, Papers())
    for number in itertools.count():
        say = "accept" if number % 2 == 0 else "undo"
        seen = await get_reading(house, report_id)
        await decide(house, report_id, [LineChange(line, say) for line in LINES], version=seen.version)  # type: ignore[arg-type]
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(confirm_until_killed(sys.argv[1], sys.argv[2]))
