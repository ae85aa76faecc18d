"""Tools of other people's servers: who keeps the server reads them in, sees every change, and accepts it or not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from kangban.app.tool_servers import make_tool_servers
from kangban.journeys.workshop.servers import Changes, ToolServers, accept, add, changes
from kangban.kernel.canonical import canonical_json
from kangban.kernel.errors import Conflict, InvalidInput, NotPermitted
from kangban.ports.tool_servers import AcceptedTool, KeptServer, ServerKind, ToolServer
from kangban.web.elements import Tag, button
from kangban.web.sure import sure_button
from kangban.web.workshop.inputs import (
    SUBMIT,
    choice_field,
    clear_faults,
    fault_place,
    long_field,
    tell_fault,
    text_field,
)
from kangban.web.workshop.reading import Fields
from kangban.web.workshop.room import Seat
from kangban.web.workshop.secret_keys import may_set

KINDS: tuple[ServerKind, ...] = ("mcp", "openapi", "agentlego")


async def draw_servers(seat: Seat) -> None:
    """The section, for who keeps the server; others see which servers there are by their tools."""
    if not await may_set(seat):
        return
    with Tag("section", classes="sec", aria_labelledby="servers"):
        Tag("h2", seat.words("servers"), id="servers")
        Tag("p", seat.words("servers_why"), "small")
        section = _Servers(seat)
        section.draw_form()
        section.place = Tag("div", role="status")
        await section.draw()


class _Servers:
    place: Tag

    def __init__(self, seat: Seat) -> None:
        self._seat = seat
        self._servers: ToolServers = make_tool_servers(seat.visit.household.settings)

    def draw_form(self) -> None:
        """What is to be read in."""
        words = self._seat.words
        with Tag("details", classes="more"):
            Tag("summary", words("server_add"))
            with Tag("form", classes="form", novalidate=True) as form:
                with Tag("div", classes="two"):
                    text_field("server.name", words("server_name"), hint="my_tools", maxlength="24")
                    kinds = [(kind, words(f"server_kind.{kind}")) for kind in KINDS]
                    choice_field("server.kind", words("server_kind"), kinds, "mcp")
                hint = "https://tools.example.org/mcp"
                text_field("server.address", words("server_address"), hint=hint, maxlength="2000")
                text_field("server.secret", words("field.secret"), hint="my_key", maxlength="64")
                with Tag("div", classes="two"):
                    long_field("server.allow", words("server_allow"), rows=2)
                    long_field("server.reads", words("server_reads"), rows=2)
                fault_place("server")
                with Tag("div", classes="row"):
                    button(words("server_read"), "btn p", type="submit")
        form.on("submit", self._seat.visit.guarded_with(self._add), js_handler=SUBMIT)

    async def draw(self) -> None:
        """What is kept."""
        kept = await asyncio.to_thread(self._servers.shelf.servers)
        self.place.clear()
        with self.place, Tag("ul", classes="rows"):
            for one in kept:
                self._row(one)

    def _row(self, one: KeptServer) -> None:
        words, visit, name = self._seat.words, self._seat.visit, one.server.name
        with Tag("li", data_server=name):
            with Tag("span", classes="w"):
                Tag("b", name, "code")
                kind = words(f"server_kind.{one.server.kind}")
                Tag("small", " · ".join((kind, one.server.address, words("n_tools", n=len(one.tools)))))
                Tag("small", ", ".join(each.local for each in one.tools)[:400])
            button(words("server_look"), "btn", aria_label=words("server_look_of", name=name)).on(
                "click", visit.guarded(self._looker(name)), js_handler="() => emit()"
            )
            sure_button(
                visit, words("remove"), words("remove_sure"), self._remover(name),
                aria_label=words("remove_of", name=name),
            )  # fmt: skip

    async def _require(self) -> None:
        if not await may_set(self._seat):
            raise NotPermitted("only who keeps the server adds tool servers", key="error.not_operator")

    async def _add(self, event: Any) -> None:
        await self._require()
        typed = Fields(event.args.get("pairs"))
        kind = typed.one("server.kind")
        if kind not in KINDS:
            raise InvalidInput("no such kind", field="kind")
        server = ToolServer(
            typed.one("server.name"), kind, typed.one("server.address"),
            typed.one("server.secret"), _lines(typed.raw("server.allow")), _lines(typed.raw("server.reads")),
        )  # fmt: skip
        try:
            kept, offer = await add(self._servers, server)
        except (InvalidInput, Conflict, NotPermitted) as error:
            # The journey's words say what to mend; the shorter ones for people do not.
            field = f"server.{error.field}" if error.field in _FIELDS else "server"
            tell_fault(self._seat, InvalidInput(error.message, field=field))
            return
        clear_faults()
        await self.draw()
        with self.place, Tag("div", classes="said"):
            Tag("p", self._seat.words("server_added", name=kept.server.name, n=len(kept.tools)))
            _draw_refused(self._seat, offer.refused)

    def _looker(self, name: str) -> Callable[[], Awaitable[None]]:
        async def work() -> None:
            await self._require()
            found = await changes(self._servers, name)
            await self.draw()
            with self.place:
                self._draw_changes(name, found)

        return work

    def _draw_changes(self, name: str, found: Changes) -> None:
        words = self._seat.words

        async def take() -> None:
            await self._require()
            await accept(self._servers, name, found)
            await self.draw()

        with Tag("div", classes="sec changes", data_changes=name):
            Tag("h3", words("server_changes", name=name))
            if not found.any:
                Tag("p", words("server_same"), "small")
            with Tag("ul", classes="say"):
                for one in found.added:
                    Tag("li", words("server_new", name=one.local, words=" · ".join(_told(self._seat, one)[:2])))
                for before, now in found.changed:
                    with Tag("li"):
                        Tag("b", now.local, "code")
                        _draw_change(_told(self._seat, before), _told(self._seat, now))
                for one in found.removed:
                    Tag("li", words("server_gone", name=one.local))
            _draw_refused(self._seat, found.refused)
            if found.any:
                button(words("server_accept"), "btn p").on(
                    "click", self._seat.visit.guarded(take), js_handler="() => emit()"
                )

    def _remover(self, name: str) -> Callable[[], Awaitable[None]]:
        async def work() -> None:
            await self._require()
            await asyncio.to_thread(self._servers.shelf.remove, name)
            await self.draw()

        return work


_FIELDS = ("name", "kind", "address", "secret", "allow", "reads")


def _lines(words: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in words.splitlines() if line.strip())


def _told(seat: Seat, one: AcceptedTool) -> tuple[str, ...]:
    """Everything that is accepted with a tool: its words, whether it asks a person, how and where it is called."""
    tool = one.tool
    effect = seat.words("effect.reads" if tool.reads_only else "effect.acts")
    return (
        tool.description, effect, canonical_json(tool.parameters), canonical_json([tool.takes, tool.detail]),
    )  # fmt: skip


def _draw_change(before: tuple[str, ...], now: tuple[str, ...]) -> None:
    # What was cut away from a stranger's words can have changed too: then they stand side by side, alike.
    pairs = [pair for pair in zip(before, now, strict=True) if pair[0] != pair[1]] or [(before[0], now[0])]
    for old, new in pairs:
        Tag("del", old)
        Tag("ins", new)


def _draw_refused(seat: Seat, refused: dict[str, str]) -> None:
    if not refused:
        return
    Tag("p", seat.words("server_refused"), "small")
    with Tag("ul", classes="say"):
        for name, why in list(refused.items())[:40]:
            Tag("li", f"{name[:120]}: {why}")
