"""Package inserts of the family's own: bring one in, compare it, confirm or dismiss it, take it back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from kangban.journeys.attachments import Upload
from kangban.journeys.house import Member, access
from kangban.journeys.own_products import KIND, Insert, decide, inserts_of, propose_insert, withdraw
from kangban.kernel.errors import KangbanError
from kangban.web.elements import Tag, button
from kangban.web.incoming import Incoming
from kangban.web.names import call_name
from kangban.web.sure import sure_button
from kangban.web.visit import Visit

ACCEPT = "image/*,.heic,.pdf,.txt"
MOST_DIFFERENCES = 20
Changed = Callable[[str], Awaitable[None]]


class Inserts:
    """Drawn into one section, anew after every word."""

    def __init__(self, visit: Visit, member: Member, changed: Changed) -> None:
        self._visit, self._member, self._changed = visit, member, changed
        self._decides = False

    async def draw(self) -> None:
        """The place for a file, then what there is."""
        visit, text = self._visit, self._visit.text
        house = visit.house
        writes = (await access(house, self._member.id, KIND, "write", house.actor.account_id)).allowed
        self._decides = (await access(house, self._member.id, KIND, "confirm")).allowed
        if KIND not in visit.rights:
            return
        with Tag("section", classes="sec", aria_labelledby="inserts-title"):
            Tag("h2", text("web_cabinet.inserts", name=call_name(self._member)), id="inserts-title")
            Tag("p", text("web_cabinet.inserts_why"), "small")
            if writes:
                with Tag("details", classes="more"):
                    Tag("summary", text("web_cabinet.insert_bring"))
                    Incoming(visit, self._came, accept=ACCEPT, camera=True, words="web_cabinet.drop_insert")
            self._told = Tag("div", classes="row", role="status")
            self._wrong = Tag("p", "", "wrong", role="alert")
            self._list = Tag("ul", classes="rows")
            await self._draw_list()

    async def _came(self, files: list[Upload]) -> None:
        self._wrong.set_text("")
        with self._told:
            Tag("progress")
            Tag("span", self._visit.text("web_cabinet.insert_reading"))
        try:
            for one in files:
                await propose_insert(self._visit.house, self._member.id, one)
        except KangbanError as error:
            self._wrong.set_text(self._visit.words(error))
        finally:
            self._told.clear()
        await self._draw_list()

    async def _draw_list(self) -> None:
        found = await inserts_of(self._visit.house, self._member.id)
        self._list.clear()
        with self._list:
            for one in found:
                with Tag("li", data_insert=one.body.status):
                    self._one(one)

    def _one(self, one: Insert) -> None:
        visit, text = self._visit, self._visit.text
        with Tag("div", classes="w"):
            Tag("b", " / ".join(one.body.names) + " ")
            Tag("span", text(f"web_cabinet.insert_{one.body.status}"), "mark quiet")
            with Tag("ul", classes="found"):
                for part in one.body.contents:
                    per = f" {part.amount} / {one.body.unit}" if part.amount else ""
                    Tag("li", f"{part.name}{per}" + ("" if part.ingredient else f" · {visit.say('not_in_catalogue')}"))
            shown = one.differences[:MOST_DIFFERENCES]
            with Tag("details", classes="more", open=(one.body.status == "proposed" and bool(shown)) or None):
                Tag("summary", text("web_cabinet.insert_differences" if one.matched else "web_cabinet.insert_new",
                                    n=len(one.differences)))  # fmt: skip
                for each in shown:
                    with Tag("p"):
                        Tag("b", text(f"web_cabinet.differs.{each.kind}"))
                        for side, said in (("insert_says", each.insert), ("catalogue_says", each.catalogue)):
                            Tag("br")
                            Tag("span", text(f"web_cabinet.{side}") + (said or "—"))
        if self._decides:
            with Tag("div", classes="row acts"):
                self._acts(one)

    def _acts(self, one: Insert) -> None:
        visit, text, name = self._visit, self._visit.text, one.body.names[0]

        async def said(*, confirm: bool) -> None:
            await decide(visit.house, one.id, confirm=confirm)
            await self._after(
                text("web_cabinet.insert_done_yes" if confirm else "web_cabinet.insert_done_no", name=name)
            )

        async def back() -> None:
            await withdraw(visit.house, one.id)
            await self._after(text("web_cabinet.insert_withdrawn", name=name))

        if one.body.status == "proposed":
            for key, confirm in (("insert_yes", True), ("insert_no", False)):
                word = text(f"web_cabinet.{key}")

                async def work(confirm: bool = confirm) -> None:
                    await said(confirm=confirm)

                button(word, "btn p" if confirm else "btn flat", aria_label=f"{word} {name}").on(
                    "click", visit.guarded(work), js_handler="() => emit()"
                )
            return
        sure_button(visit, text("web_cabinet.undo"), text("web_cabinet.insert_sure"), back)

    async def _after(self, words: str) -> None:
        await self._draw_list()
        await self._changed(words)
