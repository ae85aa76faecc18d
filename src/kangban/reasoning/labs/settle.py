"""A printed report understood: each row's analyte, unit, flag and what a person must look at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

import msgspec

from kangban.clinical.person import PersonFacts
from kangban.clinical.report import PrintedReport, PrintedRow, Report, ReportRow, RowFlag
from kangban.reasoning.labs.agreement import unit_doubts
from kangban.reasoning.labs.flags import UNDECIDED, Derived, by_limits, by_print, by_words, disagrees, printed_direction
from kangban.reasoning.labs.judge import Flag, Judge, PackRange
from kangban.reasoning.labs.naming import Named, named_row, slipped_units
from kangban.reasoning.labs.units import from_own_unit
from kangban.rules.schema import Analyte

# (analyte id, value in its own unit, when), as the record knows it.
EarlierValue = tuple[str, float, datetime]

_Flagged = tuple[Derived, Literal["report", "pack", ""], tuple[str, ...], list[str]]

SURE_FROM = 0.85  # confidence of the reader below which a person looks at the row
_OUTSIDE = frozenset({"low", "high", "critical_low", "critical_high", "abnormal"})


def settle(report: PrintedReport, person: PersonFacts, earlier: Sequence[EarlierValue] = ()) -> Report:
    """Map rows to analytes, convert, flag by value and range, and say which rows a person must confirm.

    Sex and age come from `person`, else from the document. The printed range decides; if there is none, the pack's.
    """
    whom = _known(person, report)
    judge = Judge(whom)
    latest = _latest(earlier)
    named = [named_row(row, report) for row in report.rows]
    repeated = _repeated(named, several=report.kind == "home_measurements")
    slipped = slipped_units(named, report)
    flagged = any(printed_direction(r.printed_flag) is not None for r in report.rows)
    rows = tuple(
        _settle(
            one if index not in slipped else msgspec.structs.replace(one, doubts=(*one.doubts, "unit_impossible")),
            judge, whom, latest, marks=flagged, repeated=index in repeated,
        )
        for index, one in enumerate(named)
    )  # fmt: skip
    return Report(printed=report, rows=rows, doubts=report.doubts)


def _known(person: PersonFacts, report: PrintedReport) -> PersonFacts:
    said = report.patient
    return msgspec.structs.replace(
        person,
        sex=person.sex or said.sex,
        age_years=person.age_years if person.age_years is not None else said.age_years,
    )


def _latest(earlier: Sequence[EarlierValue]) -> Mapping[str, float]:
    found: dict[str, tuple[datetime, float]] = {}
    for analyte, value, at in earlier:
        if analyte not in found or found[analyte][0] < at:
            found[analyte] = (at, value)
    return {analyte: value for analyte, (_, value) in found.items()}


def _repeated(named: Sequence[Named], *, several: bool) -> frozenset[int]:
    """Rows that say the same analyte of one sample twice: all of them where they differ, else the later ones.

    A table kept at home has `several` readings a day; there only the same words again are a repetition.
    """
    groups: dict[tuple[str, str, object, str], list[int]] = defaultdict(list)
    for index, one in enumerate(named):
        if one.analyte is not None:
            groups[(one.analyte.id, one.row.specimen, one.row.taken_on, one.row.text if several else "")].append(index)
    found: set[int] = set()
    for group in groups.values():
        if len(group) > 1:
            same = len({(named[n].row.text, named[n].row.value) for n in group}) == 1
            found |= set(group[1:] if same else group)
    return frozenset(found)


def _settle(
    one: Named, judge: Judge, whom: PersonFacts, latest: Mapping[str, float], *, marks: bool, repeated: bool
) -> ReportRow:
    row, analyte = one.row, one.analyte
    derived, source, cited, doubts = _flag(one, judge, whom)
    doubts = [*row.doubts, *one.doubts, *doubts]
    if analyte is not None and one.own is not None:
        derived, more = _critical(derived, analyte, one.own, row.comparator is None)
        doubts += more
        doubts += _unlikely(analyte, one, latest, judge)
    claimed = printed_direction(row.printed_flag)
    # Where other rows carry marks, one that lacks its mark was misread or lost it.
    if disagrees(claimed, derived.flag) or (marks and claimed is None and derived.flag in _OUTSIDE):
        doubts.append("flag_disagrees")
    if repeated:
        doubts.append("duplicate_row")
    settled = tuple(dict.fromkeys(doubts))
    return ReportRow(
        printed=row,
        flag=derived.flag,
        needs_confirm=bool(settled) or row.confidence < SURE_FROM,
        analyte=one.lab.analyte,
        loinc=one.lab.loinc,
        own_value=one.own,
        own_unit=analyte.unit if analyte is not None and one.own is not None else "",
        low=derived.low,
        high=derived.high,
        range_from=source,
        citations=cited,
        doubts=settled,
    )


def _flag(one: Named, judge: Judge, whom: PersonFacts) -> _Flagged:
    """The flag by the printed range, else by the pack's; with where the range is from, its citations and doubts."""
    row, analyte = one.row, one.analyte
    if row.value is None:
        flag = by_words(row.text, row.range_text, analyte.normal_texts if analyte else ())
        return Derived(flag), "report" if row.range_text and flag != "unknown" else "", (), []
    if row.sex_ranges:
        found, doubts = _by_sex(row, whom)
        return found, "report", (), doubts
    if row.low is not None or row.high is not None:
        found = by_print(row, (row.low, row.high))
        if found is UNDECIDED:
            return found, "report", (), ["range_unread"]
        return found, "report", (), []
    if analyte is not None and one.own is not None and not row.range_text.strip():
        return _by_pack(one, analyte, judge)
    return UNDECIDED, "", (), []


def _by_sex(row: PrintedRow, whom: PersonFacts) -> tuple[Derived, list[str]]:
    """The printed range of the person's sex; without a known sex only what both ranges say."""
    fitting = [by_print(row, (low, high)) for sex, low, high in row.sex_ranges if whom.sex in (sex, None)]
    if len(fitting) == 1 and whom.sex is not None:
        return fitting[0], []
    if fitting and len({f.flag for f in fitting}) == 1 and whom.sex is None and len(row.sex_ranges) > 1:
        return Derived(fitting[0].flag), []
    return UNDECIDED, ["sex_needed" if whom.sex is None else "range_unread"]


def _by_pack(one: Named, analyte: Analyte, judge: Judge) -> _Flagged:
    found: PackRange = judge.range_of(analyte)
    value, comparator = one.own, one.row.comparator
    if value is None or not found.bands:
        return UNDECIDED, "", (), []
    flags: set[RowFlag] = {by_limits(value, comparator, (b.low, b.high)) for b in found.bands}
    band = found.bands[0]
    if len(flags) > 1:
        needs = {"sex": "sex_needed", "age_years": "age_needed"}
        return UNDECIDED, "", (), [needs[found.needs]] if found.needs in needs else []
    low, high = ((from_own_unit(analyte, x, one.unit) if x is not None else None) for x in (band.low, band.high))
    return Derived(flags.pop(), low, high), "pack", band.citations, []


def _critical(derived: Derived, analyte: Analyte, own: float, exact: bool) -> tuple[Derived, list[str]]:
    """A critical value outranks low and high; where the printed range calls it normal, a person decides."""
    flag: Flag | None = None
    if exact and analyte.critical_low is not None and own <= analyte.critical_low:
        flag = "critical_low"
    elif exact and analyte.critical_high is not None and own >= analyte.critical_high:
        flag = "critical_high"
    if flag is None:
        return derived, []
    if derived.flag != "unknown" and derived.flag not in flag:
        return derived, ["flag_disagrees"]
    return msgspec.structs.replace(derived, flag=flag), []


def _unlikely(analyte: Analyte, one: Named, latest: Mapping[str, float], judge: Judge) -> list[str]:
    own = one.own
    assert own is not None  # noqa: S101 - the caller asked
    found: list[str] = []
    if (analyte.plausible_low is not None and own < analyte.plausible_low) or (
        analyte.plausible_high is not None and own > analyte.plausible_high
    ):
        found.append("implausible")
    before = latest.get(analyte.id)
    if before is not None and before > 0 and own > 0 and not 0.1 < own / before < 10:
        found.append("tenfold_jump")
    found += unit_doubts(analyte, one.row, one.unit, judge.range_of(analyte).bands)
    return found
