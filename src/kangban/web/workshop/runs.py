"""/workshop/runs: what ran, newest first; one run laid open, erased, run again or taken along."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, cast
from urllib.parse import quote

from nicegui import context

from kangban.journeys.workshop.history import run as one_run
from kangban.journeys.workshop.history import runs
from kangban.journeys.workshop.live import Asked
from kangban.journeys.workshop.running import answer_anywhere, cancel_anywhere
from kangban.journeys.workshop.undoing import erase_run, put_back_run
from kangban.kernel.errors import KangbanError
from kangban.ports.agents import AgentRun
from kangban.web.elements import Tag, button, icon, link, toast
from kangban.web.visit import Visit
from kangban.web.workshop.agents import agent_address
from kangban.web.workshop.notes import draw_book
from kangban.web.workshop.room import Seat, room
from kangban.web.workshop.trace import draw_steps, draw_totals
from kangban.web.workshop.waits import draw_asked
from kangban.web.workshop.whose import ROOT

LOG = logging.getLogger("kangban.web")
AT_ONCE = 50
LOOK_EVERY_S = 1.0


async def runs_page(visit: Visit) -> None:
    """Draw the list, or the one run of the address."""
    with room(visit, "runs") as seat:
        if seat is None:
            return
        if wanted := seat.named("run"):
            shown = _One(seat, await one_run(seat.workshop, wanted, seat.owner))
            await shown.draw()
            shown.watch()
            return
        listing = _Listing(seat)
        await listing.draw()
        await draw_book(seat)
        seat.frame.live.add(listing.look)


def asked_of(seat: Seat, run: AgentRun) -> tuple[Asked, ...]:
    """What a run waits for: as it says itself in this process, else as it was kept for others."""
    live = seat.workshop.live.find(run.id, seat.owner)
    if live is not None:
        return tuple(live.asked)
    found: list[Asked] = []
    for step in run.steps:
        told: Any = step.result
        if step.kind == "approval" and step.status == "running" and isinstance(told, dict) and "ask" in told:
            words = cast("dict[str, Any]", told)
            found.append(Asked(str(words["ask"]), run.id, step.name, step.arguments, bool(words.get("again"))))
    return tuple(found)


class _Listing:
    """The list; looked at again while the page is open."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat
        self._drawn: list[tuple[str, str | None]] | None = None
        self._place = Tag("div", classes="inner wide")

    async def draw(self) -> None:
        self._drawn = None
        await self.look()

    async def look(self) -> None:
        seat = self._seat
        found = await runs(seat.workshop, seat.owner, seat.asked("agent"), AT_ONCE)
        now = [(one.id, one.stopped_by) for one in found]
        if now == self._drawn:
            return
        self._drawn = now
        self._place.clear()
        with self._place, Tag("section", classes="sec", aria_labelledby="runs"):
            Tag("h2", seat.words("runs", n=len(found)), id="runs")
            if not found:
                Tag("p", seat.words("no_runs"), "small")
                link(seat.words("way.try"), f"{ROOT}/try", "btn p")
            with Tag("ul", classes="rows"):
                for one in found:
                    _row(seat, one)


def _row(seat: Seat, one: AgentRun) -> None:
    with Tag("li"):
        with Tag("span", classes="w"):
            with Tag("b"):
                link(one.asked.replace("\n", " ")[:120] or one.id, f"{ROOT}/runs/{quote(one.id, safe='')}")
            began = one.started_at.astimezone().strftime("%Y-%m-%d %H:%M")
            version = [seat.words("version", n=one.version)] if one.version else []
            tokens = one.usage.prompt_tokens + one.usage.completion_tokens
            facts = [began, one.agent, *version, seat.words("t_seconds", n=f"{one.usage.seconds:.1f}")]
            Tag("small", " · ".join([*facts, seat.words("t_tokens", n=tokens)]))
        stopped = one.stopped_by or "running"
        Tag("span", seat.words(f"stopped.{stopped}"), "mark" if stopped == "answered" else "mark soon")


class _One:
    """One run, and what can be done with it."""

    def __init__(self, seat: Seat, run: AgentRun) -> None:
        self._seat, self._run = seat, run
        self._asked: tuple[Asked, ...] = ()
        self._erased = False
        self._place = Tag("div", classes="inner wide")

    def watch(self) -> None:
        """A run under way grows; what it waits for can be answered from here."""
        if self._run.stopped_by is not None:
            return
        task = asyncio.create_task(self._watched())

        def leave() -> None:
            task.cancel()

        context.client.on_delete(leave)  # pyright: ignore[reportUnknownMemberType]
        self._seat.visit.on_end.append(leave)

    async def _watched(self) -> None:
        client = self._place.client
        while self._run.stopped_by is None and not self._erased:
            await asyncio.sleep(LOOK_EVERY_S)
            if not await self._seat.visit.still_here(used=False):
                self._seat.visit.send_away()
                return
            try:
                with client:
                    await self._look()
            except KangbanError as error:
                LOG.info("a run is looked at again: %s", error.code)

    async def _look(self) -> None:
        now = await one_run(self._seat.workshop, self._run.id, self._seat.owner)
        if now != self._run or asked_of(self._seat, now) != self._asked:
            self._run = now
            await self.draw()

    async def draw(self) -> None:
        """The run as it is kept."""
        seat, run = self._seat, self._run
        words = seat.words
        name = quote(run.agent, safe="")
        self._place.clear()
        with self._place:
            with Tag("section", classes="sec", aria_labelledby="one-run"):
                with Tag("header"):
                    Tag("h2", words("run_of", name=run.agent), id="one-run")
                    Tag("span", run.started_at.astimezone().strftime("%Y-%m-%d %H:%M:%S"), "tag")
                Tag("p", run.asked, "said-by")
                draw_totals(seat, run)
                if run.stopped_by is None:
                    self._draw_running()
                if run.text:
                    Tag("p", run.text, "as-printed")
                with Tag("div", classes="row"):
                    link(words("again"), f"{ROOT}/try?agent={name}&again={quote(run.id, safe='')}", "btn p")
                    link(words("the_agent"), agent_address(run.agent), "btn")
                    link(words("export_run"), f"{ROOT}/export-run?run={quote(run.id, safe='')}", "btn", download=True)
                    button(words("erase"), "btn flat").on(
                        "click", seat.visit.guarded(self._erase), js_handler="() => emit()"
                    )
            with Tag("section", classes="sec", aria_labelledby="run-trace"):
                Tag("h2", words("trace"), id="run-trace")
                draw_steps(seat, run.steps)

    def _draw_running(self) -> None:
        seat, run = self._seat, self._run
        self._asked = asked_of(seat, run)
        for asked in self._asked:

            async def give(yes: bool, asked: Asked = asked) -> None:
                await answer_anywhere(seat.workshop, run.id, asked.id, seat.owner, yes=yes)
                toast(seat.words("word_given"))

            draw_asked(seat, asked, give)

        async def stop() -> None:
            await cancel_anywhere(seat.workshop, run.id, seat.owner)
            toast(seat.words("stopping"))

        with Tag("div", classes="row"), button("", "btn") as halt:
            icon("stop", 18)
            Tag("span", seat.visit.say("stop"))
        halt.on("click", seat.visit.guarded(stop), js_handler="() => emit()")

    async def _erase(self) -> None:
        seat = self._seat
        self._erased = True
        kept = await erase_run(seat.workshop, self._run.id, seat.owner)
        self._place.clear()
        with self._place, Tag("section", classes="sec"):
            Tag("p", seat.words("erased"), role="status")
            with Tag("div", classes="row"):
                button(seat.words("undo"), "btn p").on(
                    "click", seat.visit.guarded(self._back(kept)), js_handler="() => emit()"
                )
                link(seat.words("way.runs"), f"{ROOT}/runs", "btn")

    def _back(self, kept: AgentRun) -> Callable[[], Awaitable[None]]:
        async def work() -> None:
            await put_back_run(self._seat.workshop, kept, self._seat.owner)
            self._erased = False
            await self.draw()

        return work
