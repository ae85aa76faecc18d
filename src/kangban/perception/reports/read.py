"""Pages of a file → the documents on them as printed. Nothing is looked up; whatever is unsure carries a doubt."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from kangban.clinical.page import Page
from kangban.clinical.report import PrintedReport, PrintedRow, ReportPatient
from kangban.perception.reports.box_label import box_label_of
from kangban.perception.reports.documents import Document, documents_of
from kangban.perception.reports.fields import dates_of, hospital_of, patient_of
from kangban.perception.reports.headings import is_labelled
from kangban.perception.reports.home import home_rows
from kangban.perception.reports.kinds import kind_of, title_in
from kangban.perception.reports.laboratory import laboratory_rows
from kangban.perception.reports.lines import Line
from kangban.perception.reports.medicines import medicines_of
from kangban.perception.reports.sections import sections_of
from kangban.perception.reports.vaccines import vaccine_rows
from kangban.rules.analytes import known_name

# Labelled fields stand at the head and the foot of a document.
_FIELD_LINES = 60


def read_documents(pages: Sequence[Page], known: Callable[[str], bool] = known_name) -> tuple[PrintedReport, ...]:
    """Every document of a file, in order, each with the numbers of its pages.

    `known` says whether a text is the name of an analyte; it only settles which line a wrapped name belongs to. Doubts
    of a document are those of its pages; an empty page gives a document of kind "other" without text.
    """
    out: list[PrintedReport] = []
    for document in documents_of(list(pages)):
        out += _read(document, known)
    return tuple(out)


def _read(document: Document, known: Callable[[str], bool]) -> list[PrintedReport]:
    lines = [line for part in document for line in part.lines]
    texts = [line.text for line in lines]
    named = laboratory_rows(document, known)
    kind = kind_of(texts, table=len(named) > 0)
    readings = home_rows(document) if kind == "other" else []
    if len(readings) > 1:
        kind = "home_measurements"
    labelled = "\n".join(text for text in texts if is_labelled(text)) or "\n".join(texts[:12])
    report = PrintedReport(
        kind,
        tuple(dict.fromkeys(part.page for part in document)),
        "\n".join(texts),
        patient_of(labelled),
        dates_of("\n".join(texts[:_FIELD_LINES] + texts[-_FIELD_LINES:] if len(texts) > 2 * _FIELD_LINES else texts)),
        hospital_of(texts[:15]) or hospital_of(texts[-12:]),
        next((text for text in texts[:8] if title_in(text)), ""),
        doubts=tuple(dict.fromkeys(doubt for part in document for doubt in part.doubts)),
    )
    whose = list(dict.fromkeys(name for name, _ in named if name))
    if kind != "laboratory" or not whose:
        return [_filled(report, document, lines, [row for _, row in named])]
    return [
        _one_of_many(report, name, [row for whom, row in named if whom == name], len(whose))
        for name in dict.fromkeys(whom for whom, _ in named)
    ]


def _one_of_many(report: PrintedReport, name: str, rows: list[PrintedRow], patients: int) -> PrintedReport:
    """The lines of a table that name one patient; another's text and fields never go with them."""
    if patients == 1:
        patient = msgspec.structs.replace(report.patient, name=report.patient.name or name)
        return msgspec.structs.replace(report, rows=tuple(rows), patient=patient)
    text = "\n".join("  ".join(t for t in (name, row.name, row.text, row.unit, row.range_text) if t) for row in rows)
    return msgspec.structs.replace(report, rows=tuple(rows), patient=ReportPatient(name), text=text)


def _filled(report: PrintedReport, document: Document, lines: list[Line], rows: list[PrintedRow]) -> PrintedReport:
    """The parts a document of this kind has. Results inside a note are kept where they stand in a table."""
    texts = [line.text for line in lines]
    match report.kind:
        case "home_measurements":
            return msgspec.structs.replace(report, rows=tuple(home_rows(document)))
        case "vaccination":
            return msgspec.structs.replace(report, rows=tuple(vaccine_rows(document)))
        case "medicine_box":
            label, doubts = box_label_of(lines)
            return msgspec.structs.replace(
                report, box_label=label, doubts=tuple(dict.fromkeys((*report.doubts, *doubts)))
            )
        case "prescription":
            medicines = medicines_of(lines, whole=True)
            return msgspec.structs.replace(report, medicines=medicines, sections=sections_of(texts))
        case "discharge_summary" | "outpatient_note":
            medicines = medicines_of(lines, whole=False)
            return msgspec.structs.replace(report, rows=tuple(rows), medicines=medicines, sections=sections_of(texts))
        case "imaging" | "pathology":
            return msgspec.structs.replace(report, sections=sections_of(texts))
        case "checkup":
            return msgspec.structs.replace(report, rows=tuple(rows), sections=sections_of(texts))
        case _:
            return msgspec.structs.replace(report, rows=tuple(rows))
