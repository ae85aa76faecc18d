"""The page one asks on."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from nicegui import context, ui
from nicegui.events import UploadEventArguments

from kangban.clinical.access import PROFESSIONS
from kangban.journeys.attachments import MOST_BYTES, Upload, safe_name
from kangban.journeys.chat_turn import Question
from kangban.journeys.conversation import ask_again, read_conversation
from kangban.journeys.demo.brain import example_for
from kangban.journeys.house import Member, policy
from kangban.journeys.outbound import to_be_asked
from kangban.kernel.ids import new_id
from kangban.perception.language.plain import MOST_CHARACTERS
from kangban.record.access import decide
from kangban.web.chat.consent import consent_dialog
from kangban.web.chat.exchange import Shown
from kangban.web.chat.sources import Sources
from kangban.web.elements import Tag, button, icon, link, run, toast
from kangban.web.frame import frame
from kangban.web.live import Live
from kangban.web.names import call_name
from kangban.web.visit import Visit

_SEND_BY_KEY = "(e) => { const words = kangban.enter(e) && kangban.take(); if (words) emit(words); }"
_SEND = "() => { const words = kangban.take(); if (words) emit(words); }"
MOST_FILES = 6


async def chat_page(visit: Visit) -> None:
    """Draw the talk with the member in view."""
    with frame(visit, visit.say("page.talk"), rail_title=visit.say("sources.title"), facts=True) as places:
        sources = Sources(visit, places.rail)
        if visit.who is None:
            _nobody(visit)
            return
        talk = Talk(visit, visit.who, sources, places.live)
        asks = await _may_ask(visit, visit.who)
        await talk.draw(asks=asks)
        if not asks:
            return
        talk.draw_box()
        if about := await to_be_asked(visit.house, visit.who.id):
            await consent_dialog(visit, visit.who, about)


async def _may_ask(visit: Visit, member: Member) -> bool:
    """Whether a question would be answered; who only sees a part is told so before they write one."""
    house = visit.house
    known, now, own = await policy(house), house.clock.now(), house.actor.account_id
    return decide(known, house.actor, member.id, "AnswerGiven", "ask", now, own).allowed


def _nobody(visit: Visit) -> None:
    with Tag("div", classes="sheet"), Tag("div", classes="empty"):
        if visit.house.actor.role in PROFESSIONS:
            Tag("h2", visit.say("nobody.shared"))
            Tag("p", visit.text("web_desk.nobody_shared"))
            link(visit.say("page.desk"), "/desk", "btn p")
            return
        if visit.house.actor.role != "manager":
            Tag("h2", visit.say("nobody.shared"))
            Tag("p", visit.say("nobody.shared_why"))
            return
        Tag("h2", visit.say("nobody.title"))
        Tag("p", visit.say("nobody.why"))
        link(visit.say("family.add_member"), "/family?add=1", "btn p")


class Talk:
    """One browser tab's talk with one member in view."""

    def __init__(self, visit: Visit, member: Member, sources: Sources, live: Live) -> None:
        self._visit, self._member, self._sources, self._live = visit, member, sources, live
        self._uploads: list[Upload] = []
        self._order = asyncio.Lock()  # questions sent while one is answered wait their turn
        self._running: set[asyncio.Task[None]] = set()
        self._welcome: Tag | None = None

    async def draw(self, *, asks: bool) -> None:
        """The talk as stored."""
        told = await read_conversation(self._visit.house, self._member.id)
        with (
            Tag("div", classes="talk"),
            Tag(
                "div", classes="inner", role="log", aria_live="polite", aria_label=self._visit.say("talk")
            ) as self._log,
        ):
            if not asks:
                with Tag("div", classes="empty"):
                    Tag("h2", self._visit.say("no_ask.title", name=call_name(self._member)))
                    Tag("p", self._visit.say("no_ask.why"))
            elif not told:
                self._draw_welcome()
            for one in told:
                lang = "en" if one.message.lang == "en" else "zh"
                shown = Shown(
                    self._visit, self._sources, self._live, one.message.text, one.files, ask=self._ask, lang=lang
                )
                shown.show_stored(one, self._again)

    def _draw_welcome(self) -> None:
        with Tag("div", classes="empty") as self._welcome:
            Tag("h2", self._visit.say("welcome.title", name=call_name(self._member)))
            Tag("p", self._visit.say("welcome.why"))
            with Tag("div", classes="row"):
                for key in ("medicine", "symptom", "record"):
                    words = self._visit.say(f"welcome.{key}")
                    button(words, "chip").on("click", lambda _, w=words: self._ask(w), js_handler="() => emit()")
                house = self._visit.house
                example = example_for(self._member.id, self._visit.lang)
                if example is not None and house.demo and house.model is house.offline:
                    button(self._visit.text("web_desk.family.try"), "chip").on(
                        "click", lambda: self._ask(example.question), js_handler="() => emit()"
                    )

    def draw_box(self) -> None:
        """The question box with attachments."""
        say = self._visit.say
        with Tag("div", classes="ask"):
            self._held = Tag("div", classes="held", aria_live="polite")
            with Tag("div", classes="box", role="group", aria_label=say("box")):
                box = Tag(
                    "textarea", "", "", id="question", rows="1", aria_label=say("box"), placeholder=say("placeholder"),
                    enterkeyhint="send", data_most=MOST_CHARACTERS, data_toolong=say("too_long"),
                    data_away=say("away"),
                )  # fmt: skip
                with button("", "ic", aria_label=say("attach"), title=say("attach"), data_do="pick"):
                    icon("clip")
                with button("", "ic send", aria_label=say("send"), title=say("send")) as send:
                    icon("send")
        box.on("keydown", self._sent, js_handler=_SEND_BY_KEY)
        send.on("click", self._sent, js_handler=_SEND)
        with Tag("div", classes="hide-up", aria_hidden="true"):
            ui.upload(
                multiple=True, auto_upload=True, max_file_size=MOST_BYTES, on_upload=self._keep,
                on_rejected=lambda: toast(say("too_big")),
            ).props("tabindex=-1")  # fmt: skip
        context.client.on_delete(self._leave)  # pyright: ignore[reportUnknownMemberType]
        self._visit.on_end.append(self._leave)

    def _leave(self) -> None:
        for task in list(self._running):
            task.cancel()

    async def _sent(self, event: Any) -> None:
        words = cast("dict[str, str]", event.args)
        await self._start(str(words.get("text", "")), str(words.get("id") or new_id("client")))

    async def _ask(self, text: str) -> None:
        await self._start(text, new_id("client"))

    async def _start(self, text: str, client_id: str) -> None:
        uploads, self._uploads = tuple(self._uploads), []
        self._draw_held()
        if not text.strip() and not uploads:
            return
        if self._welcome is not None:
            self._welcome.delete()
            self._welcome = None
        question = Question(self._member.id, text, client_id, lang=self._visit.lang, uploads=uploads)
        with self._log:
            names = tuple(u.name for u in uploads)
            shown = Shown(self._visit, self._sources, self._live, text, names, ask=self._ask, lang=self._visit.lang)
        run("kangban.newest()")
        task = asyncio.create_task(self._turn(shown, question))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _turn(self, shown: Shown, question: Question) -> None:
        with self._log:
            async with self._order:
                await shown.live(question, self._again)

    async def _again(self, message_id: str) -> Question:
        return await ask_again(self._visit.house, self._member.id, message_id)

    async def _keep(self, event: UploadEventArguments) -> None:
        if len(self._uploads) >= MOST_FILES:
            toast(self._visit.say("too_many"))
            return
        if event.file.size() > MOST_BYTES:  # the browser checks too, but a browser can be told not to
            toast(self._visit.say("too_big"))
            return
        self._uploads.append(Upload(safe_name(event.file.name), await event.file.read()))
        event.sender.reset()  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
        self._draw_held()

    def _draw_held(self) -> None:
        self._held.clear()
        with self._held:
            for number, one in enumerate(self._uploads):
                with button("", "chip", aria_label=self._visit.say("remove_file", name=one.name)) as chip:
                    Tag("span", one.name)
                    icon("shut", 16)
                chip.on("click", lambda _, n=number: self._drop(n), js_handler="() => emit()")

    def _drop(self, number: int) -> None:
        del self._uploads[number : number + 1]
        self._draw_held()
