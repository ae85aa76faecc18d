"""/workshop: your agents and those that come with the program; new, from paper, and taken away."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import quote

from nicegui import ui
from nicegui.events import UploadEventArguments

from kangban.journeys.workshop.keeping import Listed, agents
from kangban.journeys.workshop.papers import MOST_BYTES, read_yaml
from kangban.journeys.workshop.undoing import put_back, take_away
from kangban.kernel.errors import InvalidInput
from kangban.ports.agents import AgentVersion
from kangban.web.elements import Tag, button, icon, link, quoted, run, toast
from kangban.web.visit import Visit
from kangban.web.workshop.inputs import PAIRS, fault_place, tell_fault
from kangban.web.workshop.notes import Notes
from kangban.web.workshop.passing import DRAFTS
from kangban.web.workshop.reading import Fields
from kangban.web.workshop.room import Seat, room
from kangban.web.workshop.whose import ROOT


async def agents_page(visit: Visit) -> None:
    """Draw the list."""
    with room(visit, "agents") as seat:
        if seat is None:
            return
        with Tag("section", classes="sec"), Tag("div", classes="row lead-row"):
            Tag("p", seat.words("agents_why"), "w")
            with link("", f"{ROOT}/new", "btn p"):
                Tag("span", seat.words("new_agent"))
        _draw_paper(seat)
        listing = _Listing(seat)
        await listing.draw()
        await Notes(seat).draw()


def agent_address(name: str, more: str = "") -> str:
    """Where an agent is edited."""
    return f"{ROOT}/agents/{quote(name, safe='')}{more}"


class _Listing:
    """The list; what was just removed can be put back from here."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat
        self._told = Tag("div", role="status")
        self._place = Tag("div", classes="inner wide")

    async def draw(self) -> None:
        found = await agents(self._seat.workshop, self._seat.owner)
        self._place.clear()
        with self._place:
            self._section("yours", [one for one in found if not one.shipped])
            self._section("shipped", [one for one in found if one.shipped])

    def _section(self, key: str, some: Sequence[Listed]) -> None:
        words = self._seat.words
        with Tag("section", classes="sec", aria_labelledby=f"agents-{key}"):
            Tag("h2", words(f"agents_{key}", n=len(some)), id=f"agents-{key}")
            if not some:
                Tag("p", words("no_agents"), "small")
            with Tag("ul", classes="rows"):
                for one in some:
                    self._row(one)

    def _row(self, one: Listed) -> None:
        words, made = self._seat.words, one.definition
        with Tag("li", data_agent=made.name):
            with Tag("span", classes="w"):
                with Tag("b"):
                    link(made.title or made.name, agent_address(made.name))
                facts = [made.name, words(f"paradigm.{made.paradigm}"), words("n_tools", n=len(made.tools))]
                Tag("small", " · ".join([*facts, words("version", n=one.version)] if one.version else facts))
                if made.description:
                    Tag("small", made.description)
            if one.shipped:
                Tag("span", words("shipped"), "mark quiet")
            link(words("way.try"), f"{ROOT}/try?agent={quote(made.name, safe='')}", "btn")
            link(words("duplicate"), f"{ROOT}/new?copy={quote(made.name, safe='')}", "btn flat")
            if not one.shipped:
                button(words("remove"), "btn flat", aria_label=words("remove_of", name=made.name)).on(
                    "click", self._seat.visit.guarded(self._remover(made.name)), js_handler="() => emit()"
                )

    def _remover(self, name: str) -> Callable[[], Awaitable[None]]:
        async def work() -> None:
            kept = await take_away(self._seat.workshop, name, self._seat.owner)
            await self.draw()
            self._offer_back(name, kept)

        return work

    def _offer_back(self, name: str, kept: Sequence[AgentVersion]) -> None:
        async def back() -> None:
            await put_back(self._seat.workshop, kept, self._seat.owner)
            self._told.clear()
            await self.draw()

        self._told.clear()
        with self._told, Tag("div", classes="said row"):
            Tag("span", self._seat.words("removed", name=name))
            button(self._seat.words("undo"), "btn").on(
                "click", self._seat.visit.guarded(back), js_handler="() => emit()"
            )


def _draw_paper(seat: Seat) -> None:
    """Import: pasted or as a file. It opens as a draft in the editor, where every fault stands beside its field."""

    async def read(paper: str | bytes) -> None:
        try:
            draft = DRAFTS.put(seat.owner, read_yaml(paper))
        except InvalidInput as error:
            tell_fault(seat, InvalidInput(error.message, field="yaml", key="error.invalid_input"))
            toast(f"{seat.visit.words(error)} {error.field or ''}: {error.message}")
            return
        run(f"location.assign({quoted(f'{ROOT}/new?draft={draft}')})")

    async def pasted(event: Any) -> None:
        await read(Fields(event.args.get("pairs")).raw("yaml"))

    async def uploaded(event: UploadEventArguments) -> None:
        event.sender.reset()  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
        await read(await event.file.read())

    with Tag("details", classes="sec more"):
        Tag("summary", seat.words("import"))
        Tag("p", seat.words("import_why"), "small")
        with Tag("form", classes="form"):
            with Tag("label", "YAML"):
                Tag(
                    "textarea", "", "field code", name="yaml", rows="6", spellcheck="false", maxlength=str(MOST_BYTES),
                    placeholder="name: my-agent\nparadigm: react\ntools: [calculator]",
                )  # fmt: skip
                fault_place("yaml")
            with Tag("div", classes="row"):
                button(seat.words("import_read"), "btn p").on(
                    "click", seat.visit.guarded_with(pasted), js_handler=PAIRS
                )
                with button("", "btn", data_do="pick"):
                    icon("sheet", 18)
                    Tag("span", seat.words("import_file"))
        with Tag("div", classes="hide-up", aria_hidden="true"):
            ui.upload(
                auto_upload=True, max_file_size=MOST_BYTES, on_upload=seat.visit.guarded_with(uploaded),
                on_rejected=lambda: toast(seat.words("import_too_big")),
            ).props('tabindex=-1 accept=".yaml,.yml,.txt"')  # fmt: skip
