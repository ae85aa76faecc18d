"""An environment for each framework, made with uv from examples/environments/*.txt on first use and kept."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmarks import compare_agents
from tests.support.web_server import ROOT

WANTED = ROOT / "examples" / "environments"


def python_of(framework: str) -> Path:
    """The interpreter of a framework's environment; skips, saying why, where it cannot be made."""
    try:
        return compare_agents.python_of(framework, WANTED, "example_", bytecode=False)
    except compare_agents.Skipped as why:
        pytest.skip(f"{framework}: {why}")


def clean() -> dict[str, str]:
    """This process's environment without proxies, keys and settings of a developer's own."""
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT")
    return {name: os.environ[name] for name in kept if name in os.environ} | {"PYTHONIOENCODING": "utf-8"}
