"""A child process: asks questions whose answers are held, naming each message it kept; with "worker" it also sends."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import sys

from kangban import worker
from kangban.adapters.store import open_stores
from kangban.kernel.clock import SystemClock
from tests.support.reviews import furnish
from tests.support.stores import Doors


async def hold_until_killed(url: str, push: str, *, working: bool) -> None:
    stores = await open_stores(url)
    doors = Doors(stores.records, stores.accounts, stores.audit, stores.notices)
    clock = SystemClock()
    family = await furnish(doors, people=("ma", "dr"), clock=clock, urls={"dr": push})
    beside = worker.running(family.opened, clock) if working else contextlib.nullcontext()
    async with beside:
        for number in itertools.count():
            answer, _ = await family.ask(client_id=f"c{number}")
            sys.stdout.write(f"{answer.id} {answer.review}\n")
            sys.stdout.flush()
            if working:
                await asyncio.sleep(60)


if __name__ == "__main__":
    asyncio.run(hold_until_killed(sys.argv[1], sys.argv[2], working=sys.argv[3] == "worker"))
