"""Invented reports, settled: rows by analyte id, flagged against the shipped ranges for the person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from kangban.clinical.person import MedicineUse, PersonFacts
from kangban.clinical.report import PrintedReport, PrintedRow, Report, ReportDates, ReportRow, RowFlag
from kangban.clinical.report_explanation import EarlierResult
from kangban.reasoning.labs.flags import by_limits
from kangban.reasoning.labs.judge import Judge, flag_of, judge
from kangban.reasoning.labs.words import grade_of
from kangban.rules.catalogue import catalogue
from kangban.rules.compiled import shipped
from kangban.rules.schema import VectorPerson

SAMPLED = datetime.fromisoformat("2026-03-02T08:00")  # a hospital's local time, as printed
ANALYTES = {a.id: a for a in shipped().packs.analytes}


Limits = tuple[float | None, float | None]


def row_of(
    analyte: str, result: float | str, person: PersonFacts, place: int = 0, limits: Limits | None = None
) -> ReportRow:
    """A row a person need not look at; a number is in the analyte's own unit."""
    known = ANALYTES[analyte]
    box = (0.1, 0.1 + place * 0.02, 0.9, 0.115 + place * 0.02)
    if isinstance(result, str):
        said: RowFlag = {"negative": "normal", "positive": "abnormal", "trace": "abnormal"}.get(
            grade_of(result) or "", "unknown"
        )  # pyright: ignore[reportAssignmentType]
        return ReportRow(PrintedRow(known.name, result, 1, box, 0.99, range_text="阴性"), said, False, analyte)
    judged = judge(known, result, "", person)
    assert judged is not None
    bands = Judge(person).range_of(known).bands
    low, high = (
        (bands[0].low, bands[0].high) if bands and len({flag_of(result, b) for b in bands}) == 1 else (None, None)
    )
    flag = judged.flag
    if limits is not None:
        low, high = limits
        flag = flag if flag.startswith("critical") else by_limits(result, None, limits)
    printed = PrintedRow(known.name, f"{result:g}", 1, box, 0.99, value=result, unit=known.unit, low=low, high=high)
    return ReportRow(
        printed, flag, False, analyte, known.loinc, result, known.unit, low, high, "pack", judged.citations
    )


def report_of(
    results: Mapping[str, float | str],
    person: PersonFacts,
    more: Sequence[ReportRow] = (),
    at: datetime | None = SAMPLED,
    ranges: Mapping[str, Limits] | None = None,
) -> Report:
    rows = tuple(row_of(a, r, person, n, (ranges or {}).get(a)) for n, (a, r) in enumerate(results.items()))
    printed = PrintedReport("laboratory", (1,), "", dates=ReportDates(sampled=at))
    return Report(printed, (*rows, *more))


def earlier(analyte: str, days: float, value: float, **more: object) -> EarlierResult:
    return EarlierResult(analyte, value, (SAMPLED - timedelta(days=days)).replace(tzinfo=UTC), **more)  # pyright: ignore[reportArgumentType]


def person_of(said: VectorPerson) -> PersonFacts:
    names = catalogue()
    uses = [names.classes[t.removeprefix("class:")].name if t.startswith("class:") else t for t in said.takes]
    return PersonFacts(
        age_years=said.age,
        sex=said.sex,
        pregnant=said.pregnant,
        pregnancy_weeks=said.weeks,
        breastfeeding=False,
        conditions=None if "conditions" in said.unknown else tuple(names.conditions[c].name for c in said.conditions),
        medicines=None if "medicines" in said.unknown else tuple(MedicineUse(u) for u in uses),
        allergies=(),
    )
