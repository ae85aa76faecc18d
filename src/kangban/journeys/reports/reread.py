"""A file that was read, read afresh: better eyes, or a mended reader. What people decided stays where it stands."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kangban.clinical.kept_report import Reading, lines_of
from kangban.clinical.reading import LineDecision
from kangban.clinical.record import DiagnosticReport, Entry
from kangban.clinical.report import PrintedReport
from kangban.journeys.house import House, require, signed
from kangban.journeys.reports import reading as parts
from kangban.journeys.reports.shelf import KeptFile, get_file, get_reading, readings_of
from kangban.journeys.reports.understanding import Family, family_of, status_of, understood
from kangban.journeys.reports.writing import report_entry
from kangban.kernel.errors import InvalidInput
from kangban.record.merge import correct, retract


async def reread(house: House, report_id: str) -> tuple[Reading, ...]:
    """Every report of the file that this one was read from, as a fresh reading finds them; the ids stay.

    A line that somebody decided on must still say the same; else InvalidInput, and nothing changes. Reports that are no
    longer found leave, where nothing of them was decided. Raises NotFound, NotPermitted, Unavailable without a reader.
    """
    reading = await get_reading(house, report_id)
    await require(house, reading.member_id, "DiagnosticReport", "write", house.actor.account_id)
    file = await get_file(house, reading.member_id, reading.body.document_id)
    printed = await _read(house, file)
    family = await family_of(house, reading.member_id)
    before = {
        one.body.number: one for one in await readings_of(house, reading.member_id) if one.body.document_id == file.id
    }
    changes: list[Entry] = []
    for number, one in enumerate(printed, 1):
        body = await understood(house, family, one, document_id=file.id, number=number, count=len(printed))
        changes += await _changed(house, family, file, before.pop(number, None), body)
    for gone in before.values():
        if any(one.state != "open" for one in gone.body.decisions):
            raise _decided()
        old = await house.store.get(house.family_id, gone.version)
        changes.append(retract(old, known_at=house.clock.now(), provenance=signed(house)))
    if changes:
        await house.store.append(changes, needs=[file.entry.id])
    return tuple(one for one in await readings_of(house, reading.member_id) if one.body.document_id == file.id)


async def _read(house: House, file: KeptFile) -> tuple[PrintedReport, ...]:
    reader = parts.reader_for(house.readers, file.body.media_type)
    content = await house.blobs.get(file.body.sha256)
    pages = [page async for page in parts.pages_of(reader, content, file.body.media_type)]
    found = await parts.documents_of(pages) if any(page.words for page in pages) else ()
    if not found:
        raise InvalidInput("nothing to read on it", field="file", key="report.nothing_read")
    return found


async def _changed(
    house: House, family: Family, file: KeptFile, before: Reading | None, body: DiagnosticReport
) -> list[Entry]:
    """The entry that puts the new reading in the old one's place; [] where it says the same."""
    if before is None:
        return [report_entry(house, family, body, file)]
    if before.body.whose.verdict == "kept" and before.body.report.printed.patient == body.report.printed.patient:
        body = msgspec.structs.replace(body, whose=before.body.whose)
    body = msgspec.structs.replace(
        body, decisions=_carried(before.body.decisions, before.body, body), sampled_at=before.body.sampled_at
    )
    body = msgspec.structs.replace(body, status=status_of(body))
    if body == before.body:
        return []
    old = await house.store.get(house.family_id, before.version)
    source = msgspec.structs.replace(signed(house, "document"), document_id=file.id)
    return [correct(old, body, known_at=house.clock.now(), provenance=source)]


def _carried(
    decisions: Sequence[LineDecision], before: DiagnosticReport, after: DiagnosticReport
) -> tuple[LineDecision, ...]:
    """Decisions on lines that still say the same; one that was taken back only counts how often."""
    known = set(lines_of(after))
    kept: list[LineDecision] = []
    for one in decisions:
        same = one.line in known and _said(before, one.line) == _said(after, one.line)
        if one.state != "open" and not same:
            raise _decided()
        if one.line in known:
            kept.append(one)
    return tuple(kept)


def _said(body: DiagnosticReport, line: str) -> tuple[object, ...]:
    kind, _, number = line.partition(":")
    if kind == "row":
        row = body.report.rows[int(number)].printed
        return row.name, row.text, row.value, row.unit, row.taken_on
    medicine = body.report.printed.medicines[int(number)]
    return medicine.name, medicine.strength, medicine.dose, medicine.frequency


def _decided() -> InvalidInput:
    return InvalidInput("a line somebody decided on reads otherwise now", field="id", key="report.reread_decided")
