"""A report comes in: sniffed, limited, freed of metadata, kept, read page by page, and asked whose it is."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

import msgspec

from kangban.clinical.kept_report import Reading
from kangban.clinical.page import Page
from kangban.clinical.record import DocumentReference
from kangban.clinical.report import PrintedReport
from kangban.journeys.attachments import Upload, safe_name
from kangban.journeys.house import House, Member, get_member, require
from kangban.journeys.reports import reading as parts
from kangban.journeys.reports.erase import erase_file
from kangban.journeys.reports.parting import by_person, parted
from kangban.journeys.reports.shelf import KeptFile, files_of, get_file, readings_of
from kangban.journeys.reports.understanding import Family, family_of, understood
from kangban.journeys.reports.writing import file_entry, marked_read, report_entry
from kangban.kernel.errors import Conflict, InvalidInput, KangbanError
from kangban.kernel.ids import new_id


class Kept(msgspec.Struct, frozen=True):
    """The file is kept, as this entry; nothing of it was read yet."""

    document_id: str
    name: str
    media_type: str


class PageRead(msgspec.Struct, frozen=True):
    """One more page was read. `documents` is what stands on it, for now; () where it may be somebody else's."""

    number: int
    documents: tuple[PrintedReport, ...]


class ReadingDone(msgspec.Struct, frozen=True):
    """Every document of the file; `already` where the same file was read before and nothing was done."""

    document_id: str
    reports: tuple[Reading, ...]
    already: bool = False


ReportEvent = Kept | PageRead | ReadingDone


async def upload(
    house: House, member_id: str, one: Upload, *, together: bool = False
) -> AsyncGenerator[ReportEvent, None]:
    """Keep and read a file for a member; nothing of it counts before a person confirms it.

    A file with papers of several people is parted by pages, each person's a file of its own; where it cannot be, it is
    kept only if somebody said that they are to stay `together`. Raises InvalidInput for that and for a file that cannot
    be read, and then nothing of it stays; Unavailable without a reader;
    NotFound, NotPermitted. Broken off in the middle, the file stays and can be read again.
    """
    media_type = parts.checked_type(one.content)
    reader = parts.reader_for(house.readers, media_type)
    member = await get_member(house, member_id)
    await require(house, member_id, "DiagnosticReport", "write", house.actor.account_id)
    media_type, content = await reader.without_metadata(one.content, media_type)
    digest = await house.blobs.put(content)
    file = await _kept_before(house, member_id, digest)
    if file is None:
        body = DocumentReference(safe_name(one.name), media_type, len(content), digest)
        file = await _keep(house, member, body)
    yield Kept(file.id, file.body.name, media_type)
    found = tuple(r for r in await readings_of(house, member_id) if r.body.document_id == file.id)
    if found:
        yield ReadingDone(file.id, found, already=True)
        return
    try:
        async with aclosing(read_file(house, member_id, file, content, together=together)) as events:
            async for event in events:
                yield event
    except InvalidInput:
        await erase_file(house, member_id, file.id)
        raise


async def read_again(
    house: House, member_id: str, document_id: str, *, together: bool = False
) -> AsyncGenerator[ReportEvent, None]:
    """Read a kept file that was not read yet, because the program was stopped or no reader was there.

    What was read stays as it is: decisions of people stand on it. Raises as `upload` does.
    """
    await require(house, member_id, "DiagnosticReport", "write", house.actor.account_id)
    file = await get_file(house, member_id, document_id)
    yield Kept(file.id, file.body.name, file.body.media_type)
    found = tuple(r for r in await readings_of(house, member_id) if r.body.document_id == file.id)
    if found:
        yield ReadingDone(file.id, found, already=True)
        return
    content = await house.blobs.get(file.body.sha256)
    async with aclosing(read_file(house, member_id, file, content, together=together)) as events:
        async for event in events:
            yield event


async def read_file(
    house: House, member_id: str, file: KeptFile, content: bytes, *, together: bool = False
) -> AsyncGenerator[ReportEvent, None]:
    """Read a kept file into reports; raises InvalidInput for one that holds no words."""
    reader = parts.reader_for(house.readers, file.body.media_type)
    family = await family_of(house, member_id)
    pages: list[Page] = []
    async with aclosing(parts.pages_of(reader, content, file.body.media_type)) as stream:
        async for page in stream:
            pages.append(page)
            yield PageRead(page.number, await _provisional(family, page))
    printed = await parts.documents_of(pages) if any(page.words for page in pages) else ()
    if not printed:
        raise InvalidInput("nothing to read on it", field="file", key="report.nothing_read")
    people = by_person(printed)
    if len(people) > 1 and not together:
        each = await parted(house, family, reader, file, content, people)
        yield ReadingDone(each[0].body.document_id, each)
        return
    made = [
        await understood(house, family, each, document_id=file.id, number=number, count=len(printed))
        for number, each in enumerate(printed, 1)
    ]
    entries = [report_entry(house, family, each, file) for each in made]
    await house.store.append([*marked_read(house, file), *entries], needs=[file.entry.id])
    yield ReadingDone(
        file.id, tuple(Reading(e.id, e.id, member_id, each) for e, each in zip(entries, made, strict=True))
    )


async def _kept_before(house: House, member_id: str, digest: str) -> KeptFile | None:
    return next((one for one in await files_of(house, member_id) if one.body.sha256 == digest), None)


async def _keep(house: House, member: Member, body: DocumentReference) -> KeptFile:
    entry = file_entry(house, member.id, body)
    try:
        new = await house.store.append([entry], needs=[member.entry.id])
    except Conflict:
        new = 0
    if not new:
        # Somebody kept it meanwhile, withdrew it, or keeps it where this actor does not see it.
        file = await _kept_before(house, member.id, body.sha256)
        if file is not None:
            return file
        entry = file_entry(house, member.id, body, again=new_id("again"))
        await house.store.append([entry], needs=[member.entry.id])
    return KeptFile(entry.id, entry, body)


async def _provisional(family: Family, page: Page) -> tuple[PrintedReport, ...]:
    """What a page says by itself. Of what may be somebody else's nothing is shown before that was answered."""
    try:
        found = await parts.documents_of([page]) if page.words else ()
    except KangbanError:
        return ()
    return () if any(family.whose(one).verdict == "differs" for one in found) else found
