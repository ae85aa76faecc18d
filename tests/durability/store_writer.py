"""A child process: appends batches of three in a loop and names each batch once the store has acknowledged it."""

from __future__ import annotations

import asyncio
import itertools
import sys

from kangban.adapters.store import open_store
from kangban.clinical.record import Observation
from kangban.record.merge import correct
from tests.support.stores import SAID, START, fact

BATCH = 3


def batch(run: str, number: int):
    """Two facts and a correction of the first."""
    first = fact(1.0, client_id=f"{run}-{number}-a")
    fixed = correct(first, Observation("weight", 2.0), known_at=START, provenance=SAID)
    return [first, fact(3.0, client_id=f"{run}-{number}-b"), fixed]


async def write_until_killed(url: str, run: str) -> None:
    store = await open_store(url)
    for number in itertools.count():
        await store.append(batch(run, number))
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(write_until_killed(sys.argv[1], sys.argv[2]))
