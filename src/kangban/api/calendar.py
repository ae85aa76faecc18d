"""/calendar/{token}.ics: a few dates for a phone's calendar. The address is the key, and it can only read."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp

from kangban.api.houses import Houses
from kangban.api.rate import Limits, Rate
from kangban.clinical.urgency import Lang
from kangban.journeys.accounts.feeds import actor_of_feed
from kangban.journeys.accounts.throttle import place
from kangban.journeys.accounts.tokens import digest
from kangban.journeys.dates import Dated, dates_of
from kangban.kernel.errors import KangbanError
from kangban.kernel.texts import t

_HEADERS = {"Cache-Control": "no-store", "Content-Disposition": 'inline; filename="kangban.ics"'}
ENDS = ".ics"


def build_calendar(houses: Houses, limits: Limits | None = None) -> ASGIApp:
    """The feed behind its own door, mounted under /calendar."""
    limits = limits or Limits()
    asked, wrong = Rate(limits.feeds_per_minute), Rate(limits.wrong_per_minute)

    async def feed(request: Request) -> Response:
        name = str(request.path_params["name"])
        if request.method not in ("GET", "HEAD"):
            return _plain(405, {"Allow": "GET, HEAD"})
        if not name.endswith(ENDS) or houses.in_demo(request):
            return _plain(404)
        token = name.removesuffix(ENDS)
        try:
            gate = await houses.gate()
            actor = await actor_of_feed(gate, token)
            if actor is None:
                waits = wrong.take(place(request.client.host if request.client else ""))
                return _plain(429, {"Retry-After": str(waits)}) if waits else _plain(404)
            if waits := asked.take(digest(token)):
                return _plain(429, {"Retry-After": str(waits)})
            house = await houses.house_for(actor, demo=False)
            written = as_ics(await dates_of(house), house.lang, house.clock.now())
        except KangbanError as error:
            return _plain(404 if error.http_status in (403, 404) else error.http_status)
        return Response(written, 200, _HEADERS, media_type="text/calendar; charset=utf-8")

    async def missing(scope: Any, receive: Any, send: Any) -> None:
        await _plain(404)(scope, receive, send)

    methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    return Router([Route("/{name}", feed, methods=methods)], redirect_slashes=False, default=missing)


def _plain(status: int, headers: dict[str, str] | None = None) -> Response:
    """One answer for unknown, revoked and expired addresses alike."""
    words = {404: "not found", 405: "read only", 429: "too many"}
    return PlainTextResponse(words.get(status, "not now"), status, {"Cache-Control": "no-store", **(headers or {})})


def as_ics(dates: list[Dated], lang: Lang, now: datetime) -> bytes:
    """An iCalendar document; days are whole days, reviews end at their moment."""
    from icalendar import Calendar, Event

    calendar: Any = Calendar()
    calendar.add("prodid", "-//Kangban//calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", t("calendar.name", lang))
    for one in dates:
        event: Any = Event()
        event.add("uid", f"{one.id}@kangban")
        event.add("dtstamp", now)
        event.add("summary", t(one.key, lang, count=one.count))
        event.add("dtstart", one.on)
        event.add("dtend", _end(one.on))
        event.add("class", "PRIVATE")
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return calendar.to_ical()


def _end(on: date | datetime) -> date | datetime:
    return on + (timedelta(minutes=15) if isinstance(on, datetime) else timedelta(days=1))
