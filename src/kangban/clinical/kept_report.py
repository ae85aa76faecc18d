"""A report in the record as it stands: what was read, and what people said about each line."""

from __future__ import annotations

import msgspec

from kangban.clinical.record import DiagnosticReport
from kangban.clinical.report import PrintedMedicine, ReportRow
from kangban.kernel.errors import NotFound


class Reading(msgspec.Struct, frozen=True):
    """A report as it stands: `id` stays the same whatever is decided, `version` is the entry that was seen."""

    id: str
    version: str
    member_id: str
    body: DiagnosticReport

    def row(self, number: int) -> ReportRow:
        """A row, as somebody put it right or as it was understood; raises NotFound."""
        for one in self.body.decisions:
            if one.line == f"row:{number}" and one.row is not None:
                return one.row
        rows = self.body.report.rows
        if not 0 <= number < len(rows):
            raise NotFound("no such row", field="line")
        return rows[number]

    def medicine(self, number: int) -> PrintedMedicine:
        """A medicine line; raises NotFound."""
        found = self.body.report.printed.medicines
        if not 0 <= number < len(found):
            raise NotFound("no such line", field="line")
        return found[number]

    def state(self, line: str) -> str:
        """open, accepted or rejected."""
        return next((one.state for one in self.body.decisions if one.line == line), "open")


def lines_of(body: DiagnosticReport) -> tuple[str, ...]:
    """The names of everything that waits for a word, in order."""
    rows = tuple(f"row:{n}" for n in range(len(body.report.rows)))
    return rows + tuple(f"medicine:{n}" for n in range(len(body.report.printed.medicines)))
