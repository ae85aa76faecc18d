"""The answer to "whose is it?": theirs all the same, or somebody else's, for whom it is then understood anew."""

from __future__ import annotations

import msgspec

from kangban.clinical.kept_report import Reading
from kangban.clinical.record import DiagnosticReport, Entry
from kangban.journeys.house import House, require, signed
from kangban.journeys.reports.afterwards import concluded
from kangban.journeys.reports.erase import may_take_back, take_away
from kangban.journeys.reports.shelf import KeptFile, files_of, get_file, get_reading, readings_of
from kangban.journeys.reports.understanding import family_of, status_of, understood
from kangban.journeys.reports.writing import file_entry, marked_read, report_entry
from kangban.kernel.errors import Conflict, InvalidInput
from kangban.record.merge import correct


async def keep_here(house: House, report_id: str, *, version: str) -> Reading:
    """Somebody says that a report whose name, sex or age differs is the member's all the same; again changes nothing.

    The name printed is remembered as the member's. Raises Conflict where somebody answered otherwise meanwhile.
    """
    reading = await get_reading(house, report_id)
    if reading.body.whose.verdict == "kept":
        return reading
    if reading.version != version:
        raise Conflict("somebody changed this report meanwhile", field="version")
    if reading.body.whose.verdict != "differs":
        return reading
    body = msgspec.structs.replace(reading.body, whose=msgspec.structs.replace(reading.body.whose, verdict="kept"))
    body = msgspec.structs.replace(body, status=status_of(body))
    old = await house.store.get(house.family_id, reading.version)
    source = msgspec.structs.replace(signed(house, "document"), document_id=body.document_id)
    new = correct(old, body, known_at=house.clock.now(), provenance=source)
    await house.store.append([new])
    return Reading(reading.id, new.id, reading.member_id, body)


async def move(house: House, report_id: str, member_id: str) -> Reading:
    """A report to another member: asked anew whose it is, understood for them, every line open again.

    What was confirmed of it leaves the first record for good, and what rests on it is checked again there. Needs the
    right to write for the one and to take it from the other. Broken off midway, the same call ends it.
    """
    reading = await get_reading(house, report_id)
    if reading.member_id == member_id:
        raise InvalidInput("it is theirs already", field="person")
    await require(house, member_id, "DiagnosticReport", "write", house.actor.account_id)
    file = await get_file(house, reading.member_id, reading.body.document_id)
    if not await may_take_back(house, reading.id, [reading]):
        for kind in ("DocumentReference", "Observation", "MedicationRequest"):
            await require(house, reading.member_id, kind, "erase")
    moved = await _brought(house, reading, file, member_id)
    counted = any(one.state == "accepted" for one in reading.body.decisions)
    await take_away(house, reading.member_id, reading.body.document_id, {reading.id})
    if counted:
        await concluded(house, reading.member_id)
    return moved


async def _brought(house: House, reading: Reading, file: KeptFile, member_id: str) -> Reading:
    """The report in the other member's record, as its first entry; the bytes lie on the disk once for both."""
    family = await family_of(house, member_id)
    there = next((one for one in await files_of(house, member_id) if one.body.sha256 == file.body.sha256), None)
    for one in await readings_of(house, member_id) if there is not None else ():
        if there is not None and (one.body.document_id, one.body.number) == (there.id, reading.body.number):
            return one
    made: list[Entry] = []
    if there is None:
        entry = file_entry(house, member_id, msgspec.structs.replace(file.body, read=False), again=reading.id)
        there = KeptFile(entry.id, entry, msgspec.structs.replace(file.body, read=False))
        made.append(entry)
    printed = reading.body.report.printed
    body: DiagnosticReport = await understood(
        house, family, printed, document_id=there.id, number=reading.body.number, count=reading.body.count
    )
    entry = report_entry(house, family, body, there)
    await house.store.append([*made, *marked_read(house, there), entry], needs=[family.chosen.entry.id])
    return Reading(entry.id, entry.id, member_id, body)
