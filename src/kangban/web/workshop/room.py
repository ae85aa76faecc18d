"""The bones of every page of the workshop, and who sits at it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from nicegui import context

from kangban.journeys.workshop.kept import Workshop, workshop_of
from kangban.kernel.errors import NotPermitted, Unavailable
from kangban.kernel.texts import t
from kangban.web.elements import Tag, link
from kangban.web.frame import Frame, frame
from kangban.web.visit import Visit
from kangban.web.workshop.whose import ROOT, owner_for

WAYS = (("agents", ROOT), ("tools", f"{ROOT}/tools"), ("try", f"{ROOT}/try"), ("runs", f"{ROOT}/runs"))


class Seat:
    """Who sits at the workshop in one page, and as whom agents and runs are kept."""

    def __init__(self, visit: Visit, owner: str, frame: Frame) -> None:
        self.visit, self.owner, self.frame = visit, owner, frame

    @property
    def workshop(self) -> Workshop:
        """Opened anew for every use: a role may have changed since. Raises NotPermitted and Unavailable."""
        return workshop_of(self.visit.house)

    def words(self, name: str, /, **values: object) -> str:
        """A text of the workshop's pages."""
        return t(f"web_workshop.{name}", self.visit.lang, **values)

    def asked(self, name: str) -> str:
        """A word of the address after "?"; "" without it."""
        return context.client.request.query_params.get(name, "")[:200]

    def named(self, name: str) -> str:
        """A part of the address."""
        return str(context.client.request.path_params.get(name, ""))[:200]


@contextmanager
def room(visit: Visit, way: str, *, rail: bool = False, sheet: bool = True) -> Generator[Seat | None]:
    """Draw frame and ways; yields None where the workshop is not open to the visitor, which is said."""
    visit.general = True
    refused = ""
    owner = ""
    try:
        workshop_of(visit.house)
        owner = owner_for(visit.house, context.client.request)
    except (NotPermitted, Unavailable) as error:
        refused = visit.words(error)
    title = t("web_workshop.title", visit.lang)
    rail_title = visit.say("sources.title") if rail and not refused else ""
    with frame(visit, title, rail_title=rail_title) as places:
        if refused:
            with Tag("div", classes="sheet"), Tag("div", classes="empty"):
                Tag("h2", refused)
            yield None
            return
        seat = Seat(visit, owner, places)
        with Tag("nav", classes="benches", aria_label=title):
            for key, to in WAYS:
                link(seat.words(f"way.{key}"), to, aria_current="page" if key == way else None)
        if not sheet:
            yield seat
            return
        with Tag("div", classes="sheet"), Tag("div", classes="inner wide"):
            yield seat
