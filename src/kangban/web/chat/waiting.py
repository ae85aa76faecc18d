"""A held answer as the family sees it: who looks at it, since when, until when, and what is asked of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, cast

from kangban.clinical.draft import Answer, Reviewed
from kangban.journeys.chat_turn import find_answer
from kangban.journeys.reviewing.asking import answer_back
from kangban.journeys.reviewing.watching import WatchState, state_of
from kangban.journeys.reviewing.words import moment
from kangban.kernel.errors import KangbanError
from kangban.kernel.texts import has_text
from kangban.review.deciding import MOST_WORDS
from kangban.web.elements import Tag, button, icon, toast
from kangban.web.live import Live
from kangban.web.visit import Visit

_SUBMIT = "(e) => { e.preventDefault(); emit(kangban.form(e.target)); }"
Show = Callable[[Answer], None]


class Waiting:
    """The block in a held answer's place. It looks for news and hands over the answer that was let out."""

    def __init__(self, visit: Visit, live: Live, answer: Answer, message_id: str, show: Show) -> None:
        self._visit, self._live, self._show = visit, live, show
        self._answer, self._message_id = answer, message_id
        self._drawn: WatchState | None = None
        self._words = ""  # what is being typed, for when the form is drawn again
        with Tag("div", classes="urg u0", role="status"):
            icon("look")
            with Tag("div"):
                Tag("b", visit.text("web_desk.family.title"))
                self._details = Tag("div")
        self._asks = Tag("div")
        live.add(self.look)

    def close(self) -> None:
        """Another answer stands here now."""
        self._live.drop(self.look)

    async def look(self) -> None:
        """How it stands now; where it is decided, the answer everybody may read."""
        state = await state_of(self._visit.house, self._answer.id)
        if state is None or state.status not in ("open", "asked"):
            found = await find_answer(self._visit.house, self._message_id)
            if found is not None and found.review != "waiting":
                self.close()
                self._show(found)
                toast(self._visit.text("web_desk.family.arrived"))
            return
        if state != self._drawn:
            self._draw(state)

    def _draw(self, state: WatchState) -> None:
        before, self._drawn = self._drawn, state
        visit = self._visit
        self._details.clear()
        with self._details:
            if state.looking is not None:
                Tag("small", visit.text("web_desk.event.claimed", who=self._named(state.looking)))
            since, due = _moment(state.opened_at), _moment(state.due_at)
            Tag("small", visit.text("web_desk.family.when", since=since, due=due))
        if before is None or (before.question, before.entry_id) != (state.question, state.entry_id):
            self._draw_question(state)

    def _draw_question(self, state: WatchState) -> None:
        visit = self._visit
        self._asks.clear()
        if not state.question or state.asked_by is None:
            return
        with self._asks, Tag("form", classes="asks form", novalidate=True) as form:
            Tag("p", visit.text("web_desk.family.asks", who=self._named(state.asked_by), question=state.question))
            with Tag("label", visit.text("web_desk.family.answer")):
                field = Tag("textarea", self._words, "field", name="text", rows="2", maxlength=str(MOST_WORDS))
            wrong = Tag("p", "", "wrong", role="alert")
            button(visit.say("send"), "btn p", type="submit")

        def typed(event: Any) -> None:
            self._words = str(event.args)[:MOST_WORDS]

        field.on("input", typed, js_handler="(e) => emit(e.target.value)", throttle=0.5)
        form.on("submit", self._answered(state.entry_id, wrong), js_handler=_SUBMIT)

    def _answered(self, entry_id: str, wrong: Tag) -> Callable[[Any], Awaitable[None]]:
        async def send(event: Any) -> None:
            text = cast("dict[str, str]", event.args).get("text", "")
            try:
                await answer_back(self._visit.house, entry_id, text)
            except KangbanError as error:
                wrong.set_text(self._visit.words(error))
                return
            self._words = ""
            with self._details:
                await self._visit.guarded(self.look)()

        return send

    def _named(self, who: tuple[str, str]) -> str:
        name, role = who
        key = f"review.role.{role}"
        told = self._visit.text(key) if has_text(key, self._visit.lang) else role
        return self._visit.text("web_desk.named", name=name, role=told)


def reviewed_block(visit: Visit, reviewed: Reviewed) -> None:
    """Who let the answer out, in which role, with which licence, and when."""
    role = visit.text(f"review.role.{reviewed.role}")
    with Tag("div", classes="urg u4", role="note"):
        icon("fine")
        with Tag("div"):
            did = visit.text(f"review.label.{reviewed.decision}")
            Tag("b", visit.text("web_desk.family.by", name=reviewed.name, role=role, did=did))
            hint, at = licence_hint(reviewed.licence), _moment(reviewed.at)
            Tag("small", visit.text("web_desk.family.licence", licence=hint, at=at))


def licence_hint(number: str) -> str:
    """The end of a licence number: enough to ask for it, not enough to use it."""
    return number if len(number) <= 4 else f"…{number[-4:]}"


def _moment(at: datetime | None) -> str:
    return moment(at) if at is not None else ""
