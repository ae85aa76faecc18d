"""One question to an agent and what becomes of it: steps while it works, what it asks, and the guarded answer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import aclosing
from urllib.parse import quote

from nicegui import context

from kangban.journeys.render import label
from kangban.journeys.workshop.running import (
    RunDone,
    RunStarted,
    StepSeen,
    Waiting,
    WorkshopEvent,
    cancel,
    run_agent_journey,
)
from kangban.journeys.workshop.running import answer as say_word
from kangban.kernel.errors import KangbanError
from kangban.ports.agents import AgentDefinition, RunStep
from kangban.ports.chat_model import ChatMessage
from kangban.ports.media import Media
from kangban.web.chat.answer import draw_lines, finding_cards, lines_of, state_block, urgency_block
from kangban.web.chat.sources import Sources
from kangban.web.elements import Tag, button, icon, link
from kangban.web.workshop.answered import claims_of, urgent_line, without_label
from kangban.web.workshop.media import draw_media
from kangban.web.workshop.room import Seat
from kangban.web.workshop.trace import draw_steps, draw_totals, step_name
from kangban.web.workshop.waits import draw_asked
from kangban.web.workshop.whose import ROOT

LOG = logging.getLogger("kangban.web")
SHOW_EVERY_S, ASK_EVERY_S = 0.1, 0.5
MOST_SHOWN = 200  # steps listed while a run goes on
_PRESS = "() => emit()"


class Turn:
    """The elements of one question. `live` runs it; `stop` ends it at any time."""

    def __init__(
        self, seat: Seat, sources: Sources, text: str, files: Sequence[Media], *, durable: bool = False
    ) -> None:
        self._seat, self._sources, self._durable = seat, sources, durable
        self._client = context.client
        self._run_id = ""
        self._task: asyncio.Task[str | None] | None = None
        self._asked_at = 0.0
        self._latest: dict[int, RunStep] = {}
        self._changed: dict[int, RunStep] = {}
        self._lines: dict[int, Tag] = {}
        words, say = seat.words, seat.visit.say
        with Tag("div", classes="x"):
            with Tag("div", text, "q", role="article", aria_label=say("you_asked")):
                for one in files:
                    Tag("small", one.name)
            if shown := [one for one in files if one.kind != "file"]:
                with Tag("div", classes="brought"):
                    draw_media(seat, shown)
            self._steps = Tag("ul", classes="steps", aria_label=say("steps"))
            self._wait = Tag("div")
            self._controls = Tag("div", classes="row")
            with Tag("article", classes="a", aria_label=words("answer")) as self._card:
                self._body = Tag("div")
            self._card.set_visibility(False)

    def stop(self) -> None:
        """The first time the run is asked to say what it has; the second time it is cut off.

        A durable run that is cut off would go on by itself later: it is only ever asked.
        """
        if self._run_id:
            run_id, self._run_id = self._run_id, ""
            try:
                cancel(self._seat.workshop, run_id, self._seat.owner)
                return
            except KangbanError:
                pass  # over meanwhile, or not begun: cut off below
        if self._task is not None and not self._durable:
            self._task.cancel()

    async def live(
        self, agent: str | AgentDefinition, messages: Sequence[ChatMessage], files: Sequence[Media]
    ) -> str | None:
        """Run it and show its events; the released text for the next turn, None where there is none."""
        self._begin()
        self._task = asyncio.current_task()
        drawing = asyncio.create_task(self._draw_now_and_then())
        seat, visit = self._seat, self._seat.visit
        try:
            events = run_agent_journey(
                seat.workshop, agent, messages, owner=seat.owner, media=files, lang=visit.lang
            )  # fmt: skip
            async with aclosing(events):
                async for event in events:
                    if not await self._may_go_on():
                        return None
                    if isinstance(event, RunDone):
                        self._done(event)
                        return without_label(event.run.text, visit.lang, event.brain)
                    self._show(event)
        except asyncio.CancelledError:
            self._failed(seat.words("stopped.cancelled"))
        except KangbanError as error:
            self._failed(visit.words(error))
        except Exception as error:  # noqa: BLE001 - a run must get an end on the page
            LOG.error("a run on a page failed: %s", type(error).__name__)
            self._failed(visit.words(error))
        finally:
            drawing.cancel()
        return None

    async def _may_go_on(self) -> bool:
        """A run may outlast its session."""
        now = asyncio.get_running_loop().time()
        if now - self._asked_at < ASK_EVERY_S:
            return True
        self._asked_at = now
        if await self._seat.visit.still_here():
            return True
        self._seat.visit.send_away()
        return False

    def _begin(self) -> None:
        seat = self._seat
        with self._steps:
            self._now = Tag("li", seat.words("working"), "now")
        with self._controls, button("", "btn", aria_label=seat.visit.say("stop")).on(
            "click", self.stop, js_handler=_PRESS
        ):  # fmt: skip
            icon("stop", 18)
            Tag("span", seat.visit.say("stop"))

    def _show(self, event: WorkshopEvent) -> None:
        if isinstance(event, RunStarted):
            self._run_id = event.run_id
        elif isinstance(event, StepSeen):
            step = event.step
            self._latest[step.number] = self._changed[step.number] = step
            if step.kind == "approval" and step.status != "running":
                self._wait.clear()
        elif isinstance(event, Waiting):
            self._ask(event)

    async def _draw_now_and_then(self) -> None:
        """Steps may follow each other faster than anybody reads: drawn ten times a second at most."""
        while True:
            await asyncio.sleep(SHOW_EVERY_S)
            if self._changed:
                with self._client:
                    self._draw_steps()

    def _draw_steps(self) -> None:
        changed, self._changed = self._changed, {}
        for number, step in changed.items():
            text = step_name(self._seat, step)
            look = "" if step.status in ("ok", "repeated") else "now" if step.status == "running" else "no"
            line = self._lines.get(number)
            if line is not None:
                line.set_text(text)
                line.classes(replace=look)
            elif len(self._lines) < MOST_SHOWN:
                with self._steps:
                    self._lines[number] = Tag("li", text, look)
        self._now.set_visibility(not any(one.status == "running" for one in self._latest.values()))
        self._now.move(self._steps)

    def _ask(self, event: Waiting) -> None:
        seat, asked = self._seat, event.asked
        self._wait.clear()

        async def give(yes: bool) -> None:
            self._wait.clear()
            say_word(seat.workshop, asked.run_id, asked.id, seat.owner, yes=yes)

        with self._wait:
            draw_asked(seat, asked, give)

    def _done(self, event: RunDone) -> None:
        seat, visit, run = self._seat, self._seat.visit, event.run
        lang = visit.lang
        self._clear()
        text = without_label(run.text, lang, event.brain)
        line = urgent_line(text, event.urgency, lang)
        text = text.removeprefix(line).lstrip("\n")
        self._card.set_visibility(True)
        with self._body:
            if line:
                urgency_block(visit, event.urgency, line, ())
            with Tag("div", classes="body"):
                if event.decision in ("hold", "refuse"):
                    state_block(visit, "held" if event.decision == "hold" else "refused")
                lines = lines_of(claims_of(text, event.citations), lang, apart=True)
                draw_lines(visit, lines, event.citations, self._sources)
                self._draw_grave(event, text)
                draw_media(seat, event.media)
                for note in event.notes:
                    Tag("p", visit.text(note), "small")
                with Tag("details", classes="more"):
                    Tag("summary", seat.words("trace"))
                    draw_steps(seat, run.steps)
            with Tag("div", classes="foot"):
                for part in label(lang, event.brain).split(" · "):
                    Tag("span", part, "tag")
                draw_totals(seat, run)
                with Tag("span", classes="r"):
                    button(visit.say("copy"), "", data_do="copy", data_arg=run.text, data_said=visit.say("copied"))
                    link(seat.words("whole_run"), f"{ROOT}/runs/{quote(run.id, safe='')}", "btn flat")
        self._sources.show(event.citations)

    def _draw_grave(self, event: RunDone, text: str) -> None:
        """What rules found and the words left out, where it may harm."""
        lang = self._seat.visit.lang
        found = [f for f in event.findings if f.severity in ("contraindicated", "avoid")]
        rest = [f for f in found if (f.message if lang == "zh" else f.message_en)[:16] not in text]
        if rest:
            finding_cards(self._seat.visit, rest, event.citations, self._sources, lang)

    def _failed(self, text: str) -> None:
        with self._client:
            self._clear()
            self._card.set_visibility(True)
            with self._body, Tag("div", classes="halt", role="status"):
                Tag("p", text)

    def _clear(self) -> None:
        self._run_id = ""
        for part in (self._steps, self._wait, self._controls, self._body):
            part.clear()
        self._lines.clear()
        self._changed.clear()
