"""One sheet against the truth: rows found, rows exact, and above all what would enter a record unseen and wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from kangban.clinical.page import Box, Page
from kangban.clinical.report import Report, ReportRow
from kangban_evals.reports.press import Sheet
from kangban_evals.reports.same import alike, plain, plain_name, plain_unit, same_flag, same_range, same_value
from kangban_evals.reports.truth import TrueRow

_SAME_NAME = 0.6
Where = Callable[[int, Box], Box]  # page from 1 and a box on it as printed → the box in the file as handed in


class Counts(msgspec.Struct):
    """Sums over sheets. "sure" rows are those the program would take without asking (needs_confirm is false)."""

    sheets: int = 0
    rows: int = 0
    found: int = 0
    exact: int = 0
    value_right: int = 0
    unit_right: int = 0
    range_right: int = 0
    sure: int = 0
    sure_wrong: int = 0  # value, comparator or unit
    sure_wrong_range: int = 0
    sure_wrong_flag: int = 0
    sure_invented: int = 0  # rows that were never printed
    flag_unknown: int = 0
    loinc_right: int = 0
    loinc_wrong: int = 0  # sure of the row, and the code is of something else
    box_on_row: int = 0
    box_on_value: int = 0
    person_right: int = 0
    dates_right: int = 0
    documents_split: int = 0
    naive_right: int = 0
    traps: int = 0
    traps_missed: int = 0
    pages: int = 0
    reader_s: float = 0.0
    reasoning_s: float = 0.0

    def add(self, other: Counts) -> None:
        """Sum into this one."""
        for field in self.__struct_fields__:
            setattr(self, field, getattr(self, field) + getattr(other, field))


class Fault(msgspec.Struct, frozen=True):
    """One row that went wrong: what was printed, what was read. `unseen` where nobody would be asked."""

    what: str
    printed: str
    read: str
    unseen: bool


def matched(
    rows: Sequence[TrueRow], read: Sequence[ReportRow], near: Callable[[int, ReportRow], float]
) -> dict[int, int]:
    """Index of a true row → of the read row that names it. Equal names are told apart by place, never by value."""
    pairs: list[tuple[float, float, int, int]] = []
    for i, true in enumerate(rows):
        for j, one in enumerate(read):
            likeness = alike(true.name, one.printed.name)
            if true.code and plain_name(one.printed.name) == plain_name(true.code):
                likeness = 1.0
            if likeness >= _SAME_NAME:
                pairs.append((-likeness, near(i, one), i, j))
    found: dict[int, int] = {}
    for _, _, i, j in sorted(pairs):
        if i not in found and j not in found.values():
            found[i] = j
    return found


def _inside(box: Box, inner: Box, slack: float = 0.004) -> bool:
    x, y = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    return box[0] - slack <= x <= box[2] + slack and box[1] - slack <= y <= box[3] + slack


def _shown(row: ReportRow) -> str:
    p = row.printed
    return (
        f"{p.name} | {p.text} | {p.unit} | {p.range_text} | {row.flag} | {row.loinc} | doubts {', '.join(row.doubts)}"
    )


def _printed(row: TrueRow) -> str:
    text = f"{row.name} | {row.text} | {row.unit} | {row.range_text!r} | {row.flag} | {'/'.join(row.loinc)}"
    return f"{text} | own unit {row.own_unit}" if row.unit != row.own_unit else text


def _one(true: TrueRow, read: ReportRow, counts: Counts) -> list[Fault]:
    value, unit = same_value(true, read.printed), plain_unit(read.printed.unit) == plain_unit(true.unit)
    bounds, flag = same_range(true, read), same_flag(true, read)
    name = plain_name(read.printed.name) in (plain_name(true.name), plain_name(f"{true.code}{true.name}"))
    counts.found += 1
    counts.value_right += value
    counts.unit_right += unit
    counts.range_right += bounds
    counts.exact += name and value and unit and bounds
    counts.flag_unknown += true.flag is not None and read.flag == "unknown"
    code = read.loinc is not None and not read.needs_confirm
    counts.loinc_right += read.loinc in true.loinc
    counts.loinc_wrong += code and read.loinc not in true.loinc
    wrong = [
        w
        for w, right in (("value", value), ("unit", unit), ("range", bounds), ("name", name), ("flag", flag))
        if not right
    ]
    if code and read.loinc not in true.loinc:
        wrong.append("loinc")
    if true.trap:
        counts.traps += 1
        missed = not read.needs_confirm and (
            true.trap == "arrow" or plain_unit(read.printed.unit) != plain_unit(true.own_unit)
        )
        counts.traps_missed += missed
        wrong += [f"trap {true.trap}"] if missed else []
    if not read.needs_confirm:
        counts.sure += 1
        counts.sure_wrong += not (value and unit)
        counts.sure_wrong_range += not bounds
        counts.sure_wrong_flag += not flag
    return [Fault(", ".join(wrong), _printed(true), _shown(read), not read.needs_confirm)] if wrong else []


def score(sheet: Sheet, pages: Sequence[Page], documents: Sequence[Report], where: Where) -> tuple[Counts, list[Fault]]:
    """Count one sheet; the faults say what happened."""
    counts, faults = Counts(sheets=1, rows=len(sheet.rows), pages=len(pages)), list[Fault]()
    read = [row for document in documents for row in document.rows]
    there = [(page, where(page, row), where(page, value)) for page, row, value in sheet.places]

    def near(index: int, one: ReportRow) -> float:
        page, box, _ = there[index]
        x, y = (one.printed.box[0] + one.printed.box[2]) / 2, (one.printed.box[1] + one.printed.box[3]) / 2
        return abs(page - one.printed.page) + abs((box[0] + box[2]) / 2 - x) + abs((box[1] + box[3]) / 2 - y)

    pairs = matched(sheet.rows, read, near)
    for i, true in enumerate(sheet.rows):
        if i not in pairs:
            faults.append(Fault("not found", _printed(true), "", unseen=False))
            continue
        one = read[pairs[i]]
        faults += _one(true, one, counts)
        page, row_box, value_box = there[i]
        seen = next((box for kind, box in one.printed.cells if kind == "value"), None)
        counts.box_on_row += one.printed.page == page and _inside(row_box, one.printed.box)
        counts.box_on_value += one.printed.page == page and seen is not None and _inside(value_box, seen)
    for j in set(range(len(read))) - set(pairs.values()):
        if not read[j].needs_confirm:
            counts.sure_invented += 1
            faults.append(Fault("never printed", "", _shown(read[j]), unseen=True))
    _head(sheet, documents, counts, faults)
    counts.naive_right = naive(sheet, pages)
    return counts, faults


def _head(sheet: Sheet, documents: Sequence[Report], counts: Counts, faults: list[Fault]) -> None:
    counts.documents_split = len(documents) != 1
    if not documents:
        return
    who, told = sheet.report.person, documents[0].printed.patient
    age = told.age_years is not None and abs(told.age_years - who.age_years) < 0.1
    same = plain(told.name) == plain(who.name) and told.sex == who.sex and age
    counts.person_right += same
    dates = documents[0].printed.dates
    dated = [d is not None and d.replace(tzinfo=None, second=0) == t for d, t in (
        (dates.sampled, sheet.report.sampled), (dates.reported, sheet.report.reported))]  # fmt: skip
    counts.dates_right += all(dated)
    if not same:
        faults.append(
            Fault("patient", f"{who.name} {who.sex} {who.age}", f"{told.name} {told.sex} {told.age}", unseen=False)
        )
    if not all(dated):
        true = f"{sheet.report.sampled} {sheet.report.reported}"
        faults.append(Fault("dates", true, f"{dates.sampled} {dates.reported}", unseen=False))
    if len(documents) != 1:
        faults.append(Fault("documents", "1", str(len(documents)), unseen=False))


def naive(sheet: Sheet, pages: Sequence[Page]) -> int:
    """Rows a grouping by y alone gets right: name and result in one line, and nobody else's beside them.

    Lines are made as simple readers make them: words from top to bottom, a new line where the middle of a word is more
    than half a word's height below the line's first.
    """
    lines: list[list[str]] = []
    for page in pages:
        top: float | None = None
        for word in sorted(page.words, key=lambda w: w.box[1] + w.box[3]):
            middle = (word.box[1] + word.box[3]) / 2
            if top is None or middle - top > (word.box[3] - word.box[1]) / 2:
                lines.append([])
                top = middle
            lines[-1].append(plain_name(word.text))
    names = [plain_name(r.name) for r in sheet.rows]
    right = 0
    for row in sheet.rows:
        own, result = plain_name(row.name), plain(row.text)
        line = next((words for words in lines if own in words), list[str]())
        others = sum(word in names for word in line)
        numbers = [w for w in line if w.rstrip("↑↓hl*") == result]
        right += others == 1 and bool(numbers)
    return right
