"""Looking at reports: what there is, one page as a picture, and files nobody read yet."""

from __future__ import annotations

import msgspec

from kangban.clinical.kept_report import Reading
from kangban.journeys.house import House, get_member
from kangban.journeys.reports import reading as parts
from kangban.journeys.reports.shelf import KeptFile, files_of, get_file, readings_of
from kangban.kernel.errors import NotFound
from kangban.ports.readers import PagePicture


class Shelf(msgspec.Struct, frozen=True):
    """A member's reports, the newest paper first, and the files that wait to be read."""

    reports: tuple[Reading, ...]
    unread: tuple[KeptFile, ...]


async def shelf_of(house: House, member_id: str) -> Shelf:
    """What is kept of a member; raises NotFound for a member who is not there for the actor."""
    await get_member(house, member_id)
    reports = await readings_of(house, member_id)
    read = {one.body.document_id for one in reports}
    waiting = [
        one
        for one in await files_of(house, member_id)
        if one.id not in read and any(r.can_read(one.body.media_type) for r in house.readers)
    ]
    return Shelf(tuple(reversed(reports)), tuple(waiting))


async def page_picture(house: House, reading: Reading, number: int) -> PagePicture:
    """One page of a report to look at; pages of the same file that belong to another report are not there.

    Raises NotFound, also for a file of words, which has no pictures.
    """
    if number not in reading.body.report.printed.pages:
        raise NotFound("no such page", field="page")
    file = await get_file(house, reading.member_id, reading.body.document_id)
    reader = parts.reader_for(house.readers, file.body.media_type)
    return await reader.picture(await house.blobs.get(file.body.sha256), file.body.media_type, number)
