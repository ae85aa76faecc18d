"""Pages of a file → documents: a new patient always starts one, so does a title with another date or a first page."""

from __future__ import annotations

import re

import msgspec

from kangban.clinical.page import Page
from kangban.clinical.report import ReportDates, ReportPatient
from kangban.perception.reports.cells import cells_of
from kangban.perception.reports.fields import dates_of, patient_of
from kangban.perception.reports.headings import is_labelled
from kangban.perception.reports.kinds import title_in
from kangban.perception.reports.lines import Line, flatten, lines_of

_PAGE_OF = re.compile(r"第\s*(\d+)\s*页|page\s*(\d+)|(?<!\d)(\d{1,2})\s*/\s*\d{1,2}\s*页", re.IGNORECASE)
_HEADER_LINES = 7


class Part(msgspec.Struct, frozen=True):
    """The lines of one document on one page."""

    page: int
    lines: tuple[Line, ...]
    doubts: tuple[str, ...]
    crooked: bool = False


Document = list[Part]


class _Start(msgspec.Struct, frozen=True):
    """What the first lines of a document, or of one of its pages, say."""

    title: str
    patient: ReportPatient
    dates: ReportDates
    page: int | None


def documents_of(pages: list[Page]) -> list[Document]:
    """Cut a file into documents, in order; pages without words go with the document before them."""
    out: list[Document] = []
    current: _Start | None = None
    file = None
    for page in pages:
        flat = flatten(cells_of(page), straight=page.source == "plain")
        lines = lines_of(flat)
        cuts = _starts(lines)
        for i, start in enumerate([0, *cuts]):
            end = [*cuts, len(lines)][i]
            part = Part(page.number, tuple(lines[start:end]), page.doubts, not flat.sure)
            said = _said(part.lines)
            if current is None or page.document != file or _is_new(current, said, same_page=i > 0):
                out.append([part])
                current = said
            else:
                out[-1].append(part)
                current = _merged(current, said)
            file = page.document
    return out


def _starts(lines: list[Line]) -> list[int]:
    """Lines of one page, but its first, at which another document may start: a title or a patient's name."""
    out: list[int] = []
    names = [patient_of(line.text).name if is_labelled(line.text) else "" for line in lines]
    titles = [len(line.cells) <= 3 and title_in(line.text) for line in lines]
    seen = 0
    for i in range(1, len(lines)):
        named = next((k for k in range(i, min(len(lines), i + _HEADER_LINES)) if names[k]), None)
        if titles[i] and named is not None and any(names[:i]):
            start = (
                i - 1
                if i - 1 > seen and not names[i - 1] and len(lines[i - 1].cells) == 1 and _short(lines[i - 1])
                else i
            )
        elif names[i] and any(n and not same_name(n, names[i]) for n in names[seen:i]):
            start = i
        else:
            continue
        if start - seen >= 2 and start not in out:
            out.append(start)
            seen = i
    return out


def _short(line: Line) -> bool:
    return len(line.text) <= 24 and not re.search(r"[::。]", line.text)


def _said(lines: tuple[Line, ...]) -> _Start:
    title = next((line.text for line in lines[:_HEADER_LINES] if title_in(line.text)), "")
    labelled = "\n".join(line.text for line in lines[:60] if is_labelled(line.text))
    whole = "\n".join(line.text for line in (*lines[:12], *lines[-6:]))
    page = _PAGE_OF.search(whole)
    number = int(next(g for g in page.groups() if g)) if page else None
    return _Start(title.replace(" ", ""), patient_of(labelled), dates_of(whole), number)


def same_name(one: str, other: str) -> bool:
    """Whether two printed names may be the same person's; a star stands for any character."""
    a, b = one.replace(" ", "").casefold(), other.replace(" ", "").casefold()
    if len(a) != len(b):
        return False
    return all(x == y or "*" in (x, y) or "○" in (x, y) for x, y in zip(a, b, strict=True))


def differs(one: ReportPatient, other: ReportPatient) -> bool:
    """Whether two patient headers cannot be one person's; what is not printed does not differ."""
    if one.name and other.name and not same_name(one.name, other.name):
        return True
    if one.sex and other.sex and one.sex != other.sex:
        return True
    if one.born_on and other.born_on and one.born_on != other.born_on:
        return True
    # A file may hold years of reports; another name or sex is needed where only the age has moved.
    nameless = not (one.name and other.name)
    ages = (one.age_years, other.age_years)
    return nameless and ages[0] is not None and ages[1] is not None and abs(ages[0] - ages[1]) > 1.01


def _is_new(before: _Start, now: _Start, *, same_page: bool) -> bool:
    if differs(before.patient, now.patient):
        return True
    if now.page is not None and now.page > 1:
        return False
    if not now.title:
        return False
    if same_page:
        return True
    days = [
        (a, b)
        for a, b in ((before.dates.sampled, now.dates.sampled), (before.dates.reported, now.dates.reported))
        if a and b
    ]
    return now.page == 1 or now.title != before.title or any(a != b for a, b in days)


def _merged(before: _Start, now: _Start) -> _Start:
    a, b = before.patient, now.patient
    patient = ReportPatient(
        a.name or b.name, a.sex or b.sex, a.age or b.age, a.age_years or b.age_years, a.born_on or b.born_on
    )
    dates = ReportDates(before.dates.sampled or now.dates.sampled, before.dates.reported or now.dates.reported)
    return _Start(before.title or now.title, patient, dates, now.page or before.page)
