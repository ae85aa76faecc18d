"""What a confirmed line becomes in the record: observations, and orders of medicines. Pure."""

from __future__ import annotations

import math
import re
from datetime import date, datetime, timedelta

import msgspec

from kangban.clinical.person import PersonFacts
from kangban.clinical.record import MedicationRequest, Observation
from kangban.clinical.report import PrintedMedicine, PrintedReport, PrintedRow, ReportRow
from kangban.journeys.reports.reading import moment_of, taken_at
from kangban.kernel.errors import InvalidInput
from kangban.kernel.quantity import plain_number
from kangban.perception.language.read import read
from kangban.perception.measurements import circumstances_of
from kangban.reasoning.labs.units import in_own_unit
from kangban.rules.analytes import analyte_names
from kangban.rules.formulas import egfr_ckd_epi_2021

PRINTED = "printed:"
CREATININE, EGFR = "creatinine", "egfr"
_STATES = frozenset({"pregnancy", "breastfeeding"})  # said by people, never read off a paper
_MOST_NAME = 80
_RESULT = re.compile(r"^\s*(?P<sign><=|>=|≤|≥|＜|＞|<|>|~)?\s*(?P<number>[-+]?\d+(?:\.\d+)?)\s*$")
_DAYS = re.compile(r"(?P<n>\d{1,4})\s*(?:(?P<day>天|日|d\b|days?)|(?P<week>周|weeks?)|(?P<month>个月|months?))", re.I)
_OLD_AFTER = timedelta(days=30)  # an order that names no days may long have been changed
_SIGNS = {"≤": "<=", "≥": ">=", "＜": "<", "＞": ">"}


def observation_of(row: ReportRow) -> Observation:
    """A row as the record keeps it; raises InvalidInput where it says nothing, or in a unit that cannot be.

    What is in no catalogue is kept under the name printed, where no rule reads it.
    """
    printed = row.printed
    if printed.value is None and not printed.text.strip():
        raise InvalidInput("the row has no result", field="line", key="report.no_value")
    if row.analyte is None or row.analyte in _STATES:
        name = " ".join(printed.name.split())[:_MOST_NAME]
        if not name:
            raise InvalidInput("the row has no name", field="line", key="report.no_name")
        return Observation(
            PRINTED + name, printed.value, printed.unit, text=_words(printed), comparator=printed.comparator,
            printed=as_printed(printed),
        )  # fmt: skip
    if printed.value is not None and row.own_value is None:
        raise InvalidInput("this unit cannot belong to this test", field="unit", key="report.unit_impossible")
    analyte = analyte_names().by_id[row.analyte]
    said = circumstances_of(" ".join((printed.name, printed.panel, printed.text)))
    low, high = (in_own_unit(analyte, x, printed.unit) if x is not None else None for x in (row.low, row.high))
    return Observation(
        row.analyte, row.own_value, row.own_unit, text=_words(printed),
        comparator=printed.comparator if row.own_value is not None else None, low=low, high=high,
        printed=as_printed(printed), body_position=said.body_position, body_site=said.body_site, meal=said.meal,
    )  # fmt: skip


def _words(printed: PrintedRow) -> str:
    return printed.text.strip() if printed.value is None else ""


def as_printed(row: PrintedRow) -> str:
    """Value, unit and range as they stand on the paper."""
    value = row.text.strip() or (plain_number(row.value) if row.value is not None else "")
    asked = row.range_text.strip() or _range(row.low, row.high)
    return " ".join(part for part in (value, row.unit, f"({asked})" if asked else "") if part)


def _range(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f"{plain_number(low)}-{plain_number(high)}"
    if high is not None:
        return f"<={plain_number(high)}"
    return f">={plain_number(low)}" if low is not None else ""


def row_moment(row: PrintedRow, report: PrintedReport, said: datetime | None, now: datetime) -> datetime:
    """When a row was true; raises InvalidInput where neither paper nor person tells, or it lies ahead."""
    moment = moment_of(datetime.combine(row.taken_on, datetime.min.time())) if row.taken_on else taken_at(report, said)
    if moment is None:
        raise InvalidInput("the paper names no day", field="sampled_at", key="report.undated")
    if moment.date() > now.date() and (moment - now).days >= 1:
        raise InvalidInput("sampled in the future", field="sampled_at", key="error.future")
    # A day without an hour stands at noon, which may lie ahead of the morning it was read in.
    return min(moment, now)


def derived_egfr(creatinine: Observation, person: PersonFacts) -> Observation | None:
    """CKD-EPI 2021 for a grown person of known age and sex; None where it cannot be told."""
    if creatinine.value is None or creatinine.comparator is not None or creatinine.code != CREATININE:
        return None
    if person.sex is None or person.age_years is None or not math.isfinite(creatinine.value):
        return None
    try:
        return Observation(
            EGFR, egfr_ckd_epi_2021(creatinine.value, person.age_years, person.sex), "mL/min/{1.73_m2}"
        )  # fmt: skip
    except InvalidInput:
        return None


def is_over(line: PrintedMedicine, age: timedelta) -> bool:
    """Whether an order of that age has run out: the days printed are past, or none are printed and it is old."""
    printed = _DAYS.search(line.days)
    if printed is None:
        return age > _OLD_AFTER
    return age > timedelta(days=int(printed["n"]) * (1 if printed["day"] else 7 if printed["week"] else 30))


def request_of(line: PrintedMedicine, hospital: str, age: timedelta, taking: bool | None = None) -> MedicationRequest:
    """A medicine line as an order; `age` is how long ago it was written, and one that has run out has stopped.

    `taking` is what a person says about it, and leads. Raises InvalidInput without a name.
    """
    name = " ".join(line.name.split())[:_MOST_NAME]
    if not name:
        raise InvalidInput("the line names no medicine", field="line", key="report.no_name")
    said = read(f"{name} {line.dose} {line.frequency}")
    per_day = next((drug.per_day for drug in said.drugs if drug.per_day), None)
    words = f"{line.dose or line.strength} {line.frequency if per_day is None else ''}".split()
    status = "active" if (taking if taking is not None else not is_over(line, age)) else "stopped"
    return MedicationRequest(name, " ".join(words) or None, per_day, status, hospital[:_MOST_NAME])


def edited(
    row: PrintedRow, *, name: str | None, result: str | None, unit: str | None, taken_on: date | None
) -> PrintedRow:
    """The row as somebody put it right: they looked, so the reader's doubts are gone."""
    changed = msgspec.structs.replace(
        row, name=row.name if name is None else name.strip(), unit=row.unit if unit is None else unit.strip(),
        taken_on=taken_on or row.taken_on, doubts=(), confidence=1.0, code="" if name is not None else row.code,
    )  # fmt: skip
    if result is None:
        return changed
    found = _RESULT.match(result)
    if found is None:
        return msgspec.structs.replace(changed, text=result.strip(), value=None, comparator=None)
    sign = _SIGNS.get(found["sign"] or "", found["sign"])
    return msgspec.structs.replace(
        changed, text=result.strip(), value=float(found["number"]), comparator=sign or None
    )  # fmt: skip
