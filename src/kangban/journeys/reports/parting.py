"""A file with papers of several people is parted by its pages, so that nobody's record keeps another's paper."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kangban.clinical.kept_report import Reading
from kangban.clinical.record import Entry
from kangban.clinical.report import PrintedReport, ReportPatient
from kangban.journeys.house import House
from kangban.journeys.reports.erase import erase_file
from kangban.journeys.reports.shelf import KeptFile, files_of, readings_of
from kangban.journeys.reports.understanding import Family, understood
from kangban.journeys.reports.writing import file_entry, report_entry
from kangban.kernel.errors import InvalidInput
from kangban.perception.reports.documents import differs
from kangban.ports.readers import DocumentReader

_Papers = Sequence[PrintedReport]


def by_person(printed: Sequence[PrintedReport]) -> list[list[PrintedReport]]:
    """Documents by whom they name, in order; one that names nobody goes with the document before it."""
    groups: list[tuple[ReportPatient, list[PrintedReport]]] = []
    for one in printed:
        if one.patient == ReportPatient() and groups:
            groups[-1][1].append(one)
            continue
        same = next((docs for who, docs in groups if not differs(who, one.patient)), None)
        if same is None:
            groups.append((one.patient, [one]))
        else:
            same.append(one)
    return [docs for _, docs in groups]


async def parted(
    house: House, family: Family, reader: DocumentReader, file: KeptFile, content: bytes, people: Sequence[_Papers]
) -> tuple[Reading, ...]:  # fmt: skip
    """Keep each person's pages as a file of its own, with its reports, and erase the file they came in.

    Raises InvalidInput where two people stand on one page, or the file cannot be parted: then a person must say that it
    is to be kept as it is.
    """
    pages = [sorted({n for one in group for n in one.pages}) for group in people]
    if len({n for each in pages for n in each}) < sum(map(len, pages)):
        raise together()
    entries: list[Entry] = []
    found: list[Reading] = []
    for group, numbers in zip(people, pages, strict=True):
        made = await reader.only_pages(content, file.body.media_type, numbers)
        if made is None:
            raise together()
        digest = await house.blobs.put(made[1])
        there = next((one for one in await files_of(house, family.chosen.id) if one.body.sha256 == digest), None)
        if there is not None:
            found += [one for one in await readings_of(house, family.chosen.id) if one.body.document_id == there.id]
            continue
        body = msgspec.structs.replace(file.body, media_type=made[0], size=len(made[1]), sha256=digest, read=True)
        entry = file_entry(house, family.chosen.id, body)
        kept = KeptFile(entry.id, entry, body)
        entries.append(entry)
        for number, one in enumerate(group, 1):
            report = await understood(
                house, family, renumbered(one, numbers), document_id=kept.id, number=number, count=len(group)
            )
            written = report_entry(house, family, report, kept)
            entries.append(written)
            found.append(Reading(written.id, written.id, family.chosen.id, report))
    if entries:
        await house.store.append(entries, needs=[family.chosen.entry.id])
    await erase_file(house, family.chosen.id, file.id)
    return tuple(found)


def renumbered(printed: PrintedReport, pages: Sequence[int]) -> PrintedReport:
    """A document as it stands in a file of those pages alone."""
    new = {old: n for n, old in enumerate(pages, 1)}
    return msgspec.structs.replace(
        printed,
        pages=tuple(new[n] for n in printed.pages),
        rows=tuple(msgspec.structs.replace(row, page=new[row.page]) for row in printed.rows),
        medicines=tuple(msgspec.structs.replace(one, page=new[one.page]) for one in printed.medicines),
        doubts=tuple(doubt for doubt in printed.doubts if not doubt.startswith("page_not_read:")),
    )


def together() -> InvalidInput:
    """Papers of several people that cannot be parted."""
    return InvalidInput("papers of several people in one", field="file", key="report.several_people")
