"""What one measures at home, entered in a form of its own kind or in one's own words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, cast

from kangban.journeys.house import Member
from kangban.journeys.measuring import measured, measured_in_words
from kangban.journeys.reports.reading import moment_of
from kangban.kernel.errors import InvalidInput, KangbanError
from kangban.kernel.ids import new_id
from kangban.kernel.texts import has_text
from kangban.perception.measurements import Circumstances, Measured
from kangban.record.policy import DAYS
from kangban.rules.analytes import analyte_names
from kangban.web.elements import Tag, button, run
from kangban.web.family.forms import Fields, number
from kangban.web.names import observed_name, unit_name
from kangban.web.visit import Visit

# What is asked in one form: codes of the labs pack, the first needed.
KINDS: dict[str, tuple[str, ...]] = {
    "pressure": ("sbp", "dbp", "hr"), "sugar": ("glucose_blood",), "weight": ("weight",), "pulse": ("hr",),
    "temperature": ("temp",), "oxygen": ("spo2",), "words": (),
}  # fmt: skip
NEEDED = frozenset({"sbp", "dbp", "glucose_blood", "weight", "temp", "spo2"})
POSITIONS = ("", "sitting", "lying", "standing")
ARMS = ("", "left_arm", "right_arm", "left_wrist", "right_wrist")
PLACES = ("", "axilla", "ear", "forehead", "mouth", "rectum")
MEALS = ("", "fasting", "before_meal", "after_meal_2h", "after_meal", "bedtime", "random")
_SUBMIT = "(e) => { e.preventDefault(); emit(kangban.form(e.target)); }"


class Measuring:
    """A row of buttons, and one dialog that each of them fills."""

    def __init__(self, visit: Visit, changed: Callable[[], Awaitable[None]]) -> None:
        self._visit, self._changed = visit, changed
        self._box = Tag("dialog", id="measure-form", aria_labelledby="measure-title")

    def draw(self, member: Member) -> None:
        """The buttons."""
        with Tag("div", classes="row", role="group", aria_label=self._visit.text("web_measure.title")):
            for kind in KINDS:
                button(self._visit.text(f"web_measure.kind.{kind}"), "chip").on(
                    "click", lambda _, k=kind: self._open(k, member), js_handler="() => emit()"
                )

    def _open(self, kind: str, member: Member) -> None:
        text, key = self._visit.text, new_id("measured")
        self._box.clear()
        with self._box:
            Tag("h2", text(f"web_measure.kind.{kind}"), id="measure-title")
            with Tag("form", classes="form", novalidate=True) as form:
                self._fields(kind)
                wrong = Tag("p", "", "wrong", role="alert")
                with Tag("div", classes="row"):
                    button(self._visit.say("cancel"), data_do="hide")
                    button(self._visit.say("save"), "btn p", type="submit")

        async def submitted(event: Any) -> None:
            try:
                await self._write(kind, member, cast("dict[str, str]", event.args), key)
            except KangbanError as error:
                name = self._named(error.field)
                words = self._visit.words(error)
                wrong.set_text(f"{name}: {words}" if name else words)
                return
            await self._changed()
            run("kangban.hide('measure-form')")

        form.on("submit", self._visit.guarded_with(submitted), js_handler=_SUBMIT)
        run("kangban.show('measure-form')")

    def _named(self, field: str | None) -> str:
        if field and has_text(f"web_measure.{field}", self._visit.lang):
            return self._visit.text(f"web_measure.{field}")
        return observed_name(field, self._visit.lang) if field in analyte_names().by_id else ""

    # --- fields ----------------------------------------------------------------------------------

    def _fields(self, kind: str) -> None:
        text = self._visit.text
        if kind == "words":
            with Tag("label", text("web_measure.words")):
                Tag(
                    "textarea",
                    "",
                    "field",
                    name="words",
                    rows="3",
                    maxlength="500",
                    placeholder=text("web_measure.example"),
                )
            return
        with Tag("div", classes="two"):
            for code in KINDS[kind]:
                with Tag("label", self._asked(kind, code)):
                    Tag("input", "", type="text", inputmode="decimal", name=code, maxlength="8", autocomplete="off")
        with Tag("div", classes="two"):
            if kind in ("pressure", "pulse"):
                self._choice("position", POSITIONS)
            if kind == "pressure":
                self._choice("site", ARMS)
            if kind == "temperature":
                self._choice("site", PLACES)
            if kind == "sugar":
                self._choice("meal", MEALS)
        with Tag("label", text("web_measure.at")):
            now = self._visit.house.clock.now().astimezone(DAYS).strftime("%Y-%m-%dT%H:%M")
            Tag("input", "", type="datetime-local", name="at", max=now, value=now)

    def _asked(self, kind: str, code: str) -> str:
        lang = self._visit.lang
        name = self._visit.text("web_measure.kind.sugar") if code == "glucose_blood" else observed_name(code, lang)
        unit = unit_name(analyte_names().by_id[code].unit)
        more = "" if code in NEEDED or kind == "pulse" else self._visit.text("web_measure.optional")
        return " ".join(part for part in (name, unit, more) if part)

    def _choice(self, name: str, options: Sequence[str]) -> None:
        text = self._visit.text
        with Tag("label", text(f"web_measure.{name}")), Tag("select", name=name):
            for value in options:
                Tag(
                    "option", text(f"web_measure.{name}.{value}") if value else self._visit.say("not_told"), value=value
                )

    # --- written ---------------------------------------------------------------------------------

    async def _write(self, kind: str, member: Member, fields: Fields, key: str) -> None:
        house = self._visit.house
        if kind == "words":
            await measured_in_words(house, member.id, fields.get("words", ""), client_id=key)
            return
        values = values_of(kind, fields)
        await measured(house, member.id, values, at=_at(fields), client_id=key)


def values_of(kind: str, fields: Fields) -> list[Measured]:
    """What a form says; raises InvalidInput for what is missing or no number."""
    position, site, meal = (fields.get(one, "") for one in ("position", "site", "meal"))
    if position not in POSITIONS or site not in (*ARMS, *PLACES) or meal not in MEALS:
        raise InvalidInput("no such choice", field="position")
    found: list[Measured] = []
    for code in KINDS[kind]:
        value = number(fields, code)
        if value is None:
            if code in NEEDED or kind == "pulse":
                raise InvalidInput("a field is empty", field=code, key="web.error.needed")
            continue
        how = Circumstances(position, "" if code == "hr" else site)  # pyright: ignore[reportArgumentType]
        kept, how = _sugar(meal) if code == "glucose_blood" else (code, how)
        found.append(Measured(kept, value, analyte_names().by_id[kept].unit, how))
    return found


def _sugar(meal: str) -> tuple[str, Circumstances]:
    """Fasting and two hours after a meal have ranges of their own; any other time has none."""
    if meal == "after_meal_2h":
        return "glucose_2h", Circumstances(meal="after_meal")
    code = "glucose" if meal == "fasting" else "glucose_blood"
    return code, Circumstances(meal=meal)  # pyright: ignore[reportArgumentType]


def _at(fields: Fields) -> datetime | None:
    raw = fields.get("at", "").strip()
    if not raw:
        return None
    try:
        local = datetime.fromisoformat(raw)
    except ValueError:
        raise InvalidInput("not a time", field="at", key="web.error.date") from None
    return moment_of(local.replace(tzinfo=None))
