"""The dialogs of the family page: one form at a time, its fault shown inside it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, cast

from kangban.clinical.record import (
    AllergyIntolerance,
    Condition,
    Entry,
    FactBody,
    MedicationRequest,
    MedicationStatement,
    Observation,
    Patient,
)
from kangban.journeys.family import add_member, correct_fact, delete, write_fact
from kangban.kernel.errors import InvalidInput, KangbanError
from kangban.kernel.ids import new_id
from kangban.kernel.quantity import plain_number
from kangban.rules.compiled import shipped
from kangban.web.elements import Tag, button, quoted, run
from kangban.web.family.forms import PLAIN, Fields, body, moment, patient
from kangban.web.names import entry_text, observed_name, unit_name
from kangban.web.suggest import medicine_field
from kangban.web.visit import Visit

_SUBMIT = "(e) => { e.preventDefault(); emit(kangban.form(e.target)); }"


class Dialogs:
    """One <dialog> that is filled anew for each form."""

    def __init__(self, visit: Visit, changed: Callable[[], Awaitable[None]]) -> None:
        self._visit, self._changed = visit, changed
        self._box = Tag("dialog", id="record-form", aria_labelledby="record-title")
        self._wrong: Tag | None = None

    def opener(self, kind: str, entry: Entry | None, text: str, look: str, **attributes: str) -> Tag:
        """A button that opens the form of a kind, empty or with an entry to correct."""
        return button(text, look, **attributes).on("click", lambda: self._open(kind, entry), js_handler="() => emit()")

    def _open(self, kind: str, entry: Entry | None) -> None:
        say = self._visit.say
        self._box.clear()
        old = entry.body if entry is not None and kind not in ("member",) else None
        key = new_id("form")
        with self._box:
            Tag("h2", self._title(kind, entry), id="record-title")
            with Tag("form", classes="form", novalidate=True) as form:
                self._fields(kind, cast("FactBody | None", old))
                if kind == "member":
                    self._consent()
                self._wrong = Tag("p", "", "wrong", role="alert")
                with Tag("div", classes="row"):
                    button(say("cancel"), data_do="hide")
                    button(
                        say("delete" if kind == "delete" else "save"),
                        "btn bad" if kind == "delete" else "btn p",
                        type="submit",
                    )

        async def submitted(event: Any) -> None:
            await self._submit(kind, entry, cast("dict[str, str]", event.args), key)

        form.on("submit", submitted, js_handler=_SUBMIT)
        run("kangban.show('record-form')")

    def _title(self, kind: str, entry: Entry | None) -> str:
        if entry is None or kind in ("delete", "person"):
            return self._visit.say(f"form.{kind}")
        return self._visit.say("form.correct", part=self._visit.say(f"kind.{kind}"))

    # --- fields ----------------------------------------------------------------------------------

    def _fields(self, kind: str, old: FactBody | None) -> None:
        if kind in ("member", "person"):
            self._person(old if isinstance(old, Patient) else None)
        elif kind == "delete" and isinstance(old, Patient):
            Tag("p", self._visit.say("delete_why", name=old.name))
            self._text("confirm", "", required=True)
        elif kind == "conditions":
            self._text("text", old.text if isinstance(old, Condition) else "", required=True)
            if isinstance(old, Condition):
                states = [(s, self._visit.say(s)) for s in ("active", "remission", "resolved")]
                self._choice("clinical_status", states, old.clinical_status)
        elif kind == "allergies":
            self._text("substance", old.substance if isinstance(old, AllergyIntolerance) else "", required=True)
            self._text("reaction", old.reaction if isinstance(old, AllergyIntolerance) else "")
        elif kind == "medicines":
            self._medicine(old)
        else:
            self._measurement(old if isinstance(old, Observation) else None)
        if old is None and kind not in ("member", "person", "delete"):
            self._text("on", "", type="date", max=self._today())

    def _person(self, old: Patient | None) -> None:
        with Tag("div", classes="two"):
            self._text("name", old.name if old else "", required=True, autocomplete="off")
            self._text("relation", old.relation if old else "", placeholder=self._visit.say("relation_example"))
        with Tag("div", classes="two"):
            sexes = [("", self._visit.say("not_told")), *((s, self._visit.say(s)) for s in ("female", "male"))]
            self._choice("sex", sexes, (old.sex or "") if old else "")
            born = old.born_on.isoformat() if old and old.born_on else ""
            self._text("born_on", born, type="date", max=self._today())

    def _consent(self) -> None:
        """PIPL: a word of its own for health data, never ticked beforehand."""
        with Tag("label", classes="tick"):
            Tag("input", type="checkbox", name="health_consent", value="yes", required=True)
            with Tag("span", self._visit.say("health_consent")):
                Tag("small", self._visit.say("health_consent_why"), "small")
                Tag("small", self._visit.say("health_consent_child"), "small")

    def _medicine(self, old: FactBody | None) -> None:
        taken = old if isinstance(old, MedicationRequest | MedicationStatement) else None
        with Tag("label", self._visit.say("field.name_medicine")):
            medicine_field(self._visit, "medicine-name", taken.name if taken else "")
        with Tag("div", classes="two"):
            self._text("dose", (taken.dose or "") if taken else "", placeholder="500 mg")
            self._text("per_day", plain_number(taken.per_day) if taken and taken.per_day else "", inputmode="decimal")
        if taken is None:
            by = [("ordered", self._visit.say("by_clinician")), ("self", self._visit.say("by_self"))]
            self._choice("by", by, "ordered")
        else:
            self._choice(
                "status", [("active", self._visit.say("taking")), ("stopped", self._visit.say("stopped"))], taken.status
            )

    def _measurement(self, old: Observation | None) -> None:
        if old is None:
            units = {code: unit for code, (unit, _, _) in PLAIN.items()} | {
                a.id: a.unit for a in shipped().packs.analytes if a.said
            }
            self._choice("code", [(code, self._measured(code, unit)) for code, unit in units.items()], "weight")
        else:
            Tag("p", entry_text(old, self._visit.lang))
        self._text(
            "value",
            plain_number(old.value) if old and old.value is not None else "",
            inputmode="decimal",
            required=True,
        )

    def _measured(self, code: str, unit: str) -> str:
        name, shown = observed_name(code, self._visit.lang), unit_name(unit)
        return f"{name}（{shown}）" if shown else name

    def _text(self, name: str, value: str, **attributes: Any) -> None:
        with Tag("label", self._visit.say(f"field.{name}")):
            Tag("input", "", "", name=name, value=value, maxlength="80", **{"type": "text", **attributes})

    def _choice(self, name: str, options: list[tuple[str, str]], chosen: str) -> None:
        with Tag("label", self._visit.say(f"field.{name}")), Tag("select", name=name):
            for value, text in options:
                Tag("option", text, value=value, selected=True if value == chosen else None)

    def _today(self) -> str:
        return self._visit.house.clock.now().astimezone().date().isoformat()

    # --- submit ----------------------------------------------------------------------------------

    async def _submit(self, kind: str, entry: Entry | None, fields: Fields, key: str) -> None:
        try:
            await self._write(kind, entry, fields, key)
        except KangbanError as error:
            if self._wrong is not None:
                name = self._visit.field_name(error.field)
                words = self._visit.words(error)
                self._wrong.set_text(f"{name}：{words}" if name and name not in words else words)

    async def _write(self, kind: str, entry: Entry | None, fields: Fields, key: str) -> None:
        visit, house = self._visit, self._visit.house
        now = house.clock.now()
        if kind == "member":
            person = patient(fields, now.astimezone().date())
            if fields.get("health_consent") != "yes":
                raise InvalidInput("no consent", field="health_consent", key="web.error.consent_needed")
            member_id = await add_member(house, person, client_id=key, consent=True)
            run(f"location.assign({quoted(visit.at('/family', member_id))})")
            return
        if kind == "delete" and entry is not None and isinstance(entry.body, Patient):
            if fields.get("confirm", "").strip() != entry.body.name:
                raise InvalidInput("the name differs", field="confirm", key="web.error.name_differs")
            await delete(house, entry.member_id)
            run("location.assign('/family')")
            return
        if entry is not None:
            old = cast("FactBody", entry.body)
            new = patient(fields, now.astimezone().date()) if kind == "person" else body(kind, fields, old)
            if new != entry.body:
                await correct_fact(house, entry.id, new)
        elif visit.who is not None:
            await write_fact(house, visit.who.id, body(kind, fields), true_at=moment(fields, now), client_id=key)
        await self._changed()
        run("kangban.hide('record-form')")
