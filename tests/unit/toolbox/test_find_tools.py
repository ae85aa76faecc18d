"""Tool search, and the tutorial of docs/tools.md."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from benchmarks.bench_find_tools import measure, rows
from kangban.clinical.person import UNKNOWN_PERSON
from kangban.kernel.errors import InvalidInput, NotFound
from kangban.ports.tool import ToolContext, ToolSpec
from kangban.toolbox.find_tools import find_tools
from kangban.toolbox.shelf import all_tools, get_tool, groups

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "tools.md"


def test_the_right_tool_is_among_the_first_five_of_two_hundred() -> None:
    assert len(rows()) == len({row[0] for row in rows()}) >= 200
    shares = measure()
    assert shares["tuned"][0] >= 0.95, shares["tuned"][1]
    assert shares["held back"][0] >= 0.95


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("附近哪里有药店", "nearby"), ("明天要带伞吗", "weather"), ("is the air bad in Beijing", "weather"),
        ("华法林和阿司匹林能一起吃吗", "check_medication"), ("find preprints about transformers", "arxiv_search"),
        ("翻译成法语", "translate"), ("randomised trials on asthma in the medical literature", "pubmed_search"),
        ("open this link and read it", "read_page"), ("从家走到医院多远", "route"),
    ],
)  # fmt: skip
def test_our_own_tools_are_found(question: str, name: str) -> None:
    assert name in [one.name for one in find_tools(question, all_tools())]


def test_words_that_fit_nothing_find_nothing() -> None:
    assert find_tools("", all_tools()) == []
    assert find_tools("zzzz qqqq", all_tools()) == []


async def test_the_search_is_a_tool_itself() -> None:
    context = ToolContext("", "", UNKNOWN_PERSON, "zh")
    found = await get_tool("find_tools").call(context, {"question": "附近的医院", "top": 3})
    assert "nearby" in [one["name"] for one in found.content["tools"]]
    assert len(found.content["tools"]) <= 3


def test_the_shelf_is_complete_and_its_names_are_one_each() -> None:
    names = [one.name for one in all_tools()]
    assert len(names) == len(set(names))
    by_group = groups(all_tools())
    assert "triage" in [one.name for one in by_group["clinical"]]
    assert "own" not in by_group
    for one in all_tools():
        assert one.description
        assert set(one.parameters) >= {"type", "properties"}
        if "network" in one.permissions:
            assert one.foreign
            assert one.timeout_s
            assert one.examples
    with pytest.raises(NotFound):
        get_tool("nothing")


async def test_the_tutorial_works_and_is_short() -> None:
    (block,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert len([line for line in block.splitlines() if line.strip()]) <= 15
    room: dict[str, Any] = {"__name__": "tutorial"}
    exec(block, room)  # our own page
    made: ToolSpec = room["weather_query"]
    context = ToolContext("", "", UNKNOWN_PERSON, "zh")
    assert (await made.call(context, {"city": "上海"})).content["sky"] == "晴"
    assert made.parameters["properties"]["days"]["maximum"] == 7
    for wrong in ({"city": "Atlantis"}, {"city": "上海", "days": 8}, {}):
        with pytest.raises(InvalidInput):
            await made.call(context, wrong)


def test_every_tool_of_the_network_stands_in_the_guide() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    assert [one.name for one in all_tools() if one.permissions == ("network",) and f"`{one.name}`" not in guide] == []
