"""The cabinet: what the household has, what is inside, and whether a member may take it."""

from __future__ import annotations

from typing import Any, cast

from kangban.clinical.draft import Answer
from kangban.clinical.finding import MedicineCheck
from kangban.clinical.person import MedicineUse
from kangban.clinical.record import Entry, MedicationStatement
from kangban.journeys.family import withdraw_fact, write_fact
from kangban.journeys.house import Member
from kangban.kernel.errors import InvalidInput, KangbanError
from kangban.kernel.texts import t
from kangban.reasoning.medication.check import check_medicines
from kangban.reasoning.medication.resolve import resolver
from kangban.record.timeline import visible
from kangban.toolbox.contract import resolve_object
from kangban.web.chat.answer import all_citations, finding_cards, unchecked_cards
from kangban.web.chat.sources import Sources
from kangban.web.elements import Tag, button, link, run, toast
from kangban.web.family.forms import wording
from kangban.web.frame import frame
from kangban.web.names import call_name
from kangban.web.suggest import medicine_field
from kangban.web.visit import Visit

_SUBMIT = (
    "(e) => { e.preventDefault(); const words = kangban.form(e.target); words.key = kangban.mint(); "
    "emit(words); e.target.reset(); }"
)
_FOCUS = "() => document.getElementById('cabinet-name').focus()"


async def cabinet_page(visit: Visit) -> None:
    """Draw the cabinet of the whole household."""
    with frame(visit, visit.say("page.box"), rail_title=visit.say("sources.title")) as places:
        sources = Sources(visit, places.rail)
        with Tag("div", classes="sheet"), Tag("div", classes="inner"):
            if visit.who is None:
                with Tag("div", classes="empty"):
                    Tag("h2", visit.say("nobody.title"))
                    link(visit.say("family.add_member"), "/family", "btn p")
                return
            Cabinet(visit, visit.who, sources).draw()


class Cabinet:
    """The list, the form to add, and the check against one member."""

    def __init__(self, visit: Visit, member: Member, sources: Sources) -> None:
        self._visit, self._member, self._sources = visit, member, sources
        self._chosen: set[str] = set()
        self._list: Tag
        self._result: Tag
        self._wrong: Tag

    def _kept(self) -> list[Entry]:
        found = [e for log in self._visit.logs.values() for e in visible(log)]
        held = [e for e in found if isinstance(e.body, MedicationStatement) and e.body.status == "in_cabinet"]
        return sorted(held, key=lambda e: (e.true_at, e.id))

    def draw(self) -> None:
        """Form, list, check."""
        say = self._visit.say
        with Tag("section", classes="sec"):
            Tag("h2", say("cabinet.add_title"))
            with Tag("form", classes="form") as form:
                with Tag("label", say("field.name_medicine")):
                    medicine_field(self._visit, "cabinet-name")
                self._wrong = Tag("p", "", "wrong", role="alert")
                with Tag("div", classes="row"):
                    button(say("cabinet.add"), "btn p", type="submit")
            form.on("submit", self._add, js_handler=_SUBMIT)
        self._list = Tag("section", classes="sec", aria_labelledby="cabinet-title")
        self._draw_list()
        self._result = Tag("section", classes="inner", role="status", aria_label=say("cabinet.result"))

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
                    Tag("p", say("cabinet.empty_why"))
                    button(say("cabinet.type"), "btn p").on("click", js_handler=_FOCUS)
                return
            with Tag("ul", classes="rows pick"):
                for entry in kept:
                    self._row(entry, cast("MedicationStatement", entry.body))
            with Tag("div", classes="row"):
                name = call_name(self._member)
                check = button(say("cabinet.check", name=name), "btn p")
                check.on("click", self._visit.guarded(self._check), js_handler="() => emit()")
                Tag("span", say("cabinet.check_why"), "small")

    def _row(self, entry: Entry, body: MedicationStatement) -> None:
        say = self._visit.say
        with Tag("li"):
            with Tag("label", classes="w"):
                box = Tag("input", type="checkbox", checked=True, aria_label=say("cabinet.choose", name=body.name))
                with Tag("span", body.name):
                    Tag("small", self._inside(body.name))
            box.on(
                "change",
                lambda e, i=entry.id: self._choose(i, bool(e.args)),
                js_handler="(e) => emit(e.target.checked)",
            )
            button(say("cabinet.remove"), "btn flat", aria_label=f"{say('cabinet.remove')} {body.name}").on(
                "click", lambda _, i=entry.id: self._visit.guarded(lambda: self._remove(i))(), js_handler="() => emit()"
            )

    def _inside(self, name: str) -> str:
        """What is in it, or that it is not in the catalogue."""
        say, zh = self._visit.say, self._visit.lang == "zh"
        found = resolve_object(resolver().resolve(name))
        if found["match"] is None or found["match"] == "misspelt":
            near = "、".join(cast("list[str]", found["suggestions"]))
            return say("not_in_catalogue_near", near=near) if near else say("not_in_catalogue")
        rows = cast("list[dict[str, Any]]", found["ingredients"])
        names = [" ".join(p for p in (r["name"] if zh else r["name_en"], r["amount"] or "") if p) for r in rows]
        text = say("cabinet.inside", names="、".join(names)) if names else say("cabinet.inside_unknown")
        herbs = cast("list[str]", found["herbs"])
        return f"{text} {say('cabinet.herbs', names='、'.join(herbs))}" if herbs else text

    def _choose(self, entry_id: str, chosen: bool) -> None:
        self._chosen.add(entry_id) if chosen else self._chosen.discard(entry_id)

    async def _add(self, event: Any) -> None:
        fields = cast("dict[str, str]", event.args)
        try:
            name = wording(fields, "name")
            if any(isinstance(e.body, MedicationStatement) and e.body.name == name for e in self._kept()):
                raise InvalidInput("it is there already", field="name", key="web.cabinet.there")
            kept = MedicationStatement(name, status="in_cabinet")
            await write_fact(self._visit.house, self._member.id, kept, client_id=fields.get("key") or None)
        except KangbanError as error:
            self._wrong.set_text(self._visit.words(error))
            return
        self._wrong.set_text("")
        await self._again(self._visit.say("cabinet.added", name=name))

    async def _remove(self, entry_id: str) -> None:
        await withdraw_fact(self._visit.house, entry_id)
        await self._again(self._visit.say("cabinet.removed"))

    async def _again(self, said: str) -> None:
        await self._visit.refresh()
        self._draw_list()
        with self._list:
            toast(said)

    async def _check(self) -> None:
        names = [e.body.name for e in self._kept() if e.id in self._chosen and isinstance(e.body, MedicationStatement)]
        if not names:
            raise InvalidInput("nothing was chosen", key="web.cabinet.choose_first")
        outcome = check_medicines(self._visit.facts(self._member.id), [MedicineUse(n) for n in names])
        self._result.clear()
        with self._result:
            self._show(outcome)
        run("document.querySelector('[data-result]')?.scrollIntoView({block:'start'})")

    def _show(self, outcome: MedicineCheck) -> None:
        visit = self._visit
        with Tag("section", classes="sec", data_result="1"):
            with Tag("header"):
                Tag("h2", visit.say("cabinet.result_for", name=call_name(self._member)))
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
