"""One question with what became of it: live while its turn runs, stored afterwards, or waiting for another try."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import aclosing

from kangban.clinical.draft import Answer, Step
from kangban.clinical.record import Entry, Proposal
from kangban.clinical.urgency import Lang
from kangban.journeys.chat_turn import Question, chat_turn
from kangban.journeys.conversation import Exchange
from kangban.journeys.family import decide_proposal
from kangban.journeys.feedback import give_feedback
from kangban.journeys.house import get_member
from kangban.journeys.render import label, urgency_line
from kangban.journeys.turn_events import SentenceReleased, StepShown, Stored, TurnDone, TurnEvent, UrgencyJudged
from kangban.kernel.errors import InvalidInput, KangbanError
from kangban.kernel.texts import has_text, t
from kangban.web.chat.answer import all_citations, answer_body, draw_lines, lines_of, urgency_block
from kangban.web.chat.sources import Sources
from kangban.web.chat.waiting import Waiting
from kangban.web.elements import Tag, button, icon, link, quoted, run
from kangban.web.live import Live
from kangban.web.names import entry_text
from kangban.web.visit import Visit

LOG = logging.getLogger("kangban.web")
SHOW_EVERY_S = 0.1
ASK_EVERY_S = 0.2
_ABOUT_REPORTS = frozenset({"step.report_read", "step.report_whose"})
Ask = Callable[[str], Awaitable[None]]


class Shown:
    """The elements of one exchange. `message_id` is empty until the message is stored."""

    def __init__(
        self, visit: Visit, sources: Sources, live: Live, text: str, files: tuple[str, ...], *, ask: Ask, lang: Lang
    ) -> None:
        self._visit, self._sources, self._live, self._ask = visit, sources, live, ask
        self._waits: Waiting | None = None
        self._lang: Lang = lang
        self.text = text
        self.message_id = ""
        self._claims: list[SentenceReleased] = []
        self._drawn_at = self._asked_at = 0.0
        self._task: asyncio.Task[None] | None = None
        self._now: Tag | None = None
        with Tag("div", classes="x"):
            with Tag("div", text, "q", role="article", aria_label=visit.say("you_asked")):
                for name in files:
                    Tag("small", name)
            self._steps = Tag("ul", classes="steps", aria_label=visit.say("steps"))
            self._controls = Tag("div", classes="row")
            with Tag("article", classes="a", aria_label=visit.say("answer")) as self._card:
                self._urgency = Tag("div")
                self._body = Tag("div")
                self._below = Tag("div")
            self._card.set_visibility(False)

    # --- live ------------------------------------------------------------------------------------

    async def live(self, question: Question, again: Callable[[str], Awaitable[Question]]) -> None:
        """Run the turn and show its events; a second call while it runs waits for the same answer."""
        self._begin()
        self._task = asyncio.current_task()
        try:
            async with aclosing(chat_turn(self._visit.house, question)) as events:
                async for event in events:
                    if not await self._may_go_on(event, question.member_id):
                        return
                    self._show(event)
                    if isinstance(event, TurnDone):
                        await self._waiting(event.answer)
        except asyncio.CancelledError:
            self._halt("halted.stopped", again)
        except InvalidInput as error:
            self._failed(self._visit.words(error), None)
            run(f"kangban.fill({quoted(self.text)})")
        except KangbanError as error:
            self._failed(self._visit.words(error), again)
        except Exception as error:  # noqa: BLE001 - the message is stored; the reader gets a retry
            LOG.error("a turn failed: %s", type(error).__name__)
            self._failed(self._visit.words(error), again)

    async def _may_go_on(self, event: TurnEvent, member_id: str) -> bool:
        """A turn may outlast its session, and a word of consent may be taken back while it runs.

        Asked before anything is shown, for sentences that follow on each other's heels a few times a second. Raises
        NotFound where the member is no longer there for the visitor.
        """
        now = asyncio.get_running_loop().time()
        if isinstance(event, SentenceReleased) and now - self._asked_at < ASK_EVERY_S:
            return True
        if not await self._visit.still_here():
            self._visit.send_away()
            return False
        await get_member(self._visit.house, member_id)
        self._asked_at = now
        return True

    def stop(self) -> None:
        """Cancel the turn; the message stays."""
        if self._task is not None:
            self._task.cancel()

    def _begin(self) -> None:
        for part in (self._steps, self._controls, self._urgency, self._body, self._below):
            part.clear()
        self._claims.clear()
        self._card.set_visibility(False)
        with self._steps:
            self._now = Tag("li", self._visit.say("thinking"), "now")
        with (
            self._controls,
            button("", "btn", aria_label=self._visit.say("stop")).on("click", self.stop, js_handler="() => emit()"),
        ):
            icon("stop", 18)
            Tag("span", self._visit.say("stop"))

    def _show(self, event: TurnEvent) -> None:
        if isinstance(event, Stored):
            self.message_id = event.message_id
        elif isinstance(event, UrgencyJudged):
            line = urgency_line(event.outcome.urgency, event.outcome, self._lang)
            if line:
                self._card.set_visibility(True)
                with self._urgency:
                    urgency_block(self._visit, event.outcome.urgency, line, event.outcome.call)
        elif isinstance(event, StepShown):
            with self._steps:
                self._step(event.step)
            if self._now is not None:
                self._now.move(self._steps)
        elif isinstance(event, SentenceReleased):
            self._claims.append(event)
            now = asyncio.get_running_loop().time()
            if now - self._drawn_at >= SHOW_EVERY_S:
                self._drawn_at = now
                self._sentences()
        else:
            self.done(event)

    def _sentences(self) -> None:
        """What was released so far; sources open once the whole is there."""
        self._card.set_visibility(True)
        self._body.clear()
        with self._body, Tag("div", classes="body"):
            draw_lines(self._visit, lines_of([s.claim for s in self._claims], self._lang), (), self._sources)

    def _step(self, step: Step) -> None:
        text = t(step.key, self._visit.lang, **step.values) if has_text(step.key, self._visit.lang) else step.key
        with Tag("li", text, "" if step.ok else "no"):
            if step.key in _ABOUT_REPORTS:
                who = self._visit.who.id if self._visit.who else ""
                link(self._visit.text("web_reports.go_check"), self._visit.at("/reports", who), "step-link")

    # --- done ------------------------------------------------------------------------------------

    def done(self, event: TurnDone) -> None:
        """The whole answer."""
        self.message_id = event.message_id
        self.show_answer(event.answer, None, ())

    async def _waiting(self, answer: Answer) -> None:
        house = self._visit.house
        entries = [await house.store.get(house.family_id, one) for one in answer.proposals]
        if entries:
            with self._below:
                self._proposals(entries)

    def show_answer(self, answer: Answer, useful: bool | None, waiting: tuple[Entry, ...]) -> None:
        """Steps, urgency, sentences, question, proposals and foot."""
        for part in (self._steps, self._controls, self._urgency, self._body, self._below):
            part.clear()
        self._now = None
        if self._waits is not None:
            self._waits.close()
        self._card.set_visibility(True)
        with self._steps:
            for step in answer.steps:
                self._step(step)
        with self._urgency:
            urgency_block(self._visit, answer.urgency, answer.text.split("\n", 1)[0], answer.call)
        with self._body:
            if answer.review == "waiting":
                self._waits = Waiting(self._visit, self._live, answer, self.message_id, self._arrived)
            answer_body(self._visit, answer, self._sources, self._lang)
        with self._below:
            self._question(answer)
            self._proposals(waiting)
            self._foot(answer, useful)
        self._sources.show(all_citations(answer, self._lang))

    def _arrived(self, answer: Answer) -> None:
        """What a named person let out, in the place of what was held."""
        self.show_answer(answer, None, ())

    def _question(self, answer: Answer) -> None:
        if not answer.question:
            return
        with Tag("div", classes="asks"):
            Tag("p", self._visit.say("asks", question=answer.question))
            with Tag("div", classes="row"):
                for option in answer.options:
                    button(option).on("click", lambda _, o=option: self._ask(o), js_handler="() => emit()")
                button(self._visit.say("write_it"), "btn flat").on(
                    "click", js_handler="() => document.getElementById('question').focus()"
                )

    def _proposals(self, waiting: tuple[Entry, ...] | list[Entry]) -> None:
        alike: dict[str, list[str]] = {}
        for entry in waiting:
            if isinstance(entry.body, Proposal):
                alike.setdefault(entry_text(entry.body, self._visit.lang), []).append(entry.id)
        for text, ids in alike.items():
            with Tag("div", classes="prop") as row:
                Tag("span", self._visit.say("propose", what=text))
                for confirm, word, look in ((True, "confirm", "btn p"), (False, "dismiss", "btn")):
                    button(self._visit.say(word), look).on(
                        "click", self._decide(ids, row, text, confirm=confirm), js_handler="() => emit()"
                    )

    def _decide(self, ids: list[str], row: Tag, text: str, *, confirm: bool) -> Callable[..., Awaitable[None]]:
        async def decide() -> None:
            # The same thing proposed twice is written once.
            for number, one in enumerate(ids):
                await decide_proposal(self._visit.house, one, confirm=confirm and number == 0)
            row.clear()
            with row:
                Tag("span", self._visit.say("written" if confirm else "dismissed", what=text), role="status")

        return self._visit.guarded(decide)

    def _foot(self, answer: Answer, useful: bool | None) -> None:
        say = self._visit.say
        with Tag("div", classes="foot"):
            told = label(self._visit.lang, answer.brain)
            if answer.reviewed is not None:  # the answer's own last line names who looked at it
                told = answer.text.rsplit("\n", 1)[-1]
            for part in told.split(" · "):
                Tag("span", part, "tag")
            with Tag("span", classes="r"):
                button(say("copy"), "", data_do="copy", data_arg=answer.text, data_said=say("copied"))
                marks = {
                    value: button(say(word), "", aria_pressed=str(useful is value).lower())
                    for value, word in ((True, "useful"), (False, "not_useful"))
                }
        for value, mark in marks.items():
            mark.on("click", self._mark(answer.id, value, marks), js_handler="() => emit()")

    def _mark(self, answer_id: str, value: bool, marks: dict[bool, Tag]) -> Callable[..., Awaitable[None]]:
        async def mark() -> None:
            member = self._visit.who
            if member is None:
                return
            await give_feedback(self._visit.house, member.id, answer_id, useful=value)
            for one, element in marks.items():
                element.props["aria-pressed"] = str(one is value).lower()
                element.update()

        return self._visit.guarded(mark)

    # --- halted ----------------------------------------------------------------------------------

    def show_stored(self, exchange: Exchange, again: Callable[[str], Awaitable[Question]]) -> None:
        """An exchange from the store; one without an answer gets a retry."""
        self.message_id = exchange.message_id
        if exchange.answer is None:
            self._halt("halted.broken_off", again)
        else:
            self.show_answer(exchange.answer, exchange.useful, exchange.waiting)

    def _halt(self, why: str, again: Callable[[str], Awaitable[Question]]) -> None:
        self._failed(self._visit.say(why), again)

    def _failed(self, text: str, again: Callable[[str], Awaitable[Question]] | None) -> None:
        for part in (self._controls, self._body, self._below):
            part.clear()
        if self._now is not None:
            self._now.delete()
            self._now = None
        self._card.set_visibility(True)
        with self._body, Tag("div", classes="halt", role="status"):
            Tag("p", text)
            if again is not None and self.message_id:
                button(self._visit.say("retry")).on("click", self._retry(again), js_handler="() => emit()")

    def _retry(self, again: Callable[[str], Awaitable[Question]]) -> Callable[..., Awaitable[None]]:
        async def retry() -> None:
            await self.live(await again(self.message_id), again)

        return self._visit.guarded(retry)
