"""Two programs on one database: each race has one winner."""

from __future__ import annotations

import asyncio

import pytest

from kangban.adapters.store import open_store
from kangban.clinical.record import Observation
from kangban.kernel.errors import Conflict
from kangban.record.merge import correct
from tests.support.stores import DATABASES, SAID, START, address, fact


@pytest.mark.parametrize("kind", DATABASES)
async def test_two_programs_correct_and_write_at_once(kind, tmp_path):
    async with address(kind, tmp_path) as url:
        first, second = await open_store(url), await open_store(url)
        for number in range(15):
            wrong = fact(500.0 + number)
            written = await asyncio.gather(first.append([wrong]), second.append([wrong]))
            assert sorted(written) == [0, 1]
            rivals = [correct(wrong, Observation("weight", v), known_at=START, provenance=SAID) for v in (1.0, 2.0)]
            outcomes = await asyncio.gather(
                first.append([rivals[0]]), second.append([rivals[1]]), return_exceptions=True
            )
            assert sorted(str(type(outcome)) for outcome in outcomes) == sorted([str(int), str(Conflict)])
        assert len(await first.entries("home")) == 15
        assert await first.entries("home") == await second.entries("home")
        await first.close()
        await second.close()
