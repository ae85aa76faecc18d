"""docs/tools-map.md against the lists of Lagent and AgentLego as they were read, and against our own catalogue."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from kangban.toolbox.shelf import all_tools
from kangban.toolbox.web.scholar import google_scholar

ROOT = Path(__file__).resolve().parents[4]
PAGE = (ROOT / "docs" / "tools-map.md").read_text("utf-8")
LISTS: dict[str, Any] = json.loads((ROOT / "tests/support/senses_stubs/other_toolboxes.json").read_text("utf-8"))
HOWS = {"here", "key", "model", "part", "left out", "frame"}


def rows(heading: str) -> list[list[str]]:
    """The rows of every table below a heading, up to the next one of its kind."""
    part = PAGE.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in part.splitlines() if line.startswith("|") and not line.startswith("|---")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells if row[1] != "Kangban"]


LAGENT, LEGO = rows("Lagent"), rows("AgentLego")
NAMES = {row[0] for row in LAGENT}


def test_every_action_of_lagent_stands_in_the_map_once() -> None:
    theirs = LISTS["lagent"]
    wanted = set(theirs["names"]) | {f"{kind}.{one}" for kind, many in theirs["methods"].items() for one in many}
    assert wanted <= NAMES
    assert len(LAGENT) == len(NAMES)
    # Each file either makes an exported class or has a row of its own; nothing else stands there.
    assert NAMES - wanted <= set(theirs["files"])


@pytest.mark.parametrize("file", LISTS["lagent"]["files"])
def test_every_file_of_lagents_actions_is_spoken_of(file: str) -> None:
    exported = {
        "action_executor": "ActionExecutor", "arxiv_search": "ArxivSearch", "base_action": "BaseAction", "bing_map": "BINGMap",
        "builtin_actions": "FinishAction", "cron": "CronAction", "external_agent": "ExternalAgentAction", "parser": "JsonParser",
        "google_scholar_search": "GoogleScholar", "google_search": "GoogleSearch", "hybrid_executor": "HybridActionExecutor", "ppt": "PPT",
        "ipython_interactive": "IPythonInteractive", "ipython_interpreter": "IPythonInterpreter", "web_browser": "WebBrowser",
        "ipython_manager": "IPythonInteractiveManager", "python_interpreter": "PythonInterpreter", "task": "TaskAction",
        "sandbox_executor": "SandboxActionExecutor", "send_message": "SendMessageAction",
    }  # fmt: skip
    assert exported.get(file, file) in NAMES


def test_every_tool_of_agentlego_stands_in_the_map_once() -> None:
    assert [row[0] for row in LEGO] == list(dict.fromkeys(row[0] for row in LEGO))
    assert {row[0] for row in LEGO} == set(LISTS["agentlego"]["names"])


@pytest.mark.parametrize("row", [*LAGENT, *LEGO], ids=lambda row: row[0])
def test_each_row_names_tools_that_exist_or_says_why_not(row: list[str]) -> None:
    assert len(row) == 4
    _, ours, how, remark = row
    assert how in HOWS
    tools = re.findall(r"`(\w+)`", ours)
    known = {each.name: each for each in all_tools()}
    assert set(tools) <= set(known)
    if how in ("here", "key", "model", "part"):
        assert tools
    if how == "part":
        assert remark or row[0].startswith("Async")
    if how == "left out":
        assert not tools
        before = [one for one in (*LAGENT, *LEGO) if one[2] == "left out"]
        assert remark or before[before.index(row) - 1][3]  # said in the row above
    if how == "here":  # needs nothing: at least one of its tools works without a key or a model
        assert not any(known[each].needs for each in tools)


def test_where_the_lists_were_read_stands_on_the_page() -> None:
    for each in LISTS.values():
        assert each["commit"] in PAGE
        assert each["read_on"] in PAGE
    assert LISTS["agentlego"]["later_commit"] in PAGE


def test_every_tool_that_sees_hears_or_draws_is_used_by_the_map_or_new() -> None:
    named = set(re.findall(r"`(\w+)`", PAGE))
    ours = {each.name for each in all_tools() if each.group in ("sight", "sound", "drawing")}
    assert ours <= named


def test_scholars_authors_are_found_as_the_map_says() -> None:
    assert "author" in str(google_scholar.parameters["properties"]["what"])
