"""Reports as scripts see them (docs/cli.md). Keys may be added, never renamed, removed or retyped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

import msgspec

from kangban.clinical.kept_report import Reading, lines_of
from kangban.clinical.report import PrintedMedicine, PrintedReport, Report, ReportRow

JsonObject = dict[str, Any]


def report_object(report: Report) -> JsonObject:
    """`reports read`: one document; age and dates as the paper has them, dates as local ISO times or days."""
    printed = report.printed
    return {
        "kind": printed.kind,
        "patient": {
            "name": printed.patient.name or None,
            "sex": printed.patient.sex,
            "age": printed.patient.age or None,
        },
        "dates": {"sampled": _local(printed.dates.sampled), "reported": _local(printed.dates.reported)},
        "rows": [row_object(row) for row in report.rows],
        "text": printed.text,
        "title": printed.title or None,
        "hospital": printed.hospital or None,
        "medicines": [medicine_object(one) for one in printed.medicines],
        "sections": [{"heading": heading, "text": text} for heading, text in printed.sections],
        "box_label": None if printed.box_label is None else msgspec.to_builtins(printed.box_label),
        "doubts": list(dict.fromkeys((*printed.doubts, *report.doubts))),
    }


def medicine_object(one: PrintedMedicine) -> JsonObject:
    """A medicine line as printed; nothing of it is looked up."""
    return {
        "name": one.name,
        "strength": one.strength,
        "dose": one.dose,
        "frequency": one.frequency,
        "route": one.route,
        "days": one.days,
        "quantity": one.quantity,
        "text": one.text,
        "page": one.page,
        "box": [round(x, 5) for x in one.box],
        "confidence": round(one.confidence, 4),
        "doubts": list(one.doubts),
    }


def row_object(row: ReportRow) -> JsonObject:
    """One row: `value` is a number, else the text as printed; `low` and `high` the range that decided, in `unit`."""
    printed = row.printed
    decided = row.low is not None or row.high is not None
    low, high = (row.low, row.high) if decided else (printed.low, printed.high)
    return {
        "name": printed.name,
        "loinc": row.loinc,
        "value": printed.value if printed.value is not None else printed.text,
        "comparator": printed.comparator,
        "unit": printed.unit,
        "low": low,
        "high": high,
        "printed_flag": printed.printed_flag,
        "flag": row.flag,
        "page": printed.page,
        "box": [round(x, 5) for x in printed.box],
        "confidence": round(printed.confidence, 4),
        "needs_confirm": row.needs_confirm,
        "doubts": list(dict.fromkeys((*printed.doubts, *row.doubts))),
        "analyte": row.analyte,
        "taken_on": None if printed.taken_on is None else printed.taken_on.isoformat(),
    }


def reading_object(one: Reading, *, lines: bool = True) -> JsonObject:
    """A kept report: whose it is, how far it is confirmed, and its lines."""
    body, whose = one.body, one.body.whose
    told = report_object(body.report)
    found: JsonObject = {
        "id": one.id, "version": one.version, "member": one.member_id, "status": body.status,
        "document": body.document_id, "number": body.number, "count": body.count, "kind": told["kind"],
        "dates": told["dates"],
        "whose": {"verdict": whose.verdict, "differs": list(whose.differs), "matches": list(whose.matches)},
    }  # fmt: skip
    if lines:
        found["lines"] = [
            {"line": line, "state": one.state(line)}
            | (
                {**row_object(row := one.row(n)), "analyte": row.analyte, "doubts": list(row.doubts)}
                if kind == "row"
                else {"medicine": msgspec.to_builtins(one.medicine(n))}
            )
            for line in lines_of(body)
            for kind, n in ((line.partition(":")[0], int(line.partition(":")[2])),)
        ]
    return found


def named(documents: Sequence[PrintedReport]) -> str:
    """Documents of one file by number, kind and pages; no value of theirs, and no name."""
    return ", ".join(
        f"{number} {one.kind} ({'page' if len(one.pages) == 1 else 'pages'} {_span(one.pages)})"
        for number, one in enumerate(documents, 1)
    )


def _span(pages: Sequence[int]) -> str:
    return str(pages[0]) if len(pages) == 1 else f"{pages[0]}-{pages[-1]}"


def _local(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return moment.date().isoformat() if moment.time() == time(0) else moment.isoformat(timespec="minutes")
