"""Adding to a library: what is said of the files, the files, how far they are read; stopped and gone on with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import Any, cast

from nicegui import context

from kangban.clinical.library import Shelf
from kangban.journeys.attachments import Upload
from kangban.journeys.library.adding import Adding, Progress, add, cancel, resume
from kangban.journeys.library.shelves import documents
from kangban.kernel.errors import KangbanError
from kangban.web.elements import Tag, button
from kangban.web.incoming import Incoming
from kangban.web.visit import Visit

ACCEPT = ".zip,.pdf,.docx,.md,.txt,.csv,.tsv,.json,.jsonl,.png,.jpg,.jpeg"
DRAW_EVERY_S = 0.2
_FIELDS = "(e) => emit(kangban.form(e.currentTarget))"


class AddForm:
    """The form and the one job that may run on this page."""

    def __init__(self, visit: Visit, shelves: Sequence[Shelf], changed: Callable[[], Awaitable[None]]) -> None:
        self._visit, self._shelves, self._changed = visit, shelves, changed
        self._said = Adding(shelf=shelves[0])
        self._task: asyncio.Task[None] | None = None
        self._ids: set[str] = set()  # documents of the job that runs

    def draw(self) -> None:
        """Draw it."""
        text = self._visit.text
        with Tag("details", classes="sec more add-books"):
            Tag("summary", text("web_library.add"))
            Tag("p", text("web_library.add_why"), "small")
            with Tag("form", classes="form") as form:
                with Tag("div", classes="two"):
                    if len(self._shelves) > 1:
                        with Tag("label", text("web_library.to")), Tag("select", name="shelf"):
                            for shelf in self._shelves:
                                Tag("option", text(f"web_library.to.{shelf}"), value=shelf)
                    self._field("title", text("web_library.title_hint"))
                    self._field("licence", text("web_library.licence_hint"))
                with Tag("label", classes="tick"):
                    Tag("input", type="checkbox", name="tradition", value="yes")
                    Tag("span", text("web_library.is_tradition"))
            form.on("change", self._told_of, js_handler=_FIELDS)
            form.on("submit", lambda: None, js_handler="(e) => e.preventDefault()")
            Incoming(self._visit, self._came, accept=ACCEPT, folder=True)
            self._place = Tag("div", classes="job", role="status")
            with Tag("div", classes="row"):
                button(text("web_library.resume"), "btn flat").on(
                    "click", self._visit.guarded(self._resume), js_handler="() => emit()"
                )
        context.client.on_delete(self._leave)  # pyright: ignore[reportUnknownMemberType]
        self._visit.on_end.append(self._leave)

    def _field(self, name: str, hint: str) -> None:
        with Tag("label", self._visit.text(f"web_library.field.{name}")):
            Tag("input", type="text", name=name, maxlength="200", placeholder=hint, autocomplete="off")

    def _told_of(self, event: Any) -> None:
        fields = cast("dict[str, str]", event.args)
        shelf = next((one for one in self._shelves if one == fields.get("shelf")), self._shelves[0])
        tradition = fields.get("tradition") == "yes"
        self._said = Adding(cast("Shelf", shelf), fields.get("title", ""), fields.get("licence", ""), tradition)

    def _leave(self) -> None:
        """What is kept stays "waiting" and is gone on with whenever somebody wants."""
        if self._task is not None:
            self._task.cancel()

    async def _came(self, files: list[Upload]) -> None:
        self._start(add(self._visit.house, files, self._said))

    async def _resume(self) -> None:
        waiting = [one for one in await documents(self._visit.house) if one.state in ("waiting", "reading")]
        if waiting:
            self._start(resume(self._visit.house))
            return
        self._place.clear()
        with self._place:
            Tag("p", self._visit.text("web_library.nothing_waits"), "small")

    def _start(self, steps: AsyncGenerator[Progress, None]) -> None:
        if self._task is not None and not self._task.done():
            self._place.clear()
            with self._place:
                Tag("p", self._visit.text("web_library.busy"), "wrong")
            return
        self._ids = set()
        self._place.clear()
        with self._place:
            self._told = Tag("p", self._visit.text("web_reports.receiving"))
            self._bar = Tag("progress", max="1", value="0", aria_label=self._visit.text("web_library.add"))
            with Tag("div", classes="row") as self._acts:
                stop = button(self._visit.text("web_library.pause"), "btn")
                drop = button(self._visit.text("web_library.cancel"), "btn flat")
            self._faults = Tag("ul", classes="say")
        task = self._task = asyncio.create_task(self._run(steps))
        stop.on("click", lambda: task.cancel() and None, js_handler="() => emit()")
        drop.on("click", self._visit.guarded(self._take_away), js_handler="() => emit()")

    async def _run(self, steps: AsyncGenerator[Progress, None]) -> None:
        drawn = 0.0
        ready = known = 0
        with self._place:
            try:
                async with aclosing(steps):
                    async for step in steps:
                        now = asyncio.get_running_loop().time()
                        self._ids.add(step.document_id)
                        ready += step.step == "ready"
                        known += step.step == "known"
                        if step.step == "unreadable":
                            self._fault(step)
                        if now - drawn < DRAW_EVERY_S:
                            continue
                        drawn = now
                        if not await self._visit.still_here():
                            self._visit.send_away()
                            return
                        self._show(step)
                self._end(self._visit.text("web_library.added", ready=ready, known=known))
            except asyncio.CancelledError:
                self._end(self._visit.text("web_library.paused"))
            except KangbanError as error:
                self._end(self._visit.words(error))
        await self._changed()

    def _show(self, step: Progress) -> None:
        text = self._visit.text
        self._told.set_text(
            text(f"web_library.step.{step.step}", name=step.name, file=step.file, files=step.files, n=step.stored)
        )
        part = 0.0 if step.step in ("kept", "known") else step.file - 1
        self._bar.props["value"] = f"{part / max(step.files, 1):.3f}"
        self._bar.update()

    def _fault(self, step: Progress) -> None:
        with self._faults:
            Tag("li", f"{step.name} · {self._visit.text(step.reason or 'library.unreadable')}")

    def _end(self, words: str) -> None:
        self._told.set_text(words)
        self._bar.set_visibility(False)
        self._acts.set_visibility(False)

    async def _take_away(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        gone = await cancel(self._visit.house, self._ids)
        self._told.set_text(self._visit.text("web_library.cancelled", n=gone))
        await self._changed()
