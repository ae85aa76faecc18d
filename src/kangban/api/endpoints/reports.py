"""Reports of a member: brought, read, confirmed line by line, read afresh, given to whom they belong, erased."""

from __future__ import annotations

from contextlib import aclosing
from typing import Final

from kangban.api.answers import Erased, JsonObject
from kangban.api.call import Call, Endpoint
from kangban.api.report_shapes import LinesIn, OwnerIn, ReportIn, ReportList, ReportOut
from kangban.journeys.attachments import Upload
from kangban.journeys.house import get_member, require
from kangban.journeys.reports.belonging import keep_here, move
from kangban.journeys.reports.confirm import LineChange, accept_sure, decide
from kangban.journeys.reports.erase import erase_report
from kangban.journeys.reports.reading import MOST_BYTES
from kangban.journeys.reports.reread import reread
from kangban.journeys.reports.shelf import get_reading
from kangban.journeys.reports.upload import ReadingDone, upload
from kangban.journeys.reports.viewing import shelf_of
from kangban.kernel.clock import aware
from kangban.kernel.errors import Broken
from kangban.toolbox.report_shape import reading_object

MOST_BODY: Final = MOST_BYTES * 4 // 3 + 4096  # a file in base64 and its name


async def listed(call: Call) -> JsonObject:
    """A member's reports without their lines."""
    shelf = await shelf_of(await call.house(), call.id("member"))
    return {"reports": [reading_object(one, lines=False) for one in shelf.reports]}


async def add(call: Call) -> JsonObject:
    """Keep and read a file."""
    told, house = call.told(ReportIn), await call.house()
    member = await get_member(house, call.id("member"))
    await require(house, member.id, "DiagnosticReport", "write", house.actor.account_id)
    file = Upload(told.name, told.content)
    async with aclosing(upload(house, member.id, file, together=told.together)) as events:
        async for event in events:
            if isinstance(event, ReadingDone):
                return {"reports": [reading_object(one) for one in event.reports]}
    raise Broken("a file was read without an end")


async def show(call: Call) -> JsonObject:
    """One report with its lines."""
    return reading_object(await get_reading(await call.house(), call.id("report")))


async def lines(call: Call) -> JsonObject:
    """Decide on lines; all of it or nothing."""
    told, house, id_ = call.told(LinesIn), await call.house(), call.id("report")
    at = aware(told.sampled_at) if told.sampled_at else None
    changes = [
        LineChange(one.line, one.say, one.name, one.result, one.unit, one.taken_on, one.taking) for one in told.changes
    ]
    version = told.version
    if changes:
        version = (await decide(house, id_, changes, version=version, sampled_at=at)).version
    if told.sure:
        await accept_sure(house, id_, version=version, sampled_at=at)
    return reading_object(await get_reading(house, id_))


async def again(call: Call) -> JsonObject:
    """Read the kept file afresh."""
    return {"reports": [reading_object(one) for one in await reread(await call.house(), call.id("report"))]}


async def owner(call: Call) -> JsonObject:
    """Say whose it is: the member it is with, or another."""
    told, house = call.told(OwnerIn), await call.house()
    reading = await get_reading(house, call.id("report"))
    if told.member == reading.member_id:
        return reading_object(await keep_here(house, reading.id, version=reading.version))
    return reading_object(await move(house, reading.id, told.member))


async def erase(call: Call) -> Erased:
    """Erase a report with everything that came of it."""
    return Erased(call.id("report"), await erase_report(await call.house(), call.id("report")))


ENDPOINTS = (
    Endpoint("GET", "/members/{member}/reports", "listReports", "A member's reports.", listed, ReportList),
    Endpoint(
        "POST", "/members/{member}/reports", "addReport", "Keep and read a file; nothing counts yet.",
        add, ReportList, body=ReportIn, status=201, heavy=True, most_body=MOST_BODY,
    ),
    Endpoint("GET", "/reports/{report}", "showReport", "A report, line by line.", show, ReportOut),
    Endpoint("POST", "/reports/{report}/lines", "decideLines", "Decide on lines.", lines, ReportOut, body=LinesIn),
    Endpoint(
        "POST", "/reports/{report}/reading", "rereadReport", "Read its file afresh.", again, ReportList, heavy=True
    ),
    Endpoint("PUT", "/reports/{report}/owner", "sayWhose", "Whose it is.", owner, ReportOut, body=OwnerIn),
    Endpoint("DELETE", "/reports/{report}", "eraseReport", "Erase a report and what came of it.", erase, Erased),
)  # fmt: skip
