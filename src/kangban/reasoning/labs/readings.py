"""The rows of a report that count, by analyte, with what follows from two of them, and what the record held before."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Literal

import msgspec

from kangban.clinical.person import PersonFacts
from kangban.clinical.report import Comparator, Report, ReportRow, RowFlag
from kangban.clinical.report_explanation import EarlierResult
from kangban.kernel.errors import InvalidInput
from kangban.reasoning.labs.flags import by_limits
from kangban.reasoning.labs.words import grade_of, plain_words
from kangban.rules import formulas

GROWN_UP = 18.0  # CKD-EPI 2021 is for adults
_DAYS_A_YEAR = 365.25

_WEAK = re.compile(r"弱阳|weak")
_PLUSES = re.compile(r"^(?:([1-4])\+|\+([1-4])|(\+{1,4}))")


class Reading(msgspec.Struct, frozen=True):
    """One result as patterns read it: `value` in the analyte's own unit, `times_high` value ÷ upper limit.

    `positive` and `plus` are of yes-or-no tests and dipsticks; `rows` are the report's rows it comes from, from 0.
    """

    value: float | None
    flag: RowFlag
    times_high: float | None = None
    comparator: Comparator | None = None
    positive: bool | None = None
    plus: float | None = None
    rows: tuple[int, ...] = ()


class Found(msgspec.Struct, frozen=True):
    """A looked-up result, or None with the facts about the person that would be needed to have it."""

    reading: Reading | None
    missing: tuple[str, ...] = ()


class Readings:
    """Everything patterns look at. A row that a person still has to confirm is not in it."""

    def __init__(self, report: Report, person: PersonFacts, earlier: Sequence[EarlierResult] = ()) -> None:
        self.person = person
        self.sampled = _day(report)
        self.counted = tuple(n for n, row in enumerate(report.rows) if counts(row))
        self.own: dict[str, Reading] = {}
        for n in self.counted:
            row = report.rows[n]
            if row.analyte is not None:
                self.own.setdefault(row.analyte, reading_of(row, n))
        self.earlier: dict[str, list[EarlierResult]] = {}
        self._days: dict[date, dict[str, Reading]] = {}
        for one in sorted(earlier, key=lambda e: e.at.date()):
            day = one.at.date()
            if self.sampled is None or day <= self.sampled:
                self.earlier.setdefault(one.analyte, []).append(one)
                self._days.setdefault(day, {})[one.analyte] = _of_record(one)

    def find(self, name: str) -> Found:
        """A measured or derived result of this report."""
        if name in self.own:
            return Found(self.own[name])
        derive = _DERIVED.get(name)
        return derive(self.own.get, self.person.age_years, self.person.sex) if derive is not None else Found(None)

    def before(self, name: str) -> list[tuple[int, Reading]]:
        """(days before this report, result) of the record, oldest first; none where the report has no date."""
        if self.sampled is None:
            return []
        found: list[tuple[int, Reading]] = []
        derive = _DERIVED.get(name)
        for day, own in self._days.items():
            ago = (self.sampled - day).days
            age = None if self.person.age_years is None else self.person.age_years - ago / _DAYS_A_YEAR
            reading = own.get(name) or (derive(own.get, age, self.person.sex).reading if derive is not None else None)
            if reading is not None and ago > 0:
                found.append((ago, reading))
        return found


def counts(row: ReportRow) -> bool:
    """Whether anything may be concluded from a row: nobody has to look at it any more."""
    return not row.needs_confirm


def reading_of(row: ReportRow, place: int) -> Reading:
    """A row of a report as patterns read it."""
    printed = row.printed
    times = printed.value / row.high if printed.value is not None and row.high is not None and row.high > 0 else None
    return Reading(row.own_value, row.flag, times, printed.comparator, _positive(row), _plus(printed.text), (place,))


def _day(report: Report) -> date | None:
    moment = report.printed.dates.sampled or report.printed.dates.reported
    return None if moment is None else moment.date()


def _of_record(one: EarlierResult) -> Reading:
    times = one.value / one.high if one.high is not None and one.high > 0 else None
    return Reading(one.value, by_limits(one.value, None, (one.low, one.high)), times)


def _positive(row: ReportRow) -> bool | None:
    """By its words; a bare number by its flag, low included: in some tests a low number is the reactive one."""
    grade = grade_of(row.printed.text)
    if grade == "trace":
        return True if _WEAK.search(plain_words(row.printed.text)) else None
    if grade is not None:
        return grade == "positive"
    return None if row.printed.value is None or row.flag == "unknown" else row.flag != "normal"


def _plus(text: str) -> float | None:
    found = _PLUSES.match(plain_words(text))
    if found is not None:
        return float(found.group(1) or found.group(2) or len(found.group(3)))
    return {"negative": 0.0, "trace": 0.5}.get(grade_of(text) or "")


_Look = Callable[[str], Reading | None]
_Derive = Callable[[_Look, float | None, Literal["female", "male"] | None], Found]


def _numbers(look: _Look, *names: str) -> tuple[list[float], tuple[int, ...]] | None:
    """The exact values of all these analytes, or None: what is only "less than" goes into no formula."""
    found = [look(name) for name in names]
    values = [r.value for r in found if r is not None and r.value is not None and r.comparator in (None, "~")]
    if len(values) < len(names):
        return None
    return values, tuple(dict.fromkeys(n for r in found if r is not None for n in r.rows))


def _from(values: float, rows: tuple[int, ...]) -> Found:
    return Found(Reading(values, "unknown", rows=rows))


def _egfr(look: _Look, age: float | None, sex: Literal["female", "male"] | None) -> Found:
    numbers = _numbers(look, "creatinine")
    if numbers is None or (age is not None and age < GROWN_UP):
        return Found(None)
    missing = (*(("age_years",) if age is None else ()), *(("sex",) if sex is None else ()))
    if age is None or sex is None:
        return Found(None, missing)
    try:
        return _from(formulas.egfr_ckd_epi_2021(numbers[0][0], age, sex), numbers[1])
    except InvalidInput:
        return Found(None)


def _r_factor(look: _Look, age: float | None, sex: Literal["female", "male"] | None) -> Found:
    del age, sex
    alt, alp = look("alt"), look("alp")
    if alt is None or alp is None or alt.times_high is None or alp.times_high is None:
        return Found(None)
    try:
        return _from(formulas.liver_r_factor(alt.times_high, alp.times_high), (*alt.rows, *alp.rows))
    except InvalidInput:
        return Found(None)


def _pair(formula: Callable[[float, float], float], first: str, second: str) -> _Derive:
    def derive(look: _Look, age: float | None, sex: Literal["female", "male"] | None) -> Found:
        del age, sex
        numbers = _numbers(look, first, second)
        if numbers is None:
            return Found(None)
        try:
            return _from(formula(*numbers[0]), numbers[1])
        except InvalidInput:
            return Found(None)

    return derive


def _printed_or(printed: str, reckon: _Derive) -> _Derive:
    """What the laboratory reckoned itself stands before our own sum."""

    def derive(look: _Look, age: float | None, sex: Literal["female", "male"] | None) -> Found:
        reading = look(printed)
        return Found(reading) if reading is not None and reading.value is not None else reckon(look, age, sex)

    return derive


def _share(part: float, whole: float) -> float:
    if whole <= 0:
        raise InvalidInput("nothing to divide by", field="whole")
    return round(part / whole, 3)


def _any_of(*names: str, protective_from: float | None = None) -> _Derive:
    """The same marker in words, as an amount or as an index; an amount that protects is positive whatever the range."""

    def derive(look: _Look, age: float | None, sex: Literal["female", "male"] | None) -> Found:
        del age, sex
        reading = next((r for r in map(look, names) if r is not None), None)
        if reading is None or protective_from is None or reading.value is None or look(names[0]) is not None:
            return Found(reading)
        return Found(msgspec.structs.replace(reading, positive=_reaches(reading, protective_from)))

    return derive


def _reaches(reading: Reading, bound: float) -> bool | None:
    if reading.value is None or (reading.comparator in ("<", "<=") and reading.value > bound):
        return None
    return reading.value >= bound and reading.comparator not in ("<", "<=")


_DERIVED: dict[str, _Derive] = {
    "egfr": _egfr,
    "r_factor": _r_factor,
    "calcium_corrected": _printed_or("corrected_calcium", _pair(formulas.corrected_calcium, "calcium", "albumin")),
    "tsat": _pair(formulas.transferrin_saturation, "iron", "tibc"),
    "non_hdl": _pair(formulas.non_hdl_cholesterol, "total_cholesterol", "hdl"),
    "direct_share": _pair(_share, "direct_bilirubin", "total_bilirubin"),
    "ast_per_alt": _pair(_share, "ast", "alt"),
    "hb_surface_antigen": _any_of("hbsag", "hbsag_quant", "hbsag_index"),
    "hb_surface_antibody": _any_of("hbsab", "hbsab_quant", protective_from=10),  # mIU/mL, rp-hbv#table
    "hb_e_antigen": _any_of("hbeag", "hbeag_quant", "hbeag_index"),
    "hb_e_antibody": _any_of("hbeab", "hbeab_quant", "hbeab_index"),
    "hb_core_antibody": _any_of("hbcab", "hbcab_quant", "hbcab_index"),
}
