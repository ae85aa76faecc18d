"""The paper beside what was read of it: each line accepted, put right or rejected; nothing counts before that."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime, time
from typing import Any

from kangban.clinical.kept_report import Reading, lines_of
from kangban.journeys.reports.confirm import LineChange, accept_sure, decide
from kangban.journeys.reports.reading import moment_of, taken_at
from kangban.journeys.reports.shelf import get_reading
from kangban.kernel.errors import Conflict, NotFound
from kangban.web.elements import Tag, button, quoted, run, toast
from kangban.web.reports.edit import EditDialog
from kangban.web.reports.head import ADDRESS, Head, may_bring, open_lines
from kangban.web.reports.line import (
    doubts_in_words,
    draw_medicine,
    draw_row,
    in_order,
    is_doubtful,
    is_row,
    name_of,
    number_of,
    spot_of,
)
from kangban.web.reports.paper import draw_paper
from kangban.web.visit import Visit

AT_ONCE = 120  # lines drawn; the others at a press


class Check:
    """The two halves of the page, and the version that was seen."""

    def __init__(self, visit: Visit, reading: Reading, head: Head) -> None:
        self._visit, self._reading, self._head = visit, reading, head
        self._lines = in_order(reading, lines_of(reading.body))
        self._places: dict[str, Tag] = {}
        self._day: date | None = None
        self._writes = False
        self._counts: Tag | None = None
        self._sure: Tag | None = None
        report = reading.body.report
        dated = report.rows and not report.printed.medicines and all(row.printed.taken_on for row in report.rows)
        self._undated = taken_at(report.printed, reading.body.sampled_at) is None and not dated

    async def draw(self) -> None:
        """Paper on the left, lines on the right; on a phone the paper stays above."""
        self._writes = await may_bring(self._visit, self._reading.member_id)
        self._edit = EditDialog(self._visit, self._put_right)
        with Tag("div", classes="check"):
            with Tag("section", classes="paper", aria_label=self._visit.text("web_reports.paper"), tabindex="0"):
                await draw_paper(self._visit, self._reading, [spot_of(self._reading, one) for one in self._lines])
            with Tag("section", classes="read", aria_labelledby="read-title"):
                self._draw_top()
                with Tag("ul", classes="lines", data_lines="yes") as self._list:
                    self._more(0)
                if not self._lines:
                    self._sections()

    def _draw_top(self) -> None:
        text = self._visit.text
        with Tag("header"):
            Tag("h2", text("web_reports.lines", n=len(self._lines)), id="read-title")
            self._counts = Tag("p", "", "small", role="status")
        if not self._lines:
            Tag("p", text("web_reports.no_lines"), "small")
            return
        Tag("p", text("web_reports.check_why" if self._writes else "web_reports.only_looking"), "small")
        if not self._writes:
            self._count()
            return
        if self._undated:
            with Tag("label", text("web_reports.which_day"), "day-field"):
                today = self._visit.house.clock.now().astimezone().date().isoformat()
                day = Tag("input", "", "field", type="date", max=today, name="sampled_on")
            day.on("change", self._dated, js_handler="(e) => emit(e.target.value)")
        with Tag("div", classes="row"):
            self._sure = button("", "btn p").on("click", self._visit.guarded(self._all_sure), js_handler="() => emit()")
        with Tag("p", classes="small keys", aria_hidden="true"):
            for key, word in (("↑ ↓", "move"), ("Enter", "accept"), ("E", "edit"), ("X", "reject"), ("U", "undo")):
                Tag("kbd", key)
                Tag("span", text(f"web_reports.key.{word}"))
            Tag("kbd", text("web_reports.key.space"))
            Tag("span", text("web_reports.key.show"))
        self._count()

    def _sections(self) -> None:
        printed = self._reading.body.report.printed
        for heading, words in printed.sections or (("", printed.text),):
            if heading:
                Tag("h3", heading)
            Tag("p", words, "as-printed")

    def _more(self, start: int) -> None:
        for line in self._lines[start : start + AT_ONCE]:
            self._places[line] = Tag("li", tabindex="0", data_line=line)
            with self._places[line]:
                self._fill(line)
        rest = len(self._lines) - start - AT_ONCE
        if rest > 0:
            with Tag("li", classes="rest") as last:
                more = button(self._visit.text("web_reports.more_lines", n=rest))

            def go_on() -> None:
                last.delete()
                with self._list:
                    self._more(start + AT_ONCE)

            more.on("click", go_on, js_handler="() => emit()")

    # --- one line --------------------------------------------------------------------------------

    def _fill(self, line: str) -> None:
        visit, reading, place = self._visit, self._reading, self._places[line]
        state = reading.state(line)
        doubtful = is_doubtful(reading, line)
        place.classes(replace=f"line {state}{' doubtful' if doubtful and state == 'open' else ''}")
        place.props["aria-label"] = f"{name_of(reading, line)} · {visit.text(f'report.state.{state}')}"
        if is_row(line):
            row = reading.row(number_of(line))
            draw_row(visit, row)
            doubts = row.doubts if state == "open" else ()
        else:
            medicine = reading.medicine(number_of(line))
            draw_medicine(visit, medicine)
            doubts = medicine.doubts if state == "open" else ()
        if state == "open" and doubtful:
            words = doubts_in_words(visit, doubts) or [visit.text("web_reports.please_look")]
            Tag("p", " · ".join(words), "line-doubt")
        with Tag("div", classes="line-acts"):
            if state != "open":
                Tag("span", visit.text(f"report.state.{state}"), "mark" if state == "accepted" else "mark quiet")
            if self._writes:
                self._acts(line, state)

    def _acts(self, line: str, state: str) -> None:
        name = name_of(self._reading, line)
        if state == "open" and not is_row(line) and "old" in self._reading.medicine(number_of(line)).doubts:
            # An order that has run out: only a person knows whether it is still taken.
            self._act(line, "over", "enter", name, "btn p")
            self._act(line, "taking", "t", name, "btn")
        elif state == "open":
            self._act(line, "accept", "enter", name, "btn p")
        if is_row(line) and state != "rejected":
            word = self._visit.text("web_reports.act.edit")
            button(word, "btn flat", data_key="e", aria_label=f"{word} {name}").on(
                "click", lambda: self._edit.open(self._reading, line), js_handler="() => emit()"
            )
        if state == "open":
            self._act(line, "reject", "x", name, "btn flat")
        else:
            self._act(line, "undo", "u", name, "btn flat")

    def _act(self, line: str, say: str, key: str, name: str, look: str) -> None:
        word = self._visit.text(f"web_reports.act.{say}")
        button(word, look, data_key=key, aria_label=f"{word} {name}").on(
            "click", self._visit.guarded(self._decider(line, say)), js_handler="() => emit()"
        )

    # --- what is said ----------------------------------------------------------------------------

    def _decider(self, line: str, say: str) -> Callable[[], Awaitable[None]]:
        async def work() -> None:
            await self._decide(_change(line, say))
            with self._list:  # the button that was pressed may be gone
                run(f"kangban.line({quoted(line)}, {'false' if say == 'undo' else 'true'})")

        return work

    async def _put_right(self, change: LineChange) -> None:
        await self._decide(change)
        run(f"kangban.line({quoted(change.line)}, true)")

    async def _decide(self, change: LineChange) -> None:
        house, now = self._visit.house, self._reading
        try:
            self._take(await decide(house, now.id, [change], version=now.version, sampled_at=self._sampled_at()))
        except Conflict:
            await self._changed_meanwhile()

    async def _all_sure(self) -> None:
        house, now = self._visit.house, self._reading
        try:
            self._take(await accept_sure(house, now.id, version=now.version, sampled_at=self._sampled_at()))
        except Conflict:
            await self._changed_meanwhile()

    async def _changed_meanwhile(self) -> None:
        """What the other person said is shown before anybody says it again."""
        await self.look()
        with self._list:
            toast(self._visit.text("web_reports.changed_meanwhile"))

    def _dated(self, event: Any) -> None:
        try:
            self._day = date.fromisoformat(str(event.args))
        except ValueError:
            self._day = None

    def _sampled_at(self) -> datetime | None:
        return moment_of(datetime.combine(self._day, time())) if self._day is not None else None

    # --- what is there now -----------------------------------------------------------------------

    async def look(self) -> None:
        """What others decided meanwhile; a report that was taken away leaves the page."""
        try:
            now = await get_reading(self._visit.house, self._reading.id)
        except NotFound:
            run(f"location.assign({quoted(self._visit.at(ADDRESS, self._reading.member_id))})")
            return
        if now.version != self._reading.version:
            self._take(now)

    def _take(self, now: Reading) -> None:
        before = {one.line: one for one in self._reading.body.decisions}
        after = {one.line: one for one in now.body.decisions}
        self._reading = now
        for line, place in self._places.items():
            if before.get(line) != after.get(line):
                place.clear()
                with place:
                    self._fill(line)
        self._head.show(now)
        self._count()

    def _count(self) -> None:
        text, reading = self._visit.text, self._reading
        waiting = [one for one in self._lines if reading.state(one) == "open"]
        sure = [one for one in waiting if not is_doubtful(reading, one)]
        if self._counts is not None:
            told = text("web_reports.counts", open=open_lines(reading), doubtful=len(waiting) - len(sure))
            self._counts.set_text(told if waiting else text("web_reports.all_done"))
        if self._sure is not None:
            self._sure.set_text(text("web_reports.accept_sure", n=len(sure)))
            self._sure.set_visibility(bool(sure))


def _change(line: str, say: str) -> LineChange:
    """What a button says: "over" and "taking" accept an old order and say whether it is still taken."""
    if say in {"over", "taking"}:
        return LineChange(line, "accept", taking=say == "taking")
    return LineChange(line, say)  # pyright: ignore[reportArgumentType]
