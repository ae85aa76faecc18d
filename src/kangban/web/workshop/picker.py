"""Choosing tools: by group, found by what they are for, ticked; and which of them ask first."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from kangban.kernel.texts import has_text
from kangban.ports.agents import AgentDefinition
from kangban.ports.tool import ToolSpec
from kangban.toolbox.find_tools import find_tools
from kangban.toolbox.shelf import groups
from kangban.web.elements import Tag, run
from kangban.web.workshop.inputs import fault_place
from kangban.web.workshop.room import Seat

MOST_FOUND, MOST_LETTERS = 12, 200
FIND = "(e) => kangban.later(e.target, () => emit({ words: e.target.value }))"
NO_ENTER = "(e) => { if (e.key === 'Enter') e.preventDefault(); }"


def group_name(seat: Seat, group: str) -> str:
    """A group as people call it; the name itself where we have no word."""
    has = has_text(f"web_workshop.group.{group}", seat.visit.lang)
    return seat.words(f"group.{group}") if has else group


def first_line(spec: ToolSpec) -> str:
    """What a tool does, in its first words."""
    words = " ".join(spec.description.split("\n\n", 1)[0].split())
    return words if len(words) <= MOST_LETTERS else f"{words[:MOST_LETTERS]}…"


def search_field(seat: Seat, tools: Sequence[ToolSpec]) -> None:
    """Finds rows marked with data-tool; the ticks of the others stay."""

    async def find(event: Any) -> None:
        words = str(event.args.get("words", ""))[:300].strip()
        if not words:
            run("kangban.only(null)")
            return
        typed = words.casefold()
        names = [one.name for one in tools if typed in one.name.casefold()]
        names += [one.name for one in find_tools(words, tools, MOST_FOUND)]
        run(f"kangban.only({json.dumps(names)})")

    field = Tag(
        "input", "", "field", type="search", aria_label=seat.words("find_tool"), maxlength="300",
        placeholder=seat.words("find_tool_hint"), autocomplete="off",
    )  # fmt: skip
    field.on("input", seat.visit.guarded_with(find), js_handler=FIND)
    field.on("keydown", js_handler=NO_ENTER)


def draw_picker(seat: Seat, definition: AgentDefinition) -> None:
    """Every tool with its ticks; what the agent had and nobody knows any more stands first."""
    tools = seat.workshop.tools()
    known = {one.name for one in tools}
    search_field(seat, tools)
    fault_place("tools")
    fault_place("approve")
    gone = [name for name in definition.tools if name not in known]
    if gone:
        Tag("p", seat.words("tools_gone"), "wrong")
        with Tag("ul", classes="rows"):
            for name in gone:
                _row(seat, definition, name, seat.words("no_such_tool"), acts=False)
    Tag("p", seat.words("no_tool_fits"), "small", data_nothing="yes", hidden=True)
    for group, some in groups(tools).items():
        taken = sum(one.name in definition.tools for one in some)
        with Tag("details", classes="more", data_group=group, open=True if taken else None):
            Tag("summary", seat.words("group_of", name=group_name(seat, group), n=len(some)))
            with Tag("ul", classes="rows"):
                for one in some:
                    _row(seat, definition, one.name, first_line(one), acts=one.effect == "acts")


def _row(seat: Seat, definition: AgentDefinition, name: str, why: str, *, acts: bool) -> None:
    with Tag("li", data_tool=name):
        with Tag("label", classes="w"):
            taken = True if name in definition.tools else None
            Tag("input", type="checkbox", name="tools", value=name, checked=taken)
            with Tag("span"):
                Tag("b", name, "code")
                Tag("small", why)
        if acts:
            Tag("span", seat.words("asks_always"), "mark soon")
        else:
            with Tag("label", classes="tick small"):
                first = True if name in definition.approve else None
                Tag(
                    "input", type="checkbox", name="approve", value=name, checked=first,
                    aria_label=seat.words("ask_first_about", name=name),
                )  # fmt: skip
                Tag("span", seat.words("ask_first"))
