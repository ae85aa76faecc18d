"""The cabinet: what the household has, what is inside, how long it keeps, who may take it, and what was taken."""

from __future__ import annotations

from typing import cast

from kangban.clinical.draft import Answer
from kangban.clinical.finding import MedicineCheck
from kangban.clinical.person import MedicineUse
from kangban.clinical.record import Entry, MedicationStatement
from kangban.journeys.doses_taken import took_it
from kangban.journeys.family import withdraw_fact
from kangban.journeys.house import Member, rights_on
from kangban.kernel.errors import InvalidInput
from kangban.kernel.texts import t
from kangban.reasoning.medication.check import check_medicines
from kangban.record.timeline import visible
from kangban.web.cabinet.adding import Adding
from kangban.web.cabinet.inserts import Inserts
from kangban.web.cabinet.rows import BoxRow
from kangban.web.cabinet.table import Table
from kangban.web.cabinet.taken import LastDoses
from kangban.web.chat.answer import all_citations, finding_cards, unchecked_cards
from kangban.web.chat.sources import Sources
from kangban.web.elements import Tag, button, link, run, toast
from kangban.web.frame import frame
from kangban.web.names import call_name
from kangban.web.visit import Visit

_FOCUS = "() => document.getElementById('cabinet-name').focus()"


async def cabinet_page(visit: Visit) -> None:
    """Draw the cabinet of the whole household."""
    with frame(visit, visit.say("page.box"), rail_title=visit.say("sources.title")) as places:
        sources = Sources(visit, places.rail)
        with Tag("div", classes="sheet"), Tag("div", classes="inner"):
            if visit.who is None:
                with Tag("div", classes="empty"):
                    manager = visit.house.actor.role == "manager"
                    Tag("h2", visit.say("nobody.title" if manager else "nobody.shared"))
                    if manager:
                        link(visit.say("family.add_member"), "/family", "btn p")
                    else:
                        Tag("p", visit.say("nobody.shared_why"))
                return
            await Cabinet(visit, visit.who, sources).draw()


class Cabinet:
    """The list, the form to add, the table of who may take what, and the check against one member."""

    def __init__(self, visit: Visit, member: Member, sources: Sources) -> None:
        self._visit, self._member, self._sources = visit, member, sources
        self._chosen: set[str] = set()
        self._writes = False
        self._list: Tag
        self._result: Tag
        self._table: Table
        self._taken: LastDoses

    def _kept(self) -> list[Entry]:
        found = [e for log in self._visit.logs.values() for e in visible(log)]
        held = [e for e in found if isinstance(e.body, MedicationStatement) and e.body.status == "in_cabinet"]
        return sorted(held, key=lambda e: (e.true_at, e.id))

    async def draw(self) -> None:
        """Form, list, what was taken, table, check."""
        say = self._visit.say
        self._writes = "MedicationStatement" in await rights_on(self._visit.house, self._member.id, "write")
        self._form()
        self._list = Tag("section", classes="sec", aria_labelledby="cabinet-title")
        self._draw_list()
        self._taken = LastDoses(self._visit, self._member, self._again)
        self._taken.draw()
        self._table = Table(self._visit, self._show_one)
        await Inserts(self._visit, self._member, self._again).draw()
        self._result = Tag("section", classes="inner", role="status", aria_label=say("cabinet.result"))
        await self._table.draw(self._names())

    def _names(self) -> list[str]:
        return [cast("MedicationStatement", e.body).name for e in self._kept()]

    def _form(self) -> None:
        say, text = self._visit.say, self._visit.text
        with Tag("section", classes="sec"):
            with Tag("header"):
                Tag("h2", say("cabinet.add_title" if self._writes else "page.box"))
                link(text("web_cabinet.list"), f"/medicine-list?who={self._member.id}", "btn flat")
            if not self._writes:
                Tag("p", say("cabinet.only_looking"), "small")
                return
            Adding(self._visit, self._member, self._kept, self._again).draw()

    def _draw_list(self) -> None:
        say, kept = self._visit.say, self._kept()
        self._chosen = {e.id for e in kept}
        self._list.clear()
        with self._list:
            with Tag("header"):
                Tag("h2", say("cabinet.title", n=len(kept)), id="cabinet-title")
            if not kept:
                with Tag("div", classes="empty"):
                    Tag("h3", say("cabinet.empty"))
                    if self._writes:
                        Tag("p", say("cabinet.empty_why"))
                        button(say("cabinet.type"), "btn p").on("click", js_handler=_FOCUS)
                return
            with Tag("ul", classes="rows pick"):
                for entry in kept:
                    BoxRow(
                        self._visit, self._member, entry, self._choose, self._remove, self._take, self._opened
                    ).draw()
            with Tag("div", classes="row"):
                name = call_name(self._member)
                check = button(say("cabinet.check", name=name), "btn p")
                check.on("click", self._visit.guarded(self._check), js_handler="() => emit()")
                Tag("span", say("cabinet.check_why"), "small")

    def _choose(self, entry_id: str, chosen: bool) -> None:
        self._chosen.add(entry_id) if chosen else self._chosen.discard(entry_id)

    async def _remove(self, entry_id: str) -> None:
        await withdraw_fact(self._visit.house, entry_id)
        await self._again(self._visit.say("cabinet.removed"))

    async def _take(self, entry: Entry, dose: str, key: str) -> None:
        """One tap: the member in view took it, now; the box may stand in anybody's record."""
        name = cast("MedicationStatement", entry.body).name
        await took_it(self._visit.house, self._member.id, name, dose or None, client_id=key or None, statement=entry.id)
        await self._again(self._visit.text("web_cabinet.took", name=name, who=call_name(self._member)))

    async def _opened(self, said: str) -> None:
        await self._again(said)

    async def _again(self, said: str) -> None:
        await self._visit.refresh()
        self._draw_list()
        self._taken.draw()
        await self._table.draw(self._names())
        with self._list:
            toast(said)

    async def _check(self) -> None:
        names = [e.body.name for e in self._kept() if e.id in self._chosen and isinstance(e.body, MedicationStatement)]
        if not names:
            raise InvalidInput("nothing was chosen", key="web.cabinet.choose_first")
        outcome = check_medicines(self._visit.facts(self._member.id), [MedicineUse(n) for n in names])
        await self._show_one(outcome, call_name(self._member))

    async def _show_one(self, outcome: MedicineCheck, who: str, name: str = "") -> None:
        self._result.clear()
        with self._result:
            self._show(outcome, who, name)
        run("document.querySelector('[data-result]')?.scrollIntoView({block:'start'})")

    def _show(self, outcome: MedicineCheck, who: str, name: str) -> None:
        visit = self._visit
        with Tag("section", classes="sec", data_result="1"):
            with Tag("header"):
                title = visit.say("cabinet.result_for", name=who)
                Tag("h2", f"{title} · {name}" if name else title)
            as_answer = _as_answer(outcome)
            citations = all_citations(as_answer, visit.lang)
            with Tag("div", classes="body"):
                if not outcome.findings:
                    Tag("p", t("offline.verdict_nothing_found", visit.lang, count=outcome.checked))
                finding_cards(visit, outcome.findings, citations, self._sources, visit.lang)
                unchecked_cards(visit, as_answer, visit.lang)
                for text in outcome.herbs_unchecked:
                    Tag("p", t("offline.herbs_unchecked", visit.lang, herbs=text), "small")
                Tag("p", t("label.unreviewed", visit.lang), "small")
        self._sources.show(citations)


def _as_answer(outcome: MedicineCheck) -> Answer:
    """A bare check in the shape the cards are drawn from; nothing of it is stored."""
    return Answer(
        id="", brain="rules", urgency="unknown", verdict="release", text="", claims=(), question=None, citations=(),
        findings=outcome.findings, unknown=outcome.unknown, not_in_catalogue=outcome.not_in_catalogue, proposals=(),
        steps=(),
    )  # fmt: skip
