"""A member's reports: bring one in, see it read page by page, and what there is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from functools import partial
from typing import Protocol

from nicegui import context

from kangban.clinical.kept_report import Reading, lines_of
from kangban.journeys.attachments import Upload
from kangban.journeys.house import Member
from kangban.journeys.reports.erase import erase_file
from kangban.journeys.reports.shelf import KeptFile
from kangban.journeys.reports.upload import Kept, PageRead, ReadingDone, ReportEvent, read_again, upload
from kangban.journeys.reports.viewing import Shelf, shelf_of
from kangban.kernel.errors import KangbanError
from kangban.web.elements import Tag, button, link, quoted, run
from kangban.web.incoming import Incoming
from kangban.web.names import call_name
from kangban.web.reports.head import address_of, may_bring, named, open_lines
from kangban.web.reports.line import is_doubtful
from kangban.web.sure import sure_button
from kangban.web.visit import Visit

SEVERAL_PEOPLE = "report.several_people"
ACCEPT = ".pdf,.png,.jpg,.jpeg,.heic,.webp,.tif,.tiff,.bmp,.gif,.docx,.md,.txt,.csv,.zip"


class Reads(Protocol):
    """A way of reading one file, begun anew with each call."""

    def __call__(self, *, together: bool = False) -> AsyncGenerator[ReportEvent, None]:
        """Begin reading; `together` keeps papers of several people as they are."""
        ...


class Rack:
    """The list, and the files on their way."""

    def __init__(self, visit: Visit, member: Member) -> None:
        self._visit, self._member = visit, member
        self._order = asyncio.Lock()  # one file after the other: the reader has one desk
        self._running: set[asyncio.Task[None]] = set()
        self._writes = False
        self._reading: set[str] = set()  # ids of files on their way: not offered a second time
        self._drawn: tuple[Shelf, list[KeptFile]] | None = None

    async def draw(self) -> None:
        """The place for files, then the reports."""
        visit, text = self._visit, self._visit.text
        self._writes = await may_bring(visit, self._member.id)
        if self._writes:
            with Tag("section", classes="sec", aria_labelledby="bring"):
                Tag("h2", text("web_reports.bring", name=call_name(self._member)), id="bring")
                Tag("p", text("web_reports.bring_why"), "small")
                Incoming(visit, self._came, accept=ACCEPT, camera=True)
                self._jobs = Tag("ul", classes="rows jobs", aria_live="polite")
        self._list = Tag("div", classes="inner")
        await self.look()
        context.client.on_delete(self._leave)  # pyright: ignore[reportUnknownMemberType]
        visit.on_end.append(self._leave)

    def _leave(self) -> None:
        for task in list(self._running):
            task.cancel()

    # --- on their way ----------------------------------------------------------------------------

    async def _came(self, files: list[Upload]) -> None:
        alone = len(files) == 1 and not self._running
        for one in files:
            self._start(one.name, partial(upload, self._visit.house, self._member.id, one), alone=alone)

    def _start(self, name: str, work: Reads, *, alone: bool, together: bool = False) -> None:
        with self._jobs:
            job = Job(self._visit, name)
        task = asyncio.create_task(self._read(job, work, alone=alone, together=together))
        job.on_cancel(task.cancel)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _read(self, job: Job, work: Reads, *, alone: bool, together: bool) -> None:
        with self._jobs:
            try:
                async with aclosing(work(together=together)) as events:
                    # Kept at once: whoever leaves while it waits for its turn loses nothing.
                    kept = await anext(events)
                    if isinstance(kept, Kept):
                        job.file = kept.document_id
                        self._reading.add(job.file)
                        await self.look()
                    async with self._order:
                        await self._follow(job, events, alone=alone)
            except asyncio.CancelledError:
                job.stopped()
            except KangbanError as error:
                job.failed(self._visit.words(error))
                if error.key == SEVERAL_PEOPLE:
                    job.offer_together(lambda: self._start(job.name, work, alone=alone, together=True))
            finally:
                self._reading.discard(job.file)
        await self.look()

    async def _follow(self, job: Job, events: AsyncGenerator[ReportEvent, None], *, alone: bool) -> None:
        job.begun()
        async for event in events:
            if not await self._visit.still_here():
                self._visit.send_away()
                return
            job.show(event)
            if isinstance(event, ReadingDone) and alone and len(event.reports) == 1:
                run(f"location.assign({quoted(address_of(event.reports[0]))})")

    # --- what there is ---------------------------------------------------------------------------

    async def look(self) -> None:
        """Draw what there is, if it is something else than what stands there; others may have brought something."""
        shelf = await shelf_of(self._visit.house, self._member.id)
        unread = [one for one in shelf.unread if one.id not in self._reading]
        if (shelf, unread) == self._drawn:
            return
        self._drawn = (shelf, unread)
        text = self._visit.text
        self._list.clear()
        with self._list:
            if unread and self._writes:
                with Tag("section", classes="sec", aria_labelledby="unread"):
                    Tag("h2", text("web_reports.unread"), id="unread")
                    with Tag("ul", classes="rows"):
                        for file in unread:
                            self._unread(file)
            with Tag("section", classes="sec", aria_labelledby="all-reports"):
                Tag("h2", text("web_reports.all", n=len(shelf.reports)), id="all-reports")
                if not shelf.reports:
                    seen = "DiagnosticReport" in self._visit.rights
                    Tag("p", text("web_reports.none") if seen else self._visit.say("not_shared"), "small")
                with Tag("ul", classes="rows"):
                    for one in shelf.reports:
                        self._report(one)

    def _report(self, one: Reading) -> None:
        visit, printed = self._visit, one.body.report.printed
        with Tag("li"):
            with Tag("span", classes="w"):
                Tag("b", named(visit, one))
                count = visit.text("web_reports.lines", n=len(lines_of(one.body))) if lines_of(one.body) else ""
                Tag("small", " · ".join(part for part in (printed.hospital, printed.title, count) if part))
            _mark(visit, one)
            word = visit.text(f"web_reports.open.{one.body.status}" if lines_of(one.body) else "web_reports.open.final")
            link(word, address_of(one), "btn", aria_label=f"{word} {named(visit, one)}")

    def _unread(self, file: KeptFile) -> None:
        visit, name = self._visit, file.body.name

        async def read() -> None:
            self._start(name, partial(read_again, visit.house, self._member.id, file.id), alone=False)

        with Tag("li"):
            Tag("span", name, "w")
            word = visit.text("web_reports.read_now")
            button(word, aria_label=f"{word} {name}").on("click", visit.guarded(read), js_handler="() => emit()")
            sure_button(
                visit, visit.text("web_reports.delete"), visit.text("web_reports.delete_sure"), self._eraser(file)
            )

    def _eraser(self, file: KeptFile) -> Callable[[], Awaitable[None]]:
        async def work() -> None:
            await erase_file(self._visit.house, self._member.id, file.id)
            await self.look()

        return work


def _mark(visit: Visit, one: Reading) -> None:
    if one.body.status == "final":
        Tag("span", visit.text("report.status.final"), "mark")
        return
    doubtful = sum(one.state(line) == "open" and is_doubtful(one, line) for line in lines_of(one.body))
    told = visit.text(f"report.status.{one.body.status}")
    if one.body.status == "preliminary" and open_lines(one):
        told = visit.text("web_reports.counts", open=open_lines(one), doubtful=doubtful)
    Tag("span", told, "mark no" if lines_of(one.body) or one.body.status == "registered" else "mark quiet")


class Job:
    """One file being read."""

    def __init__(self, visit: Visit, name: str) -> None:
        self._visit, self._pages, self.name, self.file = visit, 0, name, ""
        with Tag("li") as self._place:
            with Tag("span", classes="w"):
                Tag("b", name)
                self._told = Tag("small", visit.text("web_reports.waiting"))
                self._found = Tag("ul", classes="found")
            self._bar = Tag("progress", aria_label=visit.text("web_reports.reading", n=0))
            self._stop = button(
                visit.text("web_reports.cancel"), "btn flat", aria_label=f"{visit.text('web_reports.cancel')} {name}"
            )

    def on_cancel(self, work: Callable[[], object]) -> None:
        """What the button does."""
        self._stop.on("click", lambda: work() and None, js_handler="() => emit()")

    def show(self, event: ReportEvent) -> None:
        """One step further."""
        text = self._visit.text
        if isinstance(event, PageRead):
            self._pages += 1
            self._told.set_text(text("web_reports.reading", n=self._pages))
            with self._found:
                for one in event.documents:
                    kind = text(f"report.kind.{one.kind}")
                    count = len(one.rows) + len(one.medicines)
                    Tag("li", text("web_reports.page_read", n=event.number, kind=kind, count=count))
        elif isinstance(event, ReadingDone):
            self._end(text("web_reports.already" if event.already else "web_reports.done"))
            self._found.clear()
            with self._found:
                for each in event.reports:
                    with Tag("li"):
                        asked = each.body.whose.verdict == "differs"
                        word = text("web_reports.ask_whose") if asked else named(self._visit, each)
                        link(word, address_of(each), "btn")

    def begun(self) -> None:
        """Its turn has come."""
        self._told.set_text(self._visit.text("web_reports.reading", n=0))

    def stopped(self) -> None:
        """Somebody stopped it, or the page has gone."""
        self._end(self._visit.text("web_reports.stopped" if self.file else "web_reports.stopped_early"))

    def failed(self, words: str) -> None:
        """It cannot be read."""
        self._end(words)
        self._told.classes(replace="wrong")

    def offer_together(self, work: Callable[[], None]) -> None:
        """Papers of several people that cannot be parted: they are kept as they are only if a person says so."""

        def again() -> None:
            work()
            self._place.delete()

        with self._place:
            word = self._visit.text("web_reports.together")
            one = button(word, aria_label=f"{word} {self.name}")
        one.on("click", again, js_handler="() => emit()")

    def _end(self, words: str) -> None:
        self._told.set_text(words)
        self._bar.set_visibility(False)
        self._stop.set_visibility(False)
