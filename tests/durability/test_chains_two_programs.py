"""Several processes write entries with audit events of two families and the server at once: every chain stays whole."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from kangban.adapters.store import open_stores
from kangban.record.chain import verify
from tests.durability.store_writer import event
from tests.support.stores import DATABASES, address, child_environment, fact

ROOT = Path(__file__).parents[2]
PROGRAMS, ROUNDS = 3, 25
FAMILIES = ("home", "away")


async def write(url: str, run: str) -> None:
    """Each round writes to both families in one call, then to one alone, then to the trail without an entry."""
    stores = await open_stores(url)
    for number in range(ROUNDS):
        # Half of the programs name the families the other way round: the locks must not.
        order = FAMILIES if int(run) % 2 else FAMILIES[::-1]
        both = [fact(1.0, family=family, client_id=f"{run}-{number}") for family in order]
        events = [event(run, number, family) for family in (*order, "")]
        await stores.records.append(both, events=events)
        await stores.records.append([fact(2.0, client_id=f"{run}-{number}-more")], events=[event(run, -number - 1)])
        await stores.audit.write([event(f"{run}-alone", number, family) for family in order])
        await stores.audit.write(events)  # said again: skipped
    await stores.close()


@pytest.mark.parametrize("kind", DATABASES)
async def test_programs_writing_at_once_leave_whole_chains(kind, tmp_path):
    async with address(kind, tmp_path) as url:
        writers = [
            await asyncio.create_subprocess_exec(
                sys.executable, "-m", __name__, url, str(run), env=child_environment(), cwd=ROOT
            )
            for run in range(PROGRAMS)
        ]
        assert [await writer.wait() for writer in writers] == [0] * PROGRAMS
        stores = await open_stores(url)
        lengths = {}
        for family in (*FAMILIES, ""):
            chain = await stores.audit.chain(family)
            found = verify(family, chain)
            assert found.ok, found
            assert (found.head.number, found.head.hash) == await stores.audit.head(family)
            assert len({link.event.id for link in chain}) == len(chain)
            lengths[family] = len(chain)
        each = PROGRAMS * ROUNDS
        assert lengths == {"home": 3 * each, "away": 2 * each, "": each}
        assert await stores.audit.chains() == ["", "away", "home"]
        assert len(await stores.records.entries("home")) == 2 * each
        await stores.close()


if __name__ == "__main__":
    asyncio.run(write(sys.argv[1], sys.argv[2]))
