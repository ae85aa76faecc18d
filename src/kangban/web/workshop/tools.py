"""/workshop/tools: what agents can call, by group; one tool with its class, its arguments and a run to try it."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from kangban.kernel.errors import NotFound
from kangban.ports.tool import ToolSpec
from kangban.toolbox.shelf import groups
from kangban.web.elements import Tag, link
from kangban.web.visit import Visit
from kangban.web.workshop.dry import set_needs
from kangban.web.workshop.picker import first_line, group_name, search_field
from kangban.web.workshop.room import Seat, room
from kangban.web.workshop.secret_keys import draw_secrets
from kangban.web.workshop.servers import draw_servers
from kangban.web.workshop.tool_run import ToolRun
from kangban.web.workshop.whose import ROOT


async def tools_page(visit: Visit) -> None:
    """Draw the catalogue, or the tool of the address."""
    with room(visit, "tools", rail=visit.path.startswith(f"{ROOT}/tools/")) as seat:
        if seat is None:
            return
        tools = seat.workshop.tools()
        if not (wanted := seat.named("tool")):
            _draw_catalogue(seat, tools)
            await draw_servers(seat)
            await draw_secrets(seat, tools)
            return
        spec = next((one for one in tools if one.name == wanted), None)
        if spec is None:
            raise NotFound("there is no tool of this name", field="name", key="workshop.unknown_tool")
        _draw_head(seat, spec)
        ToolRun(seat, spec).draw()


def _draw_catalogue(seat: Seat, tools: Sequence[ToolSpec]) -> None:
    there = set_needs(seat)
    with Tag("section", classes="sec", aria_labelledby="tools"):
        Tag("h2", seat.words("tools", n=len(tools)), id="tools")
        Tag("p", seat.words("tools_why"), "small")
        search_field(seat, tools)
        Tag("p", seat.words("no_tool_fits"), "small", data_nothing="yes", hidden=True)
        for group, some in groups(tools).items():
            with Tag("details", classes="more", data_group=group, open=True):
                Tag("summary", seat.words("group_of", name=group_name(seat, group), n=len(some)))
                with Tag("ul", classes="rows"):
                    for one in some:
                        _row(seat, one, there)


def _row(seat: Seat, one: ToolSpec, there: set[str]) -> None:
    with Tag("li", data_tool=one.name):
        with Tag("span", classes="w"):
            with Tag("b", classes="code"):
                link(one.name, f"{ROOT}/tools/{quote(one.name, safe='')}")
            Tag("small", first_line(one))
        draw_class(seat, one, there)


def draw_class(seat: Seat, one: ToolSpec, there: set[str], *, whole: bool = False) -> None:
    """What a tool may do and needs, as marks; `whole` says the harmless ones, too."""
    words = seat.words
    with Tag("span", classes="tool-facts"):
        if one.effect != "reads" or whole:
            Tag("span", words(f"effect.{one.effect}"), "mark soon" if one.effect == "acts" else "mark quiet")
        if one.cost != "free" or whole:
            Tag("span", words(f"cost.{one.cost}"), "tag")
        for permission in one.permissions if whole else ():
            Tag("span", words(f"permission.{permission}"), "tag")
        for kind in one.gives if whole else ():
            Tag("span", words(f"gives.{kind}"), "tag")
        for need in one.needs:
            known = need in there
            told = words("need_set" if known else "need_missing", name=need)
            Tag("span", told, "mark" if known else "mark no")


def _draw_head(seat: Seat, spec: ToolSpec) -> None:
    with Tag("section", classes="sec", aria_labelledby="tool-name"):
        with Tag("header"):
            Tag("h2", spec.name, "code", id="tool-name")
            link(seat.words("all_tools"), f"{ROOT}/tools", "btn flat")
        for words in spec.description.split("\n\n"):
            Tag("p", words)
        draw_class(seat, spec, set_needs(seat), whole=True)
        facts: list[str] = []
        if spec.timeout_s is not None:
            facts.append(seat.words("fact.timeout", n=f"{spec.timeout_s:g}"))
        if spec.retries:
            facts.append(seat.words("fact.retries", n=spec.retries))
        if spec.cache_s:
            facts.append(seat.words("fact.cache", n=f"{spec.cache_s:g}"))
        if spec.foreign:
            facts.append(seat.words("fact.foreign"))
        if facts:
            Tag("p", " · ".join(facts), "small")
