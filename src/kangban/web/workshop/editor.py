"""/workshop/new and /workshop/agents/NAME: an agent's fields, tried, looked through, kept in versions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

import msgspec

from kangban.journeys.workshop.keeping import Listed, agents, checked, load, save
from kangban.kernel.errors import Conflict, InvalidInput, KangbanError
from kangban.ports.agents import AgentDefinition
from kangban.web.elements import Tag, button, link, quoted, run, toast
from kangban.web.visit import Visit
from kangban.web.workshop.agents import agent_address
from kangban.web.workshop.dry import draw_dry_run
from kangban.web.workshop.form import draw_fields
from kangban.web.workshop.inputs import PAIRS, SUBMIT, clear_faults, fault_place, tell_fault
from kangban.web.workshop.passing import DRAFTS
from kangban.web.workshop.reading import definition_of
from kangban.web.workshop.room import Seat, room
from kangban.web.workshop.versions import draw_difference
from kangban.web.workshop.whose import ROOT

EMPTY = AgentDefinition("")


async def editor_page(visit: Visit) -> None:
    """Draw the agent of the address, a copy, a draft or an empty one."""
    with room(visit, "agents") as seat:
        if seat is None:
            return
        name = seat.named("name")
        there = await load(seat.workshop, name, seat.owner) if name else await _begun(seat)
        others = [one.definition.name for one in await agents(seat.workshop, seat.owner)]
        editor = Editor(seat, there, kept=bool(name))
        editor.draw([one for one in others if one != there.definition.name])
        if seat.asked("draft"):
            await editor.look_through(there.definition)


async def _begun(seat: Seat) -> Listed:
    if draft := seat.asked("draft"):
        return Listed(DRAFTS.get(seat.owner, draft), 0)
    if not (copied := seat.asked("copy")):
        return Listed(EMPTY, 0)
    found = (await load(seat.workshop, copied, seat.owner)).definition
    names = {one.definition.name for one in await agents(seat.workshop, seat.owner)}
    free = next(f"{copied[:58]}-{n}" for n in range(2, len(names) + 3) if f"{copied[:58]}-{n}" not in names)
    return Listed(msgspec.structs.replace(found, name=free), 0)


class Editor:
    """One form. `kept`: it stands under its name already, so that saving makes its next version."""

    def __init__(self, seat: Seat, there: Listed, *, kept: bool) -> None:
        self._seat, self._there, self._kept = seat, there, kept
        self._version = there.version

    def draw(self, others: list[str]) -> None:
        """Head, fields, and what can be done."""
        seat, made = self._seat, self._there.definition
        visit, words = seat.visit, seat.words
        with Tag("section", classes="sec"), Tag("header"):
            Tag("h2", (made.title or made.name) if self._kept else words("new_agent"))
            self._label = Tag("span", self._version_words(), "tag")
            if self._kept:
                with Tag("div", classes="row"):
                    link(words("versions"), agent_address(made.name, "/versions"), "btn flat")
                    link(words("export"), f"{ROOT}/export?name={quote(made.name, safe='')}", "btn flat", download=True)
                    link(words("duplicate"), f"{ROOT}/new?copy={quote(made.name, safe='')}", "btn flat")
        with Tag("form", classes="form editor", data_editor="yes", novalidate=True) as form:
            draw_fields(seat, made, others)
            self._conflict = Tag("div", role="status")
            with Tag("div", classes="sec bar"):
                fault_place("")
                with Tag("div", classes="row"):
                    button(visit.say("save"), "btn p", type="submit", value="save")
                    button(words("try_draft"), "btn").on("click", visit.guarded_with(self._try), js_handler=PAIRS)
                    button(words("dry_run"), "btn").on("click", visit.guarded_with(self._dry), js_handler=PAIRS)
        form.on("submit", visit.guarded_with(self._submitted), js_handler=SUBMIT)
        self._below = Tag("div", classes="inner wide", role="status")

    def _version_words(self) -> str:
        words = self._seat.words
        if self._there.shipped:
            return words("shipped")
        return words("version", n=self._version) if self._version else words("not_saved")

    async def look_through(self, made: AgentDefinition) -> None:
        """Say what would keep it from being saved."""
        try:
            await checked(self._seat.workshop, made, self._seat.owner)
        except InvalidInput as error:
            tell_fault(self._seat, error)

    async def _read(self, event: Any) -> AgentDefinition | None:
        """The form as a definition that could run; None where a fault was told."""
        try:
            made = definition_of(event.args.get("pairs"), self._there.definition)
            await checked(self._seat.workshop, made, self._seat.owner)
        except InvalidInput as error:
            tell_fault(self._seat, error)
            return None
        clear_faults()
        return made

    async def _submitted(self, event: Any) -> None:
        made = await self._read(event)
        if made is not None:
            await self._save(made, self._expected(made))

    def _expected(self, made: AgentDefinition) -> int | None:
        """Under another name it is another agent, and a new one."""
        same = self._kept and made.name == self._there.definition.name
        return (self._version or None) if same else None

    async def _save(self, made: AgentDefinition, expected: int | None) -> None:
        seat = self._seat
        try:
            saved = await save(seat.workshop, made, seat.owner, expected)
        except Conflict:
            await self._show_conflict(made)
            return
        except KangbanError as error:
            tell_fault(seat, error)
            return
        run("kangban.saved()")
        self._conflict.clear()
        if self._kept and made.name == self._there.definition.name:
            self._version, self._there = saved.version, Listed(made, saved.version)
            self._label.set_text(self._version_words())
            toast(seat.words("saved", n=saved.version))
        else:
            run(f"location.assign({quoted(agent_address(made.name))})")

    async def _show_conflict(self, made: AgentDefinition) -> None:
        """Somebody saved meanwhile: both stand side by side, and nothing typed is lost."""
        seat = self._seat
        newest = await load(seat.workshop, made.name, seat.owner)

        async def over() -> None:
            self._kept, self._there = True, newest
            await self._save(made, newest.version)

        self._conflict.clear()
        with self._conflict, Tag("section", classes="sec conflict"):
            Tag("h2", seat.words("conflict", n=newest.version))
            Tag("p", seat.words("conflict_why"))
            draw_difference(seat, newest.definition, made, seat.words("version", n=newest.version), seat.words("mine"))
            with Tag("div", classes="row"):
                button(seat.words("save_over", n=newest.version + 1), "btn p").on(
                    "click", seat.visit.guarded(over), js_handler="() => emit()"
                )
                link(seat.words("open_theirs"), agent_address(made.name), "btn")
        run("document.querySelector('.conflict')?.scrollIntoView({ block: 'center' })")

    async def _try(self, event: Any) -> None:
        made = await self._read(event)
        if made is not None:
            draft = DRAFTS.put(self._seat.owner, made)
            run(f"window.open({quoted(f'{ROOT}/try?draft={draft}')}, '_blank', 'noopener')")

    async def _dry(self, event: Any) -> None:
        made = await self._read(event)
        if made is None:
            return
        await self._below_shows(lambda: draw_dry_run(self._seat, made))

    async def _below_shows(self, draw: Callable[[], Awaitable[None]]) -> None:
        self._below.clear()
        with self._below:
            await draw()
        run("document.querySelector('[data-dry]')?.scrollIntoView({ block: 'start' })")
