"""/workshop/try: a talk with one agent, or with a draft of one; several turns, files, a new talk when wanted."""

from __future__ import annotations

import asyncio
from typing import Any, cast
from urllib.parse import quote

from nicegui import context, ui
from nicegui.events import UploadEventArguments

from kangban.journeys.attachments import MOST_BYTES, Upload, safe_name
from kangban.journeys.workshop.history import run as one_run
from kangban.journeys.workshop.keeping import agents, load
from kangban.journeys.workshop.trying import media_of
from kangban.kernel.errors import KangbanError, NotFound
from kangban.perception.language.plain import MOST_CHARACTERS
from kangban.ports.agents import AgentDefinition
from kangban.ports.chat_model import ChatMessage
from kangban.ports.chat_model import say as message
from kangban.ports.media import Media
from kangban.web.chat.sources import Sources
from kangban.web.elements import Tag, button, icon, link, quoted, run, toast
from kangban.web.visit import Visit
from kangban.web.workshop.agents import agent_address
from kangban.web.workshop.passing import DRAFTS, MADE
from kangban.web.workshop.room import Seat, room
from kangban.web.workshop.turn import Turn
from kangban.web.workshop.whose import ROOT

MOST_FILES = 6
_CHOSEN = "(e) => emit({ name: e.target.value })"
_SEND_BY_KEY = "(e) => { const words = kangban.enter(e) && kangban.take(); if (words) emit(words); }"
_SEND = "() => { const words = kangban.take(); if (words) emit(words); }"


async def playground_page(visit: Visit) -> None:
    """Draw the talk with the agent of the address, or with the first there is."""
    with room(visit, "try", rail=True, sheet=False) as seat:
        if seat is None:
            return
        there = [one.definition for one in await agents(seat.workshop, seat.owner)]
        draft = seat.asked("draft")
        agent: str | AgentDefinition
        if draft:
            agent = DRAFTS.get(seat.owner, draft)
            durable = agent.durable
        else:
            agent = seat.asked("agent") or ("companion" if any(d.name == "companion" for d in there) else there[0].name)
            durable = (await load(seat.workshop, agent, seat.owner)).definition.durable
        talk = Playground(seat, agent, Sources(visit, seat.frame.rail), durable=durable)
        talk.draw(there)
        if again := seat.asked("again"):
            asked = (await one_run(seat.workshop, again, seat.owner)).asked
            run(f"setTimeout(() => kangban.fill({quoted(asked)}), 200)")


class Playground:
    """One browser tab's talk with one agent."""

    def __init__(self, seat: Seat, agent: str | AgentDefinition, sources: Sources, *, durable: bool) -> None:
        self._seat, self._agent, self._sources, self._durable = seat, agent, sources, durable
        self._told: list[ChatMessage] = []
        self._files: list[Media] = []
        self._order = asyncio.Lock()  # questions sent while one is answered wait their turn
        self._running: set[asyncio.Task[None]] = set()
        self._turns: list[Turn] = []
        self._hello: Tag | None = None

    def draw(self, there: list[AgentDefinition]) -> None:
        """Head, talk and question box."""
        seat = self._seat
        with Tag("div", classes="talk-with"):
            self._choice(there)
            with button("", "btn") as fresh:
                Tag("span", seat.words("new_talk"))
            fresh.on("click", seat.visit.guarded(self._begin_anew), js_handler="() => emit()")
        with (
            Tag("div", classes="talk"),
            Tag("div", classes="inner", role="log", aria_live="polite", aria_label=seat.words("way.try")) as self._log,
        ):
            self._welcome()
        self._box()
        context.client.on_delete(self._leave)  # pyright: ignore[reportUnknownMemberType]
        seat.visit.on_end.append(self._leave)

    def _choice(self, there: list[AgentDefinition]) -> None:
        words = self._seat.words
        if isinstance(self._agent, AgentDefinition):
            Tag("span", words("draft_of", name=self._agent.name), "mark soon")
            return
        with Tag("label", classes="pick"):
            Tag("span", words("agent"), "unseen")
            with Tag("select", "", "field") as choice:
                for one in there:
                    named = f"{one.title} ({one.name})" if one.title else one.name
                    Tag("option", named, value=one.name, selected=True if one.name == self._agent else None)
        choice.on("change", self._seat.visit.guarded_with(self._other), js_handler=_CHOSEN)
        link(words("edit"), agent_address(self._agent), "btn flat")

    async def _other(self, event: Any) -> None:
        name = str(event.args.get("name", ""))[:100]
        address = f"{ROOT}/try?agent={quote(name, safe='')}"
        run(f"location.assign({quoted(address)})")

    def _welcome(self) -> None:
        with Tag("div", classes="empty") as self._hello:
            name = self._agent.name if isinstance(self._agent, AgentDefinition) else self._agent
            Tag("h2", self._seat.words("try_title", name=name))
            Tag("p", self._seat.words("try_why"))

    def _box(self) -> None:
        say_, words = self._seat.visit.say, self._seat.words
        with Tag("div", classes="ask"):
            self._held = Tag("div", classes="held", aria_live="polite")
            with Tag("div", classes="box", role="group", aria_label=words("box")):
                box = Tag(
                    "textarea", "", "", id="question", rows="1", aria_label=words("box"), placeholder=words("box_hint"),
                    enterkeyhint="send", data_most=MOST_CHARACTERS, data_toolong=say_("too_long"),
                    data_away=say_("away"),
                )  # fmt: skip
                with button("", "ic", aria_label=words("attach"), title=words("attach"), data_do="pick"):
                    icon("clip")
                with button("", "ic send", aria_label=say_("send"), title=say_("send")) as send:
                    icon("send")
        sent = self._seat.visit.guarded_with(self._sent)
        box.on("keydown", sent, js_handler=_SEND_BY_KEY)
        send.on("click", sent, js_handler=_SEND)
        with Tag("div", classes="hide-up", aria_hidden="true"):
            ui.upload(
                multiple=True, auto_upload=True, max_file_size=MOST_BYTES, on_upload=self._keep,
                on_rejected=lambda: toast(say_("too_big")),
            ).props("tabindex=-1")  # fmt: skip

    def _leave(self) -> None:
        for task in list(self._running):
            task.cancel()

    async def _begin_anew(self) -> None:
        for turn in self._turns:
            turn.stop()
        if not self._durable:
            self._leave()
        self._told, self._turns = [], []
        self._log.clear()
        self._sources.show(())
        with self._log:
            self._welcome()

    async def _sent(self, event: Any) -> None:
        text = str(cast("dict[str, Any]", event.args).get("text", "")).strip()
        files, self._files = self._files, []
        self._draw_held()
        if not text and not files:
            return
        text = text or self._seat.words("look_at_this")
        if self._hello is not None:
            self._hello.delete()
            self._hello = None
        with self._log:
            turn = Turn(self._seat, self._sources, text, files, durable=self._durable)
        self._turns.append(turn)
        run("kangban.newest()")
        task = asyncio.create_task(self._take_turn(turn, text, files))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _take_turn(self, turn: Turn, text: str, files: list[Media]) -> None:
        told = self._told
        async with self._order:
            answered = await turn.live(self._agent, [*told, message("user", text)], files)
        if answered is not None and told is self._told:  # not a new talk meanwhile
            told += [message("user", text), message("assistant", answered)]

    async def _keep(self, event: UploadEventArguments) -> None:
        if len(self._files) >= MOST_FILES:
            toast(self._seat.visit.say("too_many"))
            return
        if event.file.size() > MOST_BYTES:  # the browser checks too, but a browser can be told not to
            toast(self._seat.visit.say("too_big"))
            return
        try:
            if not await self._seat.visit.still_here():
                raise NotFound("nobody is here", field="file")
            brought = Upload(safe_name(event.file.name), await event.file.read())
            media = await media_of(self._seat.workshop, brought)
        except KangbanError as error:
            toast(self._seat.visit.words(error))
            return
        event.sender.reset()  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
        MADE.put(self._seat.owner, media)
        self._files.append(media)
        self._draw_held()

    def _draw_held(self) -> None:
        self._held.clear()
        with self._held:
            for number, one in enumerate(self._files):
                with button("", "chip", aria_label=self._seat.visit.say("remove_file", name=one.name)) as chip:
                    Tag("span", one.name)
                    icon("shut", 16)
                chip.on("click", lambda _, n=number: self._drop(n), js_handler="() => emit()")

    def _drop(self, number: int) -> None:
        del self._files[number : number + 1]
        self._draw_held()
