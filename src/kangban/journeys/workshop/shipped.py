"""The agents that come with the program, one TOML file each in `agents/`."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path

from kangban.journeys.workshop.papers import read_plain
from kangban.ports.agents import AgentDefinition

FOLDER = Path(__file__).with_name("agents")


@lru_cache(maxsize=1)
def shipped_agents() -> dict[str, AgentDefinition]:
    """By name; each file is called like its agent."""
    found = [read_plain(tomllib.loads(file.read_text("utf-8"))) for file in sorted(FOLDER.glob("*.toml"))]
    return {one.name: one for one in found}
