"""What the member in view took in the last 24 hours, dose by dose with a way back, and what it adds up to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from kangban.journeys.doses_taken import Dose, doses_of, undo
from kangban.journeys.house import Member
from kangban.kernel.quantity import show_base
from kangban.reasoning.medication.taken import TakenSum, sums_taken
from kangban.web.elements import Tag, button
from kangban.web.names import call_name
from kangban.web.visit import Visit

Changed = Callable[[str], Awaitable[None]]


class LastDoses:
    """Drawn into one section, anew after every dose."""

    def __init__(self, visit: Visit, member: Member, changed: Changed) -> None:
        self._visit, self._member, self._changed = visit, member, changed
        self._place = Tag("section", classes="sec", aria_labelledby="taken-title")

    def draw(self) -> None:
        """Doses newest first, then sums per ingredient over all products."""
        visit, now = self._visit, self._visit.house.clock.now()
        doses = doses_of(visit.logs.get(self._member.id, []), now)
        self._place.clear()
        with self._place:
            with Tag("header"):
                Tag("h2", visit.text("web_cabinet.taken", name=call_name(self._member)), id="taken-title")
            if not doses:
                Tag("p", visit.text("web_cabinet.taken_none"), "small")
                return
            with Tag("ul", classes="rows"):
                for dose in doses:
                    self._dose(dose)
            log = sums_taken(visit.facts(self._member.id))
            with Tag("ul", classes="sums", aria_label=visit.text("web_cabinet.sums")):
                for one in log.sums:
                    self._sum(one)
                for missing in log.not_in_catalogue:
                    Tag("li", visit.text("web_cabinet.sum_unchecked", name=missing.name), "small")

    def _dose(self, dose: Dose) -> None:
        visit = self._visit
        text = " ".join(part for part in (dose.name, dose.dose or "") if part)
        with Tag("li"):
            with Tag("span", text, "w"):
                Tag("small", dose.at.astimezone().strftime("%m-%d %H:%M"))

            async def back() -> None:
                await undo(visit.house, dose.id)
                await self._changed(visit.text("web_cabinet.undone", name=dose.name))

            word = visit.text("web_cabinet.undo")
            button(word, "btn flat", aria_label=f"{word} {text}").on(
                "click", visit.guarded(back), js_handler="() => emit()"
            )

    def _sum(self, one: TakenSum) -> None:
        visit = self._visit
        name = one.name if visit.lang == "zh" else one.name_en
        amount = show_base(one.amount, one.dimension) if one.dimension else ""
        over = one.limit is not None and one.amount > one.limit * 1.0001
        with Tag("li", classes="over" if over else ""):
            if amount:
                Tag("b", visit.text("web_cabinet.sum", name=name, amount=amount))
            if one.limit is not None:
                limit = show_base(one.limit, one.dimension or "mass")
                Tag("span", visit.text("web_cabinet.sum_over" if over else "web_cabinet.sum_limit", limit=limit))
            if one.untold:
                names = ("、" if visit.lang == "zh" else ", ").join(one.untold)
                Tag("span", visit.text("web_cabinet.sum_untold", name=name, names=names))
