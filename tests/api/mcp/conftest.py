"""One data directory for the servers of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.mcp.offers import ERAS
from tests.cli.script import Script
from tests.support.model_server import ModelServer, running_model_server


@pytest.fixture(params=ERAS)
def era(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def script(tmp_path) -> Script:
    return Script(tmp_path)


@pytest.fixture(scope="module")
def model_server() -> Iterator[ModelServer]:
    with running_model_server() as running:
        yield running
