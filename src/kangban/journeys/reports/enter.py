"""The entries behind one decision: facts that a line becomes, and their withdrawal when it is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

import msgspec

from kangban.clinical.kept_report import Reading
from kangban.clinical.reading import LineDecision
from kangban.clinical.record import Entry, MedicationRequest, Observation, Provenance
from kangban.clinical.report import ReportRow
from kangban.journeys.house import House, signed
from kangban.journeys.reports import reading as parts
from kangban.journeys.reports.facts import (
    EGFR,
    derived_egfr,
    edited,
    observation_of,
    request_of,
    row_moment,
)
from kangban.kernel.errors import InvalidInput
from kangban.record.merge import fact_entry, retract
from kangban.record.timeline import visible
from kangban.rules.analytes import analyte_names


class Entering(msgspec.Struct, frozen=True):
    """What every line of one report rests on; `log` holds the member's facts, superseded ones included."""

    house: House
    reading: Reading
    log: Sequence[Entry]
    sampled_at: datetime | None
    now: datetime


class RowEdit(Protocol):
    """What a row should say where it was misread; None leaves what was read."""

    @property
    def name(self) -> str | None:
        """Another name, or the id of an analyte."""
        ...

    @property
    def result(self) -> str | None:
        """The result as it stands on the paper."""
        ...

    @property
    def unit(self) -> str | None:
        """The unit as it stands on the paper."""
        ...

    @property
    def taken_on(self) -> date | None:
        """The day, where a table holds several."""
        ...


async def put_right(work: Entering, number: int, edit: RowEdit) -> ReportRow:
    """The row as somebody corrected it, understood anew beside the other rows."""
    report = work.reading.body.report
    chosen = analyte_names().by_id.get(edit.name) if edit.name else None
    name = chosen.name if chosen is not None else edit.name
    row = edited(
        work.reading.row(number).printed, name=name, result=edit.result, unit=edit.unit, taken_on=edit.taken_on
    )
    if chosen is not None:
        row = msgspec.structs.replace(row, specimen=chosen.specimen)
    if not row.name:
        raise InvalidInput("the row has no name", field="name", key="report.no_name")
    rows = tuple(row if n == number else one.printed for n, one in enumerate(report.rows))
    facts = visible(work.log)
    at = parts.taken_at(report.printed, work.sampled_at)
    settled = await parts.settled(
        msgspec.structs.replace(report.printed, rows=rows), parts.person_then(facts, work.now, at),
        parts.earlier_values(facts, at),
    )  # fmt: skip
    found = settled.rows[number]
    if chosen is not None and found.analyte != chosen.id:
        raise InvalidInput("this result cannot belong to this test", field="name", key="report.unit_impossible")
    return found


def entered(
    work: Entering, line: str, number: int, row: ReportRow | None, times: int, taking: bool | None = None
) -> tuple[LineDecision, list[Entry]]:
    """A line accepted: the decision, still without who and when, and the facts it brings."""
    report = work.reading.body.report
    if row is None:
        medicine = work.reading.medicine(number)
        moment = parts.taken_at(report.printed, work.sampled_at)
        if moment is None:
            raise InvalidInput("the paper names no day", field="sampled_at", key="report.undated")
        order = request_of(medicine, report.printed.hospital, work.now - moment, taking)
        made = [_fact(work, f"{line}-{times}", order, min(moment, work.now), medicine.page)]
        return LineDecision(line, "accepted", work.now, "", (made[0].id,), times), made
    moment = row_moment(row.printed, report.printed, work.sampled_at, work.now)
    body = observation_of(row)
    kept = row if row != report.rows[number] else None
    before = _there_before(work, body, moment)
    if before is not None:
        return LineDecision(line, "accepted", work.now, "", (before.id,), times, kept, shared=True), []
    made = [_fact(work, f"{line}-{times}", body, moment, row.printed.page)]
    person = parts.person_then(visible(work.log), work.now, moment)
    derived = derived_egfr(body, person) if all(one.analyte != EGFR for one in report.rows) else None
    if derived is not None:
        made.append(_fact(work, f"{line}-{times}-{EGFR}", derived, moment, row.printed.page, calculated=True))
    return LineDecision(line, "accepted", work.now, "", tuple(e.id for e in made), times, kept), made


def taken_back(work: Entering, old: LineDecision) -> list[Entry]:
    """Withdrawals of the facts a line became, whatever they were corrected to since."""
    if old.shared:
        return []
    later = {e.supersedes: e for e in work.log if e.supersedes is not None}
    by_id = {e.id: e for e in work.log}
    gone: list[Entry] = []
    for id_ in old.entries:
        entry = by_id.get(id_)
        while entry is not None and entry.id in later:
            entry = later[entry.id]
        if entry is not None and not entry.retracted:
            gone.append(retract(entry, known_at=work.now, provenance=signed(work.house)))
    return gone


def _there_before(work: Entering, body: Observation, moment: datetime) -> Entry | None:
    """The same result of the same moment, read from another copy of the paper."""
    for entry in visible(work.log):
        told = entry.body
        if isinstance(told, Observation) and entry.provenance.source == "document" and entry.true_at == moment:
            same = (told.code, told.value, told.unit, told.text, told.comparator)
            if same == (body.code, body.value, body.unit, body.text, body.comparator):
                return entry
    return None


def _fact(
    work: Entering, key: str, body: Observation | MedicationRequest, moment: datetime, page: int, *,
    calculated: bool = False,
) -> Entry:  # fmt: skip
    source = Provenance(
        actor=signed(work.house).actor, source="tool" if calculated else "document",
        document_id=work.reading.body.document_id, page=page, note="CKD-EPI 2021" if calculated else "",
    )  # fmt: skip
    return fact_entry(
        work.house.family_id, work.reading.member_id, body, true_at=moment, known_at=work.now, provenance=source,
        client_id=f"{work.reading.id}-{key}",
    )  # fmt: skip
