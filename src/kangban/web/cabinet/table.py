"""Who may take what: the box against the household, each cell a colour, a shape and a word, its reasons on a tap."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from kangban.clinical.finding import MedicineCheck
from kangban.journeys.house import Member
from kangban.reasoning.medication.matrix import Cell, matrix
from kangban.web.elements import Tag, button
from kangban.web.names import call_name
from kangban.web.visit import Visit

SHAPES = {"no": "✕", "care": "▲", "ask": "?", "none": "○", "unchecked": "—"}
MOST_BOXES = 60

Show = Callable[[MedicineCheck, str, str], Awaitable[None]]


class Table:
    """Drawn into one section, anew after every change of the box."""

    def __init__(self, visit: Visit, show: Show) -> None:
        self._visit, self._show = visit, show
        self._place = Tag("section", classes="sec", aria_labelledby="matrix-title")

    async def draw(self, names: Sequence[str]) -> None:
        """Check every name for every member in view; nothing is drawn for an empty box."""
        visit, wanted = self._visit, list(dict.fromkeys(names))[:MOST_BOXES]
        facts = [visit.facts(member.id) for member in visit.people]
        cells = await asyncio.to_thread(matrix, facts, wanted)
        self._place.clear()
        self._place.set_visibility(bool(wanted))
        if not wanted:
            return
        with self._place:
            with Tag("header"):
                Tag("h2", visit.text("web_cabinet.matrix"), id="matrix-title")
            Tag("p", visit.text("web_cabinet.matrix_why"), "small")
            with Tag("div", classes="scroll", tabindex="0", role="region", aria_labelledby="matrix-title"):
                self._table(wanted, cells)
            with Tag("ul", classes="legend"):
                for mark, shape in SHAPES.items():
                    with Tag("li"):
                        Tag("b", shape, f"cell {mark}", aria_hidden="true")
                        Tag("span", visit.text(f"web_cabinet.mark_{mark}_why"))

    def _table(self, names: list[str], cells: list[list[Cell]]) -> None:
        with Tag("table", classes="matrix"):
            with Tag("thead"), Tag("tr"):
                Tag("th", self._visit.text("web_cabinet.medicine"), scope="col")
                for member in self._visit.people:
                    Tag("th", call_name(member), scope="col")
            with Tag("tbody"):
                for name, row in zip(names, cells, strict=True):
                    with Tag("tr"):
                        Tag("th", name, scope="row")
                        for member, one in zip(self._visit.people, row, strict=True):
                            with Tag("td"):
                                self._cell(name, member, one)

    def _cell(self, name: str, member: Member, one: Cell) -> None:
        visit, who = self._visit, call_name(member)
        word = visit.text(f"web_cabinet.mark_{one.mark}")
        spoken = visit.text("web_cabinet.cell", name=name, who=who, word=word)
        with button("", f"cell {one.mark}", aria_label=spoken) as tapped:
            Tag("b", SHAPES[one.mark], aria_hidden="true")
            Tag("span", word, aria_hidden="true")

        async def show() -> None:
            await self._show(one.outcome, who, name)

        tapped.on("click", visit.guarded(show), js_handler="() => emit()")
