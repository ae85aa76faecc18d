"""The page of the desk: the queue by risk and age, and one item open beside it, kept up to date by itself."""

from __future__ import annotations

from collections.abc import Callable

from kangban.clinical.access import PROFESSIONS
from kangban.journeys import noticing
from kangban.journeys.demo.brain import examples
from kangban.journeys.reviewing import queue
from kangban.journeys.reviewing.queue import Waiting
from kangban.journeys.reviewing.viewing import OnDesk, is_same, view
from kangban.kernel.errors import NotFound, NotPermitted
from kangban.review.clock import OPEN
from kangban.web.chat.sources import Sources
from kangban.web.desk.item import (
    citations_of,
    draw_draft,
    draw_evidence,
    draw_head,
    draw_result,
    pill,
    tell_time,
    time_left,
)
from kangban.web.desk.panel import Panel
from kangban.web.elements import Tag, button, icon, quoted, run
from kangban.web.frame import frame
from kangban.web.visit import Visit

ADDRESS = "/desk"
_HELP = ("j", "k", "a", "e", "r", "q", "c", "escape", "?")
_CAPS = {"escape": "Esc"}  # as it stands on keyboards


async def desk_page(visit: Visit) -> None:
    """Draw the desk; raises NotPermitted for who is no professional here."""
    if visit.house.actor.role not in PROFESSIONS:
        raise NotPermitted("no reviewer", key="review.refused.role")
    wanted = visit.path.removeprefix(ADDRESS).strip("/")
    visit.path, visit.general = ADDRESS, True
    with frame(visit, visit.text("web_desk.title")) as places:
        desk = Desk(visit)
        await desk.draw(wanted)
        places.live.add(desk.look)


class Desk:
    """One browser tab at the desk."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._rows: list[Waiting] = []
        self._drawn: tuple[object, ...] = ()
        self._times: dict[str, Tag] = {}
        self._open = ""  # the answer whose item is open
        self._shown: OnDesk | None = None
        self._left: Tag | None = None
        with Tag("div", classes="desk") as self._place:
            with Tag("section", classes="queue", aria_label=visit.text("web_desk.queue")):
                self._list = Tag("ol", classes="rows")
                with button("", "btn flat", data_key="?", data_do="show", data_arg="desk-keys") as keys:
                    Tag("span", visit.text("web_desk.keys"))
                    Tag("kbd", "?", aria_hidden="true")
                keys.props["aria-keyshortcuts"] = "?"
            with Tag("div", classes="sheet"), Tag("div", classes="inner"):
                with button("", "btn flat back").on("click", self._back, js_handler="() => emit()"):
                    Tag("span", visit.text("web_desk.back"))
                self._empty = Tag("div")
                self._head = Tag("div", classes="inner")
                self._draft = Tag("div", classes="inner")
                self._panel = Panel(visit, {}, self.look)
                self._body = Tag("div", classes="inner")
        self._keys()

    def _keys(self) -> None:
        with Tag("dialog", id="desk-keys", aria_labelledby="desk-keys-title"):
            Tag("h2", self._visit.text("web_desk.keys"), id="desk-keys-title")
            with Tag("dl", classes="facts-of"):
                for key in _HELP:
                    with Tag("dt"):
                        Tag("kbd", _CAPS.get(key, key))
                    Tag("dd", self._visit.text(f"web_desk.key.{key}"))
            with Tag("div", classes="row"):
                button(self._visit.say("close"), data_do="hide")

    async def draw(self, wanted: str) -> None:
        """The queue, and the item asked for in the address, else the first."""
        await self._read()
        first = wanted or (self._rows[0].item.answer_id if self._rows else "")
        if wanted:
            self._place.classes("one")
        if first:
            await self._show(first)
        self._draw_empty()

    async def look(self) -> None:
        """What changed since: the queue, and the open item without touching what is being typed."""
        await self._read()
        if not self._open and self._rows:
            await self._show(self._rows[0].item.answer_id)
        elif self._open:
            try:
                await self._look_at_open()
            except (NotFound, NotPermitted):  # a consent was taken back, or a licence ran out
                self._leave()
        self._draw_empty()

    async def _read(self) -> None:
        try:
            self._rows = await queue.waiting(self._visit.house)
        except NotPermitted as error:
            self._rows = []
            self._refused(self._visit.words(error))
        now, lang = self._visit.house.clock.now(), self._visit.lang
        drawn = tuple((r.entry.id, r.item.answer_id == self._open) for r in self._rows)
        if drawn != self._drawn:
            self._drawn = drawn
            self._draw_list()
        for row in self._rows:
            if row.item.answer_id in self._times:
                self._times[row.item.answer_id].set_text(time_left(row.due_at, now, lang))

    def _refused(self, words: str) -> None:
        self._leave()
        self._empty.clear()
        with self._empty, Tag("div", classes="empty", role="alert"):
            Tag("h2", words)

    def _draw_list(self) -> None:
        self._list.clear()
        self._times.clear()
        with self._list:
            for row in self._rows:
                self._row(row)
            if not self._rows:
                Tag("li", self._visit.text("web_desk.empty"), "small")

    def _row(self, row: Waiting) -> None:
        item, visit = row.item, self._visit
        here = "true" if item.answer_id == self._open else None
        with Tag("li"), button("", "case", data_row="", aria_current=here) as one:
            pill(visit, item.urgency)
            Tag("b", item.question)
            with Tag("span", classes="small"):
                self._times[item.answer_id] = Tag("span")
                names = [visit.text(f"review.topic.{topic}") for topic in item.topics]
                Tag("span", " · " + " · ".join(names))
                if item.status == "asked":
                    Tag("span", " · " + visit.text("review.status.asked"))
                if row.claimed is not None:
                    Tag("span", " · " + visit.text("web_desk.event.claimed", who=row.claimed.name))
        one.on("click", self._choose(item.answer_id), js_handler="() => emit()")

    def _choose(self, answer_id: str) -> Callable[..., object]:
        async def choose() -> None:
            await self._show(answer_id)
            self._place.classes("one")
            with self._place:  # the row that was pressed is drawn anew and gone
                run("document.querySelector('.desk .sheet').scrollTop = 0")

        return self._visit.guarded(choose)

    def _back(self) -> None:
        self._place.classes(remove="one")

    # --- the open item ---------------------------------------------------------------------------

    async def _show(self, answer_id: str) -> None:
        try:
            shown = await view(self._visit.house, answer_id)
        except NotFound:
            self._leave()
            return
        self._open = shown.waiting.item.answer_id
        self._draw_item(shown, whole=True)
        self._drawn = ()
        await self._read()
        address = f"{ADDRESS}/{self._open}"
        await noticing.read_about(self._visit.house, address)
        with self._place:
            run(f"history.replaceState(null, '', {quoted(address)})")

    def _leave(self) -> None:
        """Nothing is open any more, and nothing of it stays: the page's own source still has what it was drawn with."""
        if self._shown is not None:
            with self._place:
                run(f"location.assign({quoted(ADDRESS)})")
        self._open, self._shown, self._left = "", None, None
        for part in (self._head, self._draft, self._body):
            part.clear()
        self._panel.leave()

    async def _look_at_open(self) -> None:
        before = self._shown
        if before is None:
            return
        if await is_same(self._visit.house, before):
            if self._left is not None:
                tell_time(self._visit, before, self._left)
            return
        shown = await view(self._visit.house, self._open)
        # A claim changes nothing of what is read: the text under somebody's eyes stays where it is.
        same = (shown.sentences, shown.faults, shown.person) == (before.sentences, before.faults, before.person)
        self._draw_item(shown, whole=not same)

    def _draw_item(self, shown: OnDesk, *, whole: bool) -> None:
        visit = self._visit
        self._shown = shown
        self._head.clear()
        with self._head:
            draw_result(visit, shown)
            self._left = draw_head(visit, shown)
            if shown.waiting.item.status not in OPEN and len(self._rows) > 0:
                self._next()
        self._panel.show(shown)
        if not whole:
            return
        self._draft.clear()
        self._body.clear()
        citations = citations_of(shown, visit.lang)
        with self._body:
            evidence = Tag("div", classes="inner")
            with Tag("section", classes="sec", aria_labelledby="desk-sources") as rail:
                Tag("h2", visit.say("sources.title"), id="desk-sources")
            sources = Sources(visit, rail)
            sources.show(citations)
        with self._draft:
            draw_draft(visit, shown, citations, sources)
        with evidence:
            draw_evidence(visit, shown, citations, sources)

    def _next(self) -> None:
        other = next((r.item.answer_id for r in self._rows if r.item.answer_id != self._open), "")
        if other:
            with Tag("div", classes="row"):
                button(self._visit.text("web_desk.next"), "btn p").on(
                    "click", self._choose(other), js_handler="() => emit()"
                )

    def _draw_empty(self) -> None:
        nothing = not self._open and not self._rows
        self._place.classes("none") if nothing else self._place.classes(remove="none")
        if not nothing or self._empty.default_slot.children:
            if not nothing:
                self._empty.clear()
            return
        visit = self._visit
        with self._empty, Tag("div", classes="empty"):
            icon("fine", 40)
            Tag("h2", visit.text("web_desk.empty"))
            Tag("p", visit.text("web_desk.empty_why"))
            if visit.house.demo:
                example = next(one for one in examples() if one.lang == visit.lang)
                Tag("p", visit.text("web_desk.empty_demo"))
                Tag("div", example.question, "pre")
                said = visit.say("copied")
                button(visit.say("copy"), data_do="copy", data_arg=example.question, data_said=said)
