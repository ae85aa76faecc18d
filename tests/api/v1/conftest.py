"""One server for a module; every face of it for every test that asks for `face`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.support.v1_faces import FACES, Face
from tests.support.v1_house import Agents, running_agents


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agents]:
    """A real server over a scripted model server."""
    with running_agents(tmp_path_factory.mktemp("v1")) as one:
        yield one


@pytest.fixture(params=FACES, ids=[one.name for one in FACES])
async def face(request: pytest.FixtureRequest, house: Agents) -> AsyncIterator[Face]:
    """A client of each face, with the key that may ask."""
    one = request.param(house, house.keys[request.param.name])
    yield one
    await one.close()
