"""/library: ask, add, and what is there, each as far as the visitor may."""

from __future__ import annotations

from kangban.clinical.library import Shelf
from kangban.journeys.library.shelves import open_shelves
from kangban.web.chat.sources import Sources
from kangban.web.elements import Tag
from kangban.web.frame import frame
from kangban.web.library.adding import AddForm
from kangban.web.library.asking import Desk
from kangban.web.library.listing import Listing
from kangban.web.visit import Visit


async def library_page(visit: Visit) -> None:
    """Draw the page; who may use no library is told so."""
    visit.general = True
    house = visit.house
    may: dict[str, tuple[Shelf, ...]] = {"view": (), "ask": (), "write": (), "erase": ()}
    if house.library is not None:
        may = {
            "view": await open_shelves(house, "view"), "ask": await open_shelves(house, "ask"),
            "write": await open_shelves(house, "write"), "erase": await open_shelves(house, "erase"),
        }  # fmt: skip
    asks = visit.say("sources.title") if may["ask"] else ""
    with frame(visit, visit.text("web_library.title"), rail_title=asks) as places:
        with Tag("div", classes="sheet"), Tag("div", classes="inner"):
            if not may["view"]:
                with Tag("div", classes="empty"):
                    key = "none_kept" if house.library is None else "closed"
                    Tag("h2", visit.text(f"web_library.{key}"))
                return
            if may["ask"]:
                Desk(visit, Sources(visit, places.rail)).draw()
            listing = Listing(visit, may["view"], may["write"], may["erase"])
            if may["write"]:
                AddForm(visit, may["write"], listing.draw_again).draw()
            await listing.draw()
        places.live.add(listing.look)
