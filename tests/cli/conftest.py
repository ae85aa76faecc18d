"""One script per test, and the demo family made once per worker."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.script import Script


@pytest.fixture
def script(tmp_path: Path) -> Script:
    return Script(tmp_path)


@pytest.fixture(scope="session")
def demo_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("demo-family")
    ran = Script(made).run("record", "show", "nainai", "--demo", "--json")
    assert ran.code == 0, ran
    return made


@pytest.fixture
def demo(demo_made: Path, tmp_path: Path) -> Script:
    """A script whose data directory holds a fresh copy of the demo family."""
    shutil.copytree(demo_made, tmp_path / "kept")
    return Script(tmp_path / "kept")
