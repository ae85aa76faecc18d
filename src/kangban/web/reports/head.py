"""The head of a report: what it is, of which day, how far it is; to another member, or away for good."""

from __future__ import annotations

from typing import Any

from kangban.clinical.kept_report import Reading, lines_of
from kangban.journeys.house import Member, access
from kangban.journeys.reports.belonging import move
from kangban.journeys.reports.erase import erase_report
from kangban.journeys.reports.reading import taken_at
from kangban.journeys.reports.reread import reread
from kangban.record.policy import DAYS
from kangban.web.elements import Tag, button, link, quoted, run
from kangban.web.names import call_name
from kangban.web.sure import sure_button
from kangban.web.visit import Visit

ADDRESS = "/reports"


def address_of(reading: Reading, side: str = "") -> str:
    """The page of a report."""
    view = f"&view={side}" if side else ""
    return f"{ADDRESS}/{reading.id}?who={reading.member_id}{view}"


def named(visit: Visit, reading: Reading) -> str:
    """Kind and day: what people call it by."""
    printed = reading.body.report.printed
    at = taken_at(printed, reading.body.sampled_at)
    day = at.astimezone(DAYS).date().isoformat() if at is not None else visit.text("web_reports.no_day")
    return f"{visit.text(f'report.kind.{printed.kind}')} · {day}"


def open_lines(reading: Reading) -> int:
    """How many lines wait for a word."""
    return sum(reading.state(line) == "open" for line in lines_of(reading.body))


async def may_bring(visit: Visit, member_id: str) -> bool:
    """Whether the visitor may bring reports of a member; the journey asks again."""
    house = visit.house
    return (await access(house, member_id, "DiagnosticReport", "write", house.actor.account_id)).allowed


async def others_of(visit: Visit, member_id: str) -> list[Member]:
    """Members it could be moved to."""
    return [one for one in visit.people if one.id != member_id and await may_bring(visit, one.id)]


def draw_head(visit: Visit, reading: Reading) -> Head:
    """Draw it."""
    return Head(visit, reading)


class Head:
    """The head; its count follows what is decided below."""

    def __init__(self, visit: Visit, reading: Reading) -> None:
        self._visit, self._reading = visit, reading
        printed = reading.body.report.printed
        with Tag("section", classes="sec report-head"):
            with Tag("header"):
                with Tag("div"):
                    Tag("h2", named(visit, reading))
                    parts = [printed.hospital, printed.title, self._part(), self._printed_name()]
                    Tag("p", " · ".join(one for one in parts if one), "small")
                self._mark = Tag("span", "", "mark no", role="status")
            self._acts = Tag("div", classes="row noprint")
            for doubt in printed.doubts:
                if doubt.startswith("page_not_read:"):
                    Tag("p", visit.text("web_reports.page_not_read", n=doubt.partition(":")[2]), "wrong")
        self.show(reading)

    def _part(self) -> str:
        body = self._reading.body
        return self._visit.text("web_reports.part", n=body.number, count=body.count) if body.count > 1 else ""

    def _printed_name(self) -> str:
        name = self._reading.body.report.printed.patient.name
        return self._visit.text("web_reports.says_name", name=name) if name else ""

    def show(self, reading: Reading) -> None:
        """How far it is now."""
        self._reading = reading
        status = self._visit.text(f"report.status.{reading.body.status}")
        waiting = open_lines(reading) if reading.body.status == "preliminary" else 0
        more = self._visit.text("web_reports.open_lines", n=waiting) if waiting else ""
        self._mark.set_text(" · ".join(one for one in (status, more) if one))
        self._mark.classes(replace="mark" if reading.body.status == "final" else "mark no")

    async def draw_acts(self) -> None:
        """Back, to somebody else, away."""
        visit, reading = self._visit, self._reading
        others = await others_of(visit, reading.member_id)
        with self._acts:
            link(visit.text("web_reports.back"), visit.at(ADDRESS, reading.member_id), "btn flat")
            if not await may_bring(visit, reading.member_id):
                return
            with Tag("details", classes="more"):
                Tag("summary", visit.text("web_reports.more_acts"))
                with Tag("div", classes="row"):
                    if others and reading.body.whose.verdict != "differs":
                        move_form(visit, reading, others)
                    again = button(visit.text("web_reports.reread"), "btn flat")
                    again.on("click", visit.guarded(self._again), js_handler="() => emit()")
                    words = visit.text("web_reports.delete"), visit.text("web_reports.delete_sure")
                    sure_button(visit, *words, self._away)

    async def _again(self) -> None:
        visit, here = self._visit, self._reading
        found = await reread(visit.house, here.id)
        still = any(one.id == here.id for one in found)
        to = address_of(here) if still else visit.at(ADDRESS, here.member_id)
        run(f"location.assign({quoted(to)})")

    async def _away(self) -> None:
        await erase_report(self._visit.house, self._reading.id)
        run(f"location.assign({quoted(self._visit.at(ADDRESS, self._reading.member_id))})")


def move_form(visit: Visit, reading: Reading, others: list[Member]) -> None:
    """A choice of members and the button that moves the report there."""

    async def moved(event: Any) -> None:
        wanted = str(event.args.get("member", ""))
        if any(one.id == wanted for one in others):
            there = await move(visit.house, reading.id, wanted)
            run(f"location.assign({quoted(address_of(there))})")

    with Tag("form", classes="row move") as form:
        label = visit.text("web_reports.move_to")
        with Tag("select", classes="field", name="member", aria_label=label):
            for one in others:
                Tag("option", call_name(one), value=one.id)
        button(label, "btn", type="submit")
    form.on(
        "submit", visit.guarded_with(moved), js_handler="(e) => { e.preventDefault(); emit(kangban.form(e.target)); }"
    )
