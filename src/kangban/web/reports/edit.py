"""Putting a line right: what the paper really says, with the names of tests to choose from."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from kangban.clinical.kept_report import Reading
from kangban.journeys.reports.confirm import LineChange
from kangban.kernel.errors import KangbanError
from kangban.rules.analytes import analyte_names
from kangban.web.elements import Tag, button, run
from kangban.web.family.forms import day
from kangban.web.reports.line import number_of, result_of
from kangban.web.visit import Visit

_SUBMIT = "(e) => { e.preventDefault(); emit(kangban.form(e.target)); }"


class EditDialog:
    """One dialog, filled for each line. `put_right` gets what somebody says the paper says."""

    def __init__(self, visit: Visit, put_right: Callable[[LineChange], Awaitable[None]]) -> None:
        self._visit, self._put_right = visit, put_right
        self._named = {(a.name if visit.lang == "zh" else a.name_en): a.id for a in analyte_names().by_id.values()}
        self._box = Tag("dialog", id="line-form", aria_labelledby="line-form-title")
        self._names = Tag("div")
        self._offers: Tag | None = None

    def open(self, reading: Reading, line: str) -> None:
        """Show the form with what was read."""
        text = self._visit.text
        row = reading.row(number_of(line))
        if self._offers is None:  # some hundred names: sent once, and only to whoever puts something right
            with self._names:
                self._offers = Tag("datalist", id="analyte-names")
            with self._offers:
                for name in self._named:
                    Tag("option", "", value=name)
        self._box.clear()
        with self._box:
            Tag("h2", text("web_reports.put_right"), id="line-form-title")
            Tag("p", text("web_reports.put_right_why", page=row.printed.page), "small")
            with Tag("form", classes="form", novalidate=True) as form:
                self._field("name", row.printed.name, list="analyte-names")
                with Tag("div", classes="two"):
                    self._field("result", result_of(row))
                    self._field("unit", row.printed.unit)
                taken = row.printed.taken_on
                self._field("taken_on", taken.isoformat() if taken else "", type="date")
                wrong = Tag("p", "", "wrong", role="alert")
                with Tag("div", classes="row"):
                    button(self._visit.say("cancel"), data_do="hide")
                    button(text("web_reports.put_right_save"), "btn p", type="submit")

        async def submitted(event: Any) -> None:
            try:
                await self._put_right(self._change(reading, line, {k: str(v) for k, v in dict(event.args).items()}))
            except KangbanError as error:
                wrong.set_text(self._visit.words(error))
                return
            run("kangban.hide('line-form')")

        form.on("submit", self._visit.guarded_with(submitted), js_handler=_SUBMIT)
        run("kangban.show('line-form')")

    def _field(self, name: str, value: str, **more: Any) -> None:
        with Tag("label", self._visit.text(f"web_reports.field.{name}")):
            Tag("input", "", name=name, value=value, maxlength="80", autocomplete="off", **{"type": "text", **more})

    def _change(self, reading: Reading, line: str, fields: dict[str, str]) -> LineChange:
        """Only what differs from what was read; a test chosen from the list goes by its id."""
        row = reading.row(number_of(line))
        name, result, unit = (fields.get(one, "").strip() for one in ("name", "result", "unit"))
        taken = day(fields, "taken_on", self._visit.house.clock.now().astimezone().date())
        chosen = self._named.get(name)
        same_name = name == row.printed.name and chosen in (None, row.analyte)
        return LineChange(
            line, "accept",
            name=None if same_name else chosen or name,
            result=None if result == result_of(row) else result,
            unit=None if unit == row.printed.unit else unit,
            taken_on=None if taken == row.printed.taken_on else taken,
        )  # fmt: skip
