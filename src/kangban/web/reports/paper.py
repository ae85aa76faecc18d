"""The paper itself: its pages as pictures with a box around every line, or its words where it has no picture."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from starlette.responses import Response

from kangban.clinical.kept_report import Reading
from kangban.clinical.page import Box
from kangban.journeys.house import House
from kangban.journeys.reports.shelf import get_file, get_reading
from kangban.journeys.reports.viewing import page_picture
from kangban.kernel.errors import NotFound
from kangban.web.elements import Tag, button
from kangban.web.visit import Visit

_PICTURED = ("image/", "application/pdf", "application/zip")
_DRAWN = frozenset({"image/png", "image/jpeg"})
MOST_PAGES = 40


class Spot:
    """Where a line stands: its name, what to call it, page and box."""

    def __init__(self, line: str, name: str, page: int, box: Box) -> None:
        self.line, self.name, self.page, self.box = line, name, page, box


async def picture_of(house: House, report_id: str, page: int) -> Response:
    """One page as a picture, for whoever may see the report; raises NotFound. Nobody keeps it."""
    picture = await page_picture(house, await get_reading(house, report_id), page)
    if picture.media_type not in _DRAWN:
        raise NotFound("no picture to show", field="page")
    return Response(picture.content, media_type=picture.media_type, headers={"Cache-Control": "no-store"})


async def draw_paper(visit: Visit, reading: Reading, spots: Sequence[Spot] = ()) -> None:
    """Draw every page; a box is a button that leads to its line."""
    printed = reading.body.report.printed
    file = await get_file(visit.house, reading.member_id, reading.body.document_id)
    if file.body.media_type.startswith(_PICTURED):
        for number in printed.pages[:MOST_PAGES]:
            _page(visit, reading, number, [one for one in spots if one.page == number])
        return
    Tag("p", visit.text("web_reports.no_picture"), "small")
    Tag("pre", printed.text[:20_000], "pre")


def _page(visit: Visit, reading: Reading, number: int, spots: Sequence[Spot]) -> None:
    address = f"/report-page?report={quote(reading.id)}&page={number}"
    with Tag("figure", classes="sheet-page"):
        Tag("figcaption", visit.text("web_reports.page", n=number), "small")
        with Tag("div", classes="on-page"):
            Tag(
                "img", src=address, alt=visit.text("web_reports.picture_of", n=number), loading="lazy",
                data_lost=visit.text("web_reports.picture_lost"),
            )  # fmt: skip
            for one in spots:
                x0, y0, x1, y1 = one.box
                place = f"left:{x0:.2%};top:{y0:.2%};width:{x1 - x0:.2%};height:{y1 - y0:.2%}"
                button("", "spot", style=place, data_spot=one.line, aria_label=one.name, tabindex="-1")
