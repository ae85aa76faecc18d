"""Kept files and reports as entries of a member."""

from __future__ import annotations

import msgspec

from kangban.clinical.record import DiagnosticReport, DocumentReference, Entry
from kangban.journeys.house import House, signed
from kangban.journeys.reports import reading as parts
from kangban.journeys.reports.shelf import KeptFile
from kangban.journeys.reports.understanding import Family
from kangban.record.merge import correct, fact_entry


def report_entry(house: House, family: Family, body: DiagnosticReport, file: KeptFile) -> Entry:
    """A report as its first entry; made twice from one file it is one."""
    source = msgspec.structs.replace(signed(house, "document"), document_id=file.id)
    return fact_entry(
        house.family_id, family.chosen.id, body, known_at=family.now, provenance=source,
        true_at=parts.taken_at(body.report.printed) or file.entry.true_at,
        client_id=f"report-{file.id}-{body.number}",
    )  # fmt: skip


def marked_read(house: House, file: KeptFile) -> list[Entry]:
    """The correction that says a file was read, or [] where that is said."""
    if file.body.read:
        return []
    done = msgspec.structs.replace(file.body, read=True)
    return [correct(file.entry, done, known_at=house.clock.now(), provenance=signed(house, "document"))]


def file_entry(house: House, member_id: str, body: DocumentReference, again: str = "") -> Entry:
    """A kept file as an entry of a member."""
    now = house.clock.now()
    return fact_entry(
        house.family_id, member_id, body, true_at=now, known_at=now, provenance=signed(house, "document"),
        client_id=f"document-{body.sha256}{again}",
    )  # fmt: skip
