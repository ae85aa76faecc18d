"""A child process: appends batches of three, with an audit event and a notice each, in a loop.

It names each batch once the store has acknowledged it.
"""

from __future__ import annotations

import asyncio
import itertools
import sys

from kangban.adapters.store import open_store
from kangban.clinical.audit import AuditEvent
from kangban.clinical.notice import Notice
from kangban.clinical.record import Observation
from kangban.record.merge import correct
from tests.support.stores import SAID, START, fact

BATCH = 3


def batch(run: str, number: int):
    """Two facts and a correction of the first."""
    first = fact(1.0, client_id=f"{run}-{number}-a")
    fixed = correct(first, Observation("weight", 2.0), known_at=START, provenance=SAID)
    return [first, fact(3.0, client_id=f"{run}-{number}-b"), fixed]


def event(run: str, number: int, family: str = "home") -> AuditEvent:
    """What the audit says of a batch."""
    name = f"event-{run}-{number}-{family}"
    return AuditEvent(name, START, family, "gran", "elder", "page", "C", "entry.written")


def notice(run: str, number: int) -> Notice:
    """What the account is told of a batch."""
    return Notice(f"notice-{run}-{number}", "home", "gran", "review.waiting", START)


async def write_until_killed(url: str, run: str) -> None:
    store = await open_store(url)
    for number in itertools.count():
        await store.append(batch(run, number), events=[event(run, number)], notices=[notice(run, number)])
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(write_until_killed(sys.argv[1], sys.argv[2]))
