"""Putting a box in: typed, by the digits under its bars, or photographed and compared with what was read."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Awaitable, Callable
from typing import Any, cast

from kangban.clinical.record import Entry, MedicationStatement
from kangban.journeys.attachments import Upload
from kangban.journeys.boxes import BoxSeen, by_code, photograph, put_in
from kangban.journeys.family import withdraw_fact
from kangban.journeys.house import Member
from kangban.kernel.errors import InvalidInput, KangbanError
from kangban.web.cabinet.rows import keeping_of
from kangban.web.elements import Tag, button, run
from kangban.web.family.forms import wording
from kangban.web.incoming import Incoming
from kangban.web.suggest import medicine_field
from kangban.web.visit import Visit

# What was typed stays until it was taken; the form is drawn anew then.
_SUBMIT = (
    "(e) => { e.preventDefault(); const words = kangban.form(e.target); words.key = kangban.mint(); emit(words); }"
)
_CODE = "(e) => { e.preventDefault(); emit(kangban.form(e.target)); }"
ACCEPT = "image/*,.heic"
OF_THE_BOX = ("strength", "batch", "approval", "barcode")
Changed = Callable[[str], Awaitable[None]]


class Adding:
    """One form, filled by hand, by a code or by a photograph; a person sends it off."""

    def __init__(self, visit: Visit, member: Member, kept: Callable[[], list[Entry]], changed: Changed) -> None:
        self._visit, self._member, self._kept, self._changed = visit, member, kept, changed
        self._seen: BoxSeen | None = None

    def draw(self) -> None:
        """The ways in, then the form."""
        text = self._visit.text
        with Tag("details", classes="more"):
            Tag("summary", text("web_cabinet.other_ways"))
            Incoming(self._visit, self._photographed, accept=ACCEPT, camera=True, words="web_cabinet.drop_box")
            with Tag("form", classes="form") as form:
                with Tag("label", text("web_cabinet.barcode")):
                    Tag("input", "", "field", name="barcode", inputmode="numeric", autocomplete="off", maxlength="24",
                        required=True)  # fmt: skip
                with Tag("div", classes="row"):
                    button(text("web_cabinet.look_up"), "btn", type="submit")
            form.on("submit", self._coded, js_handler=_CODE)
        self._told = Tag("div", classes="row", role="status")
        self._wrong = Tag("p", "", "wrong", role="alert")
        self._place = Tag("div")
        self._form()

    def _form(self) -> None:
        seen, text = self._seen, self._visit.text
        self._place.clear()
        with self._place:
            if seen is None or seen.picture is None:
                self._fields()
                return
            with Tag("div", classes="check"):
                with Tag("section", classes="paper photo", aria_label=text("web_cabinet.photo"), tabindex="0"):
                    drawn = b64encode(seen.picture.content).decode()
                    with Tag("div", classes="sheet-page"):
                        Tag("img", src=f"data:{seen.picture.media_type};base64,{drawn}", alt=text("web_cabinet.photo"))
                with Tag("section", classes="read"):
                    self._fields()

    def _fields(self) -> None:
        say, text, seen = self._visit.say, self._visit.text, self._seen
        box = seen.box if seen is not None else MedicationStatement("")
        if seen is not None:
            Tag("p", text("web_cabinet.compare" if seen.picture is not None else _met(seen)), "small")
        with Tag("form", classes="form", id="cabinet-form") as form:
            with Tag("label", say("field.name_medicine")):
                medicine_field(self._visit, "cabinet-name", box.name)
                self._doubt("name")
            with Tag("div", classes="two"):
                for name, day in (("expires_on", box.expires_on), ("opened_on", box.opened_on)):
                    with Tag("label", text(f"web_cabinet.{name}")):
                        Tag("input", type="date", name=name, value=day.isoformat() if day else "")
                        self._doubt(name)
            with Tag("details", classes="more", open=seen is not None or None):
                Tag("summary", text("web_cabinet.on_the_box"))
                with Tag("div", classes="two"):
                    for name in OF_THE_BOX:
                        with Tag("label", text(f"web_cabinet.{name}")):
                            Tag("input", "", "field", name=name, value=getattr(box, name), maxlength="60",
                                autocomplete="off")  # fmt: skip
                            self._doubt(name)
            with Tag("div", classes="row"):
                button(say("cabinet.add"), "btn p", type="submit")
                if seen is not None:
                    button(text("web_cabinet.discard"), "btn flat").on(
                        "click", self._discard, js_handler="() => emit()"
                    )
        form.on("submit", self._add, js_handler=_SUBMIT)

    def _doubt(self, name: str) -> None:
        if self._seen is not None and name in self._seen.doubtful:
            Tag("span", self._visit.text("web_cabinet.look_again"), "line-doubt", data_doubt=name)

    def _discard(self) -> None:
        self._seen = None
        self._wrong.set_text("")
        self._form()

    async def _photographed(self, files: list[Upload]) -> None:
        self._wait(self._visit.text("web_cabinet.looking"))
        try:
            self._show(await photograph(self._visit.house, self._member.id, files[0]))
        except KangbanError as error:
            self._wrong.set_text(self._visit.words(error))
        finally:
            self._told.clear()

    async def _coded(self, event: Any) -> None:
        fields = cast("dict[str, str]", event.args)
        try:
            self._show(await by_code(self._visit.house, self._member.id, fields.get("barcode", "")))
        except KangbanError as error:
            self._wrong.set_text(self._visit.words(error))

    def _wait(self, words: str) -> None:
        self._told.clear()
        with self._told:
            Tag("progress")
            Tag("span", words)

    def _show(self, seen: BoxSeen) -> None:
        self._seen = seen
        self._wrong.set_text("")
        self._form()
        with self._place:
            run("document.getElementById('cabinet-form').scrollIntoView({block:'nearest'});"
                "document.getElementById('cabinet-name').focus({preventScroll:true})")  # fmt: skip

    async def _add(self, event: Any) -> None:
        fields, visit = cast("dict[str, str]", event.args), self._visit
        try:
            box = self._box(fields)
            upload = self._seen.upload if self._seen is not None else None
            made = await put_in(visit.house, self._member.id, box, upload, fields.get("key") or None)
        except KangbanError as error:
            self._wrong.set_text(visit.words(error))
            return
        self._discard()
        self._undo(made, box.name)
        await self._changed(visit.say("cabinet.added", name=box.name))

    def _box(self, fields: dict[str, str]) -> MedicationStatement:
        """The form as a box; raises InvalidInput, also for one that stands there already."""
        name = wording(fields, "name")
        expires_on, opened_on = keeping_of(fields, self._visit.house.clock.now().astimezone().date())
        more = {field: wording(fields, field, needed=False) for field in OF_THE_BOX}
        mine = (name, expires_on, more["batch"])
        if any(
            isinstance(e.body, MedicationStatement) and (e.body.name, e.body.expires_on, e.body.batch) == mine
            for e in self._kept()
        ):
            raise InvalidInput("it is there already", field="name", key="web.cabinet.there")
        return MedicationStatement(
            name, status="in_cabinet", expires_on=expires_on, opened_on=opened_on, strength=more["strength"],
            batch=more["batch"], approval=more["approval"], barcode=more["barcode"],
        )  # fmt: skip

    def _undo(self, entry_id: str, name: str) -> None:
        visit = self._visit

        async def back() -> None:
            await withdraw_fact(visit.house, entry_id)
            self._told.clear()
            await self._changed(visit.say("cabinet.removed"))

        self._told.clear()
        with self._told:
            Tag("span", visit.say("cabinet.added", name=name))
            word = visit.text("web_cabinet.undo")
            button(word, "btn flat", aria_label=f"{word} {name}", data_undo="box").on(
                "click", visit.guarded(back), js_handler="() => emit()"
            )


def _met(seen: BoxSeen) -> str:
    return "web_cabinet.code_known" if seen.known else "web_cabinet.code_new"
