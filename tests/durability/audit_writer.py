"""A child process: appends an entry with its event, and bare events of two chains, and names each number it kept."""

from __future__ import annotations

import asyncio
import itertools
import sys

from kangban.adapters.store import open_stores
from tests.support.chains import happened
from tests.support.stores import fact


async def write_until_killed(url: str, start: int) -> None:
    stores = await open_stores(url)
    for number in itertools.count(start):
        await stores.records.append([fact(float(number), client_id=str(number))], events=[happened(number)])
        await stores.audit.write([happened(number, family=""), happened(number, family="next-door")])
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(write_until_killed(sys.argv[1], int(sys.argv[2])))
