"""One line of a report in words: what was read, what speaks against it, and what can be said of it."""

from __future__ import annotations

from kangban.clinical.kept_report import Reading
from kangban.clinical.report import PrintedMedicine, ReportRow
from kangban.kernel.texts import has_text
from kangban.rules.analytes import analyte_names
from kangban.web.elements import Tag
from kangban.web.reports.paper import Spot
from kangban.web.visit import Visit

_BAD = frozenset({"low", "high", "critical_low", "critical_high", "abnormal"})
# Looked at first by a person, because nothing else may settle it.
_ABOUT_FLAG = {"critical_low": "warn", "critical_high": "warn"}


def number_of(line: str) -> int:
    """The number in "row:3"."""
    return int(line.partition(":")[2])


def is_row(line: str) -> bool:
    """A result rather than a medicine."""
    return line.startswith("row:")


def is_doubtful(reading: Reading, line: str) -> bool:
    """Whether a person must look at this very line: medicines always."""
    return not is_row(line) or reading.row(number_of(line)).needs_confirm


def in_order(reading: Reading, lines: tuple[str, ...]) -> list[str]:
    """Doubtful lines first, each half as on the paper. The order never moves while one works."""
    report = reading.body.report
    rows = [f"row:{n}" for n, row in enumerate(report.rows) if row.needs_confirm]
    first = {*rows, *(line for line in lines if not is_row(line))}
    return [*(one for one in lines if one in first), *(one for one in lines if one not in first)]


def spot_of(reading: Reading, line: str) -> Spot:
    """Where a line stands on the paper."""
    if is_row(line):
        printed = reading.row(number_of(line)).printed
        return Spot(line, printed.name, printed.page, printed.box)
    medicine = reading.medicine(number_of(line))
    return Spot(line, medicine.name, medicine.page, medicine.box)


def doubts_in_words(visit: Visit, doubts: tuple[str, ...]) -> list[str]:
    """Why a person has to look; each reason once."""
    found: list[str] = []
    for one in doubts:
        keys = (f"explain.doubt.{one}", f"web_reports.doubt.{one}", "explain.doubt.other")
        found.append(visit.text(next(key for key in keys if has_text(key, visit.lang))))
    return list(dict.fromkeys(found))


def draw_row(visit: Visit, row: ReportRow) -> None:
    """Name, result, flag, range; what it is taken for where that differs from what is printed."""
    printed = row.printed
    known = analyte_names().by_id.get(row.analyte or "")
    name = printed.name or visit.text("web_reports.no_name")
    with Tag("div", classes="line-words"):
        Tag("b", name, "line-name")
        Tag("span", " ".join(one for one in (result_of(row), printed.unit) if one), "line-value")
        if row.flag != "normal":
            Tag("span", visit.text(f"flag.{row.flag}"), "mark no" if row.flag in _BAD else "mark quiet")
        small: list[str] = []
        if known is not None and known.name not in name and known.name_en not in name:
            taken = known.name if visit.lang == "zh" else known.name_en
            small.append(visit.text("web_reports.taken_for", name=taken))
        if printed.range_text:
            small.append(visit.text("web_reports.range", range=printed.range_text))
        if printed.taken_on is not None:
            small.append(printed.taken_on.isoformat())
        small.append(visit.text("web_reports.page", n=printed.page))
        Tag("small", " · ".join(small))


def draw_medicine(visit: Visit, line: PrintedMedicine) -> None:
    """A medicine of a prescription as printed."""
    with Tag("div", classes="line-words"):
        Tag("b", line.name or visit.text("web_reports.no_name"), "line-name")
        said = [line.strength, line.dose, line.frequency, line.route, line.days, line.quantity]
        Tag("span", " · ".join(one for one in said if one), "line-value")
        Tag("small", visit.text("web_reports.page", n=line.page))


def result_of(row: ReportRow) -> str:
    """The result as printed."""
    return row.printed.text.strip() or (f"{row.printed.value:g}" if row.printed.value is not None else "")


def name_of(reading: Reading, line: str) -> str:
    """What a line is called when it is spoken of."""
    if is_row(line):
        row = reading.row(number_of(line))
        return f"{row.printed.name} {result_of(row)}".strip()
    return reading.medicine(number_of(line)).name
