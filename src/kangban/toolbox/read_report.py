"""Tool: what the reports of the person in view say, row by row, with the page it stands on."""

from __future__ import annotations

from typing import Any

from kangban.clinical.kept_report import Reading
from kangban.clinical.report import ReportRow
from kangban.kernel.quantity import plain_number
from kangban.kernel.texts import t
from kangban.ports.tool import ToolContext, ToolResult, tool
from kangban.reasoning.labs.resolve import resolve_analyte
from kangban.rules.analytes import analyte_names
from kangban.toolbox.services import services_of

MOST_ROWS = 60
_OUT = frozenset({"low", "high", "critical_low", "critical_high", "abnormal"})


@tool()
async def read_report(context: ToolContext, name: str = "", only_abnormal: bool = False) -> ToolResult:
    """Read the reports of the person in view: rows with result, unit, range, flag, day and page, newest report first.
    `name` is one test, looked for in all of them; without it the newest report is read. A row whose state is "open"
    was not confirmed by a person: say so. Which page a result stands on is in its row.
    """
    reports = services_of(context).reports
    readable = [one for one in reversed(reports) if one.body.whose.verdict != "differs"]
    asked = [one for one in reports if one.body.whose.verdict == "differs"]
    found: list[dict[str, Any]] = []
    left = MOST_ROWS
    for one in readable if name.strip() else readable[:1]:
        rows = [row for row in _rows(one, name, context) if not only_abnormal or row["flag"] in _OUT][:left]
        left -= len(rows)
        if rows or not name.strip():
            found.append(_report(one) | {"rows": rows, "checked": _counted(one), "open": _open(one)})
    return ToolResult(
        content={
            "reports": found,
            "name": name,
            "only_abnormal": only_abnormal,
            "asked": [_asked(one, context) for one in asked],
        },
        step="step.looked_in_reports",
        step_values={"count": str(len(readable))},
    )


def _report(one: Reading) -> dict[str, Any]:
    dates = one.body.report.printed.dates
    on = one.body.sampled_at or dates.sampled or dates.reported
    return {
        "id": one.id,
        "document": one.body.document_id,
        "kind": one.body.report.printed.kind,
        "on": on.date().isoformat() if on is not None else None,
        "status": one.body.status,
    }


def _asked(one: Reading, context: ToolContext) -> dict[str, Any]:
    zh = context.lang == "zh"
    return {
        "kind": one.body.report.printed.kind,
        "differs": ("、" if zh else ", ").join(
            t(f"report.whose.{d}", context.lang) for d in one.body.whose.differs
        ),
        "whose": context.person.name or "",
    }  # fmt: skip


def _rows(one: Reading, name: str, context: ToolContext) -> list[dict[str, Any]]:
    meant = _meant(name)
    found: list[dict[str, Any]] = []
    for number in range(len(one.body.report.rows)):
        row, state = one.row(number), one.state(f"row:{number}")
        if state == "rejected" or (name.strip() and not _is_meant(row, name, meant)):
            continue
        printed = row.printed
        found.append(
            {
                "line": f"row:{number}",
                "name": _name(row, context),
                "result": printed.text or (plain_number(printed.value) if printed.value is not None else ""),
                "unit": printed.unit,
                "range": printed.range_text or _range(row),
                "flag": row.flag,
                "state": state,
                "sure": state == "accepted" or not row.needs_confirm,
                "page": printed.page,
                "box": list(printed.box),
            }
        )
    return found


def _meant(name: str) -> str | None:
    """The analyte a name means, its id also taken."""
    if name in analyte_names().by_id:
        return name
    return resolve_analyte(name).analyte if name.strip() else None


def _is_meant(row: ReportRow, name: str, meant: str | None) -> bool:
    if meant is not None and row.analyte is not None:
        return row.analyte == meant or _siblings(row.analyte, meant)
    return name.strip().casefold() in row.printed.name.casefold()


def _siblings(one: str, other: str) -> bool:
    """Glucose of any hour where glucose was asked for: the paper's name decides which it is, not the question's."""
    return one.split("_")[0] == other.split("_")[0] == "glucose"


def _name(row: ReportRow, context: ToolContext) -> str:
    analyte = analyte_names().by_id.get(row.analyte) if row.analyte else None
    if analyte is None:
        return row.printed.name
    return analyte.name if context.lang == "zh" else analyte.name_en


def _range(row: ReportRow) -> str:
    low, high = (None if x is None else plain_number(x) for x in (row.low, row.high))
    return f"{low or ''}-{high or ''}" if low or high else ""


def _counted(one: Reading) -> int:
    return sum(1 for n, row in enumerate(one.body.report.rows) if _counts(one, n, row))


def _counts(one: Reading, number: int, row: ReportRow) -> bool:
    state = one.state(f"row:{number}")
    return state == "accepted" or (state == "open" and not row.needs_confirm)


def _open(one: Reading) -> int:
    return sum(
        1 for n, row in enumerate(one.body.report.rows) if one.state(f"row:{n}") == "open" and row.needs_confirm
    )  # fmt: skip
