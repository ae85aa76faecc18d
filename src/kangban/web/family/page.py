"""The family page: a member's record in parts, its timeline with both times, replay, export and delete."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from nicegui import context

from kangban.clinical.access import Purpose
from kangban.clinical.record import Entry, Observation
from kangban.journeys.family import withdraw_fact
from kangban.journeys.house import Member, policy
from kangban.record.access import decide
from kangban.record.timeline import FACT_KINDS, visible, what_was_known
from kangban.web.elements import Tag, button, link, toast
from kangban.web.family.dialogs import Dialogs
from kangban.web.family.measuring import Measuring
from kangban.web.family.replay import replay_panel
from kangban.web.frame import frame
from kangban.web.names import age_text, call_name, entry_text, kind_of
from kangban.web.trend import draw_series, series_in
from kangban.web.visit import Visit

SECTIONS = ("conditions", "allergies", "medicines", "measurements")
KINDS = {
    "conditions": ("Condition",), "allergies": ("AllergyIntolerance",),
    "medicines": ("MedicationStatement", "MedicationRequest"), "measurements": ("Observation",), "person": ("Patient",),
}  # fmt: skip
PURPOSES: tuple[Purpose, ...] = ("view", "write", "export", "erase")
MOST_ROWS = 80
OPEN_CHARTS = 4
CONCLUSION = "DetectedIssue"  # who may not see any has nothing to draw again


async def family_page(visit: Visit) -> None:
    """Draw the record of the member in view."""
    replays = visit.who is not None and CONCLUSION in visit.rights
    with frame(visit, visit.say("page.home"), rail_title=visit.say("replay.title") if replays else "") as places:
        with Tag("div", classes="sheet"), Tag("div", classes="inner") as inner:
            record = Record(visit, inner)
            await record.draw()
        if visit.who is not None and replays:
            with places.rail:
                replay_panel(visit, visit.who)


class Record:
    """What stands in the middle; drawn again after every change."""

    def __init__(self, visit: Visit, inner: Tag) -> None:
        self._visit, self._inner = visit, inner
        self._asof = _asked_day()
        self._rights: set[tuple[str, str]] = set()  # (kind of entry, purpose) the visitor has for the member in view
        with inner:
            self._dialogs = Dialogs(visit, self._changed)
            self._measuring = Measuring(visit, self._changed)
            self._place = Tag("div", classes="inner")

    async def _changed(self) -> None:
        await self._visit.refresh()
        with self._inner:
            await self.draw()
        toast(self._visit.say("saved"))

    async def draw(self) -> None:
        """Sections and timeline, as known now or on the day asked for."""
        visit = self._visit
        self._place.clear()
        with self._place:
            if visit.who is None:
                self._nobody()
                return
            self._rights = await self._read_rights(visit.who.id)
            log = await self._log(visit.who)
            self._person(visit.who)
            self._day_picker(visit.who)
            for kind in SECTIONS:
                self._section(kind, [e for e in visible(log) if kind_of(e) == kind])
            self._timeline(log)

    async def _log(self, member: Member) -> list[Entry]:
        house = self._visit.house
        if self._asof is None:
            return await house.store.entries(house.family_id, member.id, kinds=FACT_KINDS, include_superseded=True)
        end = datetime.combine(self._asof, time(23, 59, 59)).astimezone().astimezone(UTC)
        log = await what_was_known(house.store, house.family_id, member.id, end)
        return [e for e in log if e.kind in FACT_KINDS]

    def _nobody(self) -> None:
        with Tag("div", classes="empty"):
            if self._visit.house.actor.role != "manager":
                Tag("h2", self._visit.say("nobody.shared"))
                Tag("p", self._visit.say("nobody.shared_why"))
                return
            Tag("h2", self._visit.say("family.empty"))
            Tag("p", self._visit.say("family.empty_why"))
            self._dialogs.opener("member", None, self._visit.say("family.add_member"), "btn p")

    async def _read_rights(self, member_id: str) -> set[tuple[str, str]]:
        """What to offer; the store decides again on whatever is done."""
        house = self._visit.house
        known, now = await policy(house), house.clock.now()
        return {
            (kind, purpose)
            for kinds in KINDS.values()
            for kind in kinds
            for purpose in PURPOSES
            if decide(known, house.actor, member_id, kind, purpose, now).allowed
        }

    def _may(self, part: str, purpose: Purpose) -> bool:
        return any((kind, purpose) in self._rights for kind in KINDS[part])

    def _person(self, member: Member) -> None:
        visit = self._visit
        with Tag("section", classes="sec"):
            with Tag("header"):
                with Tag("div"):
                    age = age_text(member, visit.house.clock.now(), visit.lang)
                    Tag("h2", " · ".join(p for p in (call_name(member), age) if p))
                    Tag("p", entry_text(member.patient, visit.lang), "small")
                with Tag("div", classes="row"):
                    if visit.house.actor.role == "manager":
                        self._dialogs.opener("member", None, visit.say("family.add_member"), "btn")
                    if self._may("person", "write"):
                        self._dialogs.opener("person", member.entry, visit.say("edit"), "btn")
            with Tag("div", classes="row"):
                if self._may("person", "export"):
                    link(visit.say("export"), f"/export?who={member.id}", "btn flat", download="kangban-member.json")
                if CONCLUSION in visit.rights:
                    button(visit.say("replay.open"), "btn flat", data_do="rail")
                if self._may("person", "erase"):
                    self._dialogs.opener("delete", member.entry, visit.say("delete"), "btn flat")

    def _day_picker(self, member: Member) -> None:
        say = self._visit.say
        today = self._visit.house.clock.now().astimezone().date().isoformat()
        with Tag("section", classes="sec"):
            with Tag("form", classes="row", method="get", action="/family"):
                Tag("input", "", "", type="hidden", name="who", value=member.id)
                Tag("label", say("asof.label"), "", for_="asof")
                value = self._asof.isoformat() if self._asof else ""
                with Tag("span"):
                    Tag("input", "", "field", type="date", id="asof", name="asof", max=today, value=value)
                button(say("asof.show"), "btn", type="submit")
                if self._asof:
                    link(say("asof.now"), self._visit.at("/family", member.id), "btn flat")
            if self._asof:
                Tag("p", say("asof.shown", day=value), "", role="status")

    def _section(self, kind: str, entries: list[Entry]) -> None:
        say = self._visit.say
        measured = entries
        if kind == "measurements":
            latest = {e.body.code: e for e in entries if isinstance(e.body, Observation)}
            entries = sorted(latest.values(), key=lambda e: e.true_at, reverse=True)
        with Tag("section", classes="sec", aria_labelledby=f"part-{kind}"):
            with Tag("header"):
                Tag("h2", say(f"part.{kind}"), id=f"part-{kind}")
                if self._asof is None and self._may(kind, "write"):
                    spoken = say("add_to", part=say(f"part.{kind}"))
                    self._dialogs.opener(kind, None, say("add"), "btn", aria_label=spoken)
            if (
                kind == "measurements"
                and self._asof is None
                and self._may(kind, "write")
                and self._visit.who is not None
            ):
                self._measuring.draw(self._visit.who)
            if not entries:
                Tag("p", say("not_recorded" if self._may(kind, "view") else "not_shared"), "small")
            with Tag("ul", classes="rows"):
                for entry in entries:
                    self._row(kind, entry)
            if kind == "measurements":
                self._trends(measured)

    def _trends(self, entries: list[Entry]) -> None:
        series = [one for one in series_in(entries) if len(one.points) > 1]
        if not series:
            return
        with Tag("details", classes="more", open=len(series) <= OPEN_CHARTS or None):
            Tag("summary", self._visit.text("web_measure.trends", n=len(series)))
            with Tag("div", classes="charts"):
                for one in series:
                    draw_series(self._visit, one)

    def _row(self, kind: str, entry: Entry) -> None:
        say = self._visit.say
        text = entry_text(entry.body, self._visit.lang)
        with Tag("li"):
            with Tag("span", text, "w"):
                by = say("by_clinician") if entry.kind == "MedicationRequest" else ""
                Tag("small", " · ".join(p for p in (by, say("since", day=self._visit.day(entry.true_at))) if p))
            if self._asof is None and (entry.kind, "write") in self._rights:
                self._dialogs.opener(kind, entry, say("correct"), "btn flat", aria_label=f"{say('correct')} {text}")
                self._withdraw(entry, text)

    def _withdraw(self, entry: Entry, text: str) -> None:
        async def gone() -> None:
            await withdraw_fact(self._visit.house, entry.id)
            await self._changed()

        button(self._visit.say("withdraw"), "btn flat", aria_label=f"{self._visit.say('withdraw')} {text}").on(
            "click", self._visit.guarded(gone), js_handler="() => emit()"
        )

    def _timeline(self, log: list[Entry]) -> None:
        visit = self._visit
        replaced = {e.supersedes for e in log if e.supersedes}
        with Tag("section", classes="sec", aria_labelledby="part-timeline"):
            with Tag("header"):
                Tag("h2", visit.say("timeline"), id="part-timeline")
            Tag("p", visit.say("timeline_why"), "small")
            with Tag("ul", classes="rows"):
                for entry in sorted(log, key=lambda e: (e.known_at, e.true_at, e.id), reverse=True)[:MOST_ROWS]:
                    self._moment(entry, replaced=entry.id in replaced)

    def _moment(self, entry: Entry, *, replaced: bool) -> None:
        visit = self._visit
        kind, text = visit.say(f"kind.{kind_of(entry)}"), entry_text(entry.body, visit.lang)
        true, known = visit.day(entry.true_at), visit.day(entry.known_at)
        source = visit.say(f"source.{entry.provenance.source}")
        with Tag("li"):
            with Tag("span", classes="w"):
                Tag("span", visit.say("kind_text", kind=kind, text=text), "gone" if entry.retracted or replaced else "")
                Tag("small", visit.say("two_times", true=true, known=known, source=source))
            if entry.retracted:
                Tag("span", visit.say("withdrawn"), "mark no")
            elif replaced:
                Tag("span", visit.say("corrected"), "mark no")
            elif entry.supersedes:
                Tag("span", visit.say("correction"), "mark")


def _asked_day() -> date | None:
    raw = context.client.request.query_params.get("asof", "")
    try:
        return date.fromisoformat(raw) if raw else None
    except ValueError:
        return None
