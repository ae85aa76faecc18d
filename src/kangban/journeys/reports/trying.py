"""A file read without a record: what it says, for whoever asks. Nothing is kept."""

from __future__ import annotations

from collections.abc import Sequence

from kangban.clinical.report import PrintedReport, Report
from kangban.journeys.reports import reading as parts
from kangban.kernel.errors import InvalidInput
from kangban.ports.readers import DocumentReader


async def documents_in(content: bytes, readers: Sequence[DocumentReader]) -> tuple[PrintedReport, ...]:
    """The documents of a file as printed; raises InvalidInput for one without words, Unavailable without reader."""
    media_type = parts.checked_type(content)
    reader = parts.reader_for(readers, media_type)
    pages = [page async for page in parts.pages_of(reader, content, media_type)]
    found = await parts.documents_of(pages)
    if not found:
        raise InvalidInput("nothing to read on it", field="file", key="report.nothing_read")
    return found


async def read_alone(printed: PrintedReport) -> Report:
    """One document understood with the sex and age it names itself, and nothing known from before."""
    return await parts.settled(printed, parts.person_printed(printed), ())
