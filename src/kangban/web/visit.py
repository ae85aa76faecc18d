"""One page in one browser: who looks, at which family, in which language; errors turned into words."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from nicegui import Client, context
from starlette.requests import Request

from kangban.clinical.person import PersonFacts
from kangban.clinical.record import Entry
from kangban.clinical.urgency import Lang
from kangban.journeys.break_glass import has_closed, open_now
from kangban.journeys.house import House, Member, members, rights_on, seen_by
from kangban.journeys.noticing import unread
from kangban.kernel.errors import KangbanError, NotFound, NotPermitted
from kangban.kernel.texts import has_text, t
from kangban.record.timeline import FACT_KINDS, facts_at
from kangban.web.elements import toast
from kangban.web.household import Household, Visitor
from kangban.web.sessions import visitor_of
from kangban.web.sockets import VISITS

LOG = logging.getLogger("kangban.web")


class Visit:
    """What every part of a page is handed."""

    def __init__(self, household: Household, visitor: Visitor, house: House, lang: Lang, path: str) -> None:
        self.household = household
        self.visitor = visitor
        self.house = house
        self.ended = False
        self.on_end: list[Callable[[], None]] = []  # what is to stop when the visitor may no longer be here
        self._client: Client | None = None
        self.lang: Lang = lang
        self.path = path
        self.people: list[Member] = []
        self.logs: dict[str, list[Entry]] = {}
        self.who: Member | None = None
        self.rights: frozenset[str] = frozenset()  # kinds of entries of the member in view one may see
        self.general = False  # the page is about no one member
        self.opened: dict[str, datetime] = {}  # records open because of an emergency, and until when
        self.closed = False  # whether there is a record one could open because of an emergency
        self.news = 0  # notices not read yet

    def belongs_to(self, client: Client) -> None:
        """Remember the page's client; its websocket and uploads are let in through this visit only."""
        self._client = client
        VISITS[client.id] = self
        client.on_delete(lambda: VISITS.pop(client.id, None) and None)  # pyright: ignore[reportUnknownMemberType]

    async def still_here(self, *, used: bool = True) -> bool:
        """Whether session, account and membership still hold; a changed role or licence counts from now on."""
        if self.ended:
            return False
        actor = await self.household.again(self.visitor, used=used)
        now = self.house.actor
        if actor is None or (actor.account_id, actor.family_id) != (now.account_id, now.family_id):
            return False
        if actor != now:
            self.house = seen_by(self.house, actor)
        return True

    def send_away(self) -> None:
        """The visitor may no longer be here: stop what runs and lead to the login."""
        if self.ended or self._client is None:
            return
        self.ended = True
        for stop in self.on_end:
            stop()
        self._client.run_javascript("window.kangban?.leaving || location.assign('/login?ended=1')")

    def tell(self, error: KangbanError) -> None:
        """A word at the foot of the page, from outside its events."""
        if self._client is not None:
            with self._client:
                toast(self.words(error))

    def say(self, name: str, /, **values: object) -> str:
        """The page's own text."""
        return t(f"web.{name}", self.lang, **values)

    def text(self, key: str, /, **values: object) -> str:
        """A text of any area, in the reader's language."""
        return t(key, self.lang, **values)

    def words(self, error: BaseException) -> str:
        """An error in the reader's language, without developers' talk."""
        key = error.key if isinstance(error, KangbanError) else "error.broken"
        field = error.field if isinstance(error, KangbanError) else None
        if not has_text(key, self.lang):
            key = "error.broken"
        return t(key, self.lang, field=self.field_name(field))

    def field_name(self, field: str | None) -> str:
        """What a form calls a field; empty where it has no such field."""
        return self.say(f"field.{field}") if field and has_text(f"web.field.{field}", self.lang) else ""

    async def refresh(self) -> None:
        """Read members and their facts anew."""
        self.people = await members(self.house)
        self.logs = {}
        for entry in await self.house.store.entries(self.house.family_id, kinds=FACT_KINDS):
            self.logs.setdefault(entry.member_id, []).append(entry)
        self.opened, self.closed = await open_now(self.house), await has_closed(self.house)
        self.news = await unread(self.house)

    def facts(self, member_id: str) -> PersonFacts:
        """The snapshot of one member as of now."""
        return facts_at(self.logs.get(member_id, []), self.house.clock.now())

    def at(self, page: str, member_id: str = "") -> str:
        """The address of a page about a member."""
        return f"{page}?who={member_id}" if member_id else page

    def day(self, moment: datetime) -> str:
        """A moment as a date where the server stands."""
        return moment.astimezone().strftime("%Y-%m-%d")

    def guarded(self, work: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        """An event's function whose errors become a word at the foot of the page.

        That the visitor may still be here, `sockets.SocketDoor` has asked before any event gets this far.
        """

        async def run() -> None:
            await self._answered(work())

        return run

    def guarded_with(self, work: Callable[[Any], Awaitable[None]]) -> Callable[[Any], Awaitable[None]]:
        """As `guarded`, for an event that brings something along."""

        async def run(event: Any) -> None:
            await self._answered(work(event))

        return run

    async def _answered(self, working: Awaitable[None]) -> None:
        client = context.client
        try:
            await working
        except KangbanError as error:
            with client:
                toast(self.words(error))
        except Exception as error:  # noqa: BLE001 - a click must get an answer
            LOG.error("a page event failed: %s", type(error).__name__)
            with client:
                toast(self.words(error))


def language(request: Request, fallback: Lang) -> Lang:
    """The language chosen in this browser, or the server's."""
    return "en" if request.cookies.get("kangban_lang", fallback) == "en" else "zh"


async def enter(household: Household, request: Request) -> Visit:
    """Open the page for a request; raises NotFound for a member who is not there, or not for this visitor's eyes."""
    visitor = visitor_of(request)
    if visitor is None:
        raise NotPermitted("nobody is logged in")
    house = await household.house(visitor)
    visit = Visit(household, visitor, house, language(request, house.lang), request.url.path)
    visit.belongs_to(context.client)
    await visit.refresh()
    wanted = request.query_params.get("who", "")
    if wanted:
        visit.who = next((m for m in visit.people if m.id == wanted), None)
        if visit.who is None:
            raise NotFound("no such member", field="who")
    elif visit.people:
        remembered = request.cookies.get("kangban_who", "")
        visit.who = next((m for m in visit.people if m.id == remembered), _first(visit))
    if visit.who is not None:
        visit.rights = await rights_on(house, visit.who.id)
    return visit


def _first(visit: Visit) -> Member:
    """Whoever has most on the record is asked about most."""
    return max(visit.people, key=lambda m: len(visit.logs.get(m.id, ())))
