"""/reports: a member's reports, or one of them from one of its sides."""

from __future__ import annotations

from nicegui import context

from kangban.clinical.kept_report import Reading
from kangban.journeys.house import rights_on
from kangban.journeys.reports.shelf import get_reading
from kangban.kernel.errors import NotFound
from kangban.web.chat.sources import Sources
from kangban.web.elements import Tag, link
from kangban.web.frame import Frame, frame
from kangban.web.reports.check import Check
from kangban.web.reports.explanation import draw_explanation
from kangban.web.reports.head import ADDRESS, address_of, draw_head
from kangban.web.reports.rack import Rack
from kangban.web.reports.whose import draw_whose
from kangban.web.visit import Visit

SIDES = ("check", "explain")


async def reports_page(visit: Visit) -> None:
    """Draw the list of the member in view, or the report the address names."""
    wanted = visit.path.removeprefix(ADDRESS).strip("/")
    visit.path = ADDRESS
    reading = await _wanted(visit, wanted) if wanted else None
    side = _side(reading) if reading is not None else ""
    rail = visit.say("sources.title") if side == "explain" else ""
    with (
        frame(visit, visit.text("web_reports.title"), rail_title=rail) as places,
        Tag("div", classes="sheet"),
        Tag("div", classes="inner wide" if side == "check" else "inner"),
    ):
        if visit.who is None:
            nobody(visit)
        elif reading is None:
            rack = Rack(visit, visit.who)
            await rack.draw()
            places.live.add(rack.look)
        else:
            await _one(visit, reading, side, places)


async def _wanted(visit: Visit, report_id: str) -> Reading:
    """The report, and its member in view; raises NotFound."""
    reading = await get_reading(visit.house, report_id)
    visit.who = next((one for one in visit.people if one.id == reading.member_id), None)
    if visit.who is None:
        raise NotFound("no such member", field="who")
    visit.rights = await rights_on(visit.house, reading.member_id)
    return reading


def _side(reading: Reading) -> str:
    """Whose it is comes before anything else; then what was asked for, else what is still to be done."""
    if reading.body.whose.verdict == "differs":
        return "whose"
    if not reading.body.report.rows:
        return "check"  # nothing but results is explained
    asked = context.client.request.query_params.get("view", "")
    if asked in SIDES:
        return asked
    return "explain" if reading.body.status == "final" else "check"


async def _one(visit: Visit, reading: Reading, side: str, places: Frame) -> None:
    head = draw_head(visit, reading)
    await head.draw_acts()
    if side == "whose":
        await draw_whose(visit, reading)
        return
    if reading.body.report.rows:
        with Tag("nav", classes="sides", aria_label=visit.text("web_reports.sides")):
            for one in SIDES:
                here = "page" if one == side else None
                link(visit.text(f"web_reports.side.{one}"), address_of(reading, one), "btn", aria_current=here)
    if side == "explain":
        await draw_explanation(visit, reading, Sources(visit, places.rail))
    else:
        check = Check(visit, reading, head)
        await check.draw()
        places.live.add(check.look)


def nobody(visit: Visit) -> None:
    """There is nobody in view, or nobody who shares."""
    manager = visit.house.actor.role == "manager"
    with Tag("div", classes="empty"):
        Tag("h2", visit.say("nobody.title" if manager else "nobody.shared"))
        if manager:
            link(visit.say("family.add_member"), "/family", "btn p")
        else:
            Tag("p", visit.say("nobody.shared_why"))
