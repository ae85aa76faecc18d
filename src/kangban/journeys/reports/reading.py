"""From bytes to documents understood: the steps that an upload, a re-reading and the command line share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from datetime import datetime, time, timedelta
from typing import Final

import msgspec

from kangban.clinical.page import Page
from kangban.clinical.person import PersonFacts
from kangban.clinical.record import Entry, Observation, Patient
from kangban.clinical.report import PrintedReport, Report
from kangban.kernel.clock import age_years, aware
from kangban.kernel.errors import InvalidInput, Unavailable
from kangban.kernel.media import UNKNOWN, sniff
from kangban.perception.reports.read import read_documents
from kangban.ports.readers import DocumentReader
from kangban.reasoning.labs.settle import EarlierValue, settle
from kangban.record.policy import DAYS
from kangban.record.timeline import facts_at

MOST_BYTES: Final = 30 * 1024 * 1024
MOST_LINES: Final = 2000  # of one document kept in a record; a longer table is split by whoever made it
PREGNANCY_SAME_FOR: Final = timedelta(days=30)
_NOON: Final = time(12)


def checked_type(content: bytes) -> str:
    """The media type of a file that may be read; raises InvalidInput for an empty, oversized or unknown one."""
    if not content:
        raise InvalidInput("the file is empty", field="file", key="error.bad_file")
    if len(content) > MOST_BYTES:
        raise InvalidInput("the file is too big", field="file", key="error.too_big")
    media_type = sniff(content)
    if media_type == UNKNOWN or media_type.startswith("audio/"):
        raise InvalidInput("the file is no document we know", field="file", key="error.bad_file")
    return media_type


def reader_for(readers: Sequence[DocumentReader], media_type: str) -> DocumentReader:
    """The first that reads such files; raises Unavailable where none is connected."""
    for one in readers:
        if one.can_read(media_type):
            return one
    raise Unavailable(f"no reader for {media_type} is connected", field="file", key="report.no_reader")


async def pages_of(reader: DocumentReader, content: bytes, media_type: str) -> AsyncGenerator[Page, None]:
    """Pages as they are read; closing it stops the reader."""
    stream = reader.read(content, media_type)
    try:
        async for page in stream:
            yield page
    finally:
        close = getattr(stream, "aclose", None)
        if close is not None:
            await close()


async def documents_of(pages: Sequence[Page]) -> tuple[PrintedReport, ...]:
    """The documents that pages hold, as printed, away from the loop, because a long table takes a while.

    Pages without words make no document; each that failed stands among the doubts of all, as "page_not_read:3".
    """
    unread = tuple(f"page_not_read:{page.number}" for page in pages if "not_read" in page.doubts)
    found = await asyncio.to_thread(read_documents, tuple(pages))
    return tuple(
        msgspec.structs.replace(one, doubts=(*one.doubts, *unread)) if unread else one
        for one in found
        if one.text.strip()
    )


async def settled(printed: PrintedReport, person: PersonFacts, earlier: Sequence[EarlierValue]) -> Report:
    """One document as understood for a person."""
    return await asyncio.to_thread(settle, printed, person, tuple(earlier))


def moment_of(local: datetime) -> datetime:
    """A hospital's local time; a day without an hour stands at noon, which is the same day everywhere it is shown."""
    if local.tzinfo is not None:
        return aware(local)
    if local.time() == time(0):
        local = datetime.combine(local.date(), _NOON)
    return aware(local.replace(tzinfo=DAYS))


def taken_at(printed: PrintedReport, said: datetime | None = None) -> datetime | None:
    """When the sample was taken: as a person said, as printed, else when the report was made; None where nothing is."""
    if said is not None:
        return aware(said)
    local = printed.dates.sampled or printed.dates.reported
    return None if local is None else moment_of(local)


def person_then(entries: Sequence[Entry], now: datetime, at: datetime | None) -> PersonFacts:
    """Who the member is now, of the age they had when the sample was taken."""
    facts = facts_at(entries, now)
    if at is None:
        return facts
    patient = next((e.body for e in reversed(entries) if isinstance(e.body, Patient)), None)
    if patient is not None and patient.born_on is not None:
        facts = msgspec.structs.replace(facts, age_years=age_years(patient.born_on, at.astimezone(DAYS).date()))
    if abs(now - at) > PREGNANCY_SAME_FOR:
        facts = msgspec.structs.replace(facts, pregnant=None, pregnancy_weeks=None, breastfeeding=None)
    return facts


def earlier_values(entries: Sequence[Entry], before: datetime | None) -> list[EarlierValue]:
    """Values on the record from before a moment (None: all), oldest first; bounds like "<0.5" are no values."""
    return [
        (e.body.code, e.body.value, e.true_at)
        for e in sorted(entries, key=lambda e: (e.true_at, e.id))
        if isinstance(e.body, Observation) and e.body.value is not None and e.body.comparator is None
        and (before is None or e.true_at < before)
    ]  # fmt: skip


def person_printed(printed: PrintedReport) -> PersonFacts:
    """Whom the document itself tells of: sex and age, where nobody's record is in view."""
    told = printed.patient
    age = told.age_years
    at = taken_at(printed)
    if age is None and told.born_on is not None and at is not None:
        age = age_years(told.born_on, at.astimezone(DAYS).date())
    return PersonFacts(age_years=age, sex=told.sex)
