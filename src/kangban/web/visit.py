"""One page in one browser: which family, whose turn, which language; errors turned into words."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from nicegui import context
from starlette.requests import Request

from kangban.clinical.person import PersonFacts
from kangban.clinical.record import Entry
from kangban.clinical.urgency import Lang
from kangban.journeys.house import House, Member, members
from kangban.kernel.errors import KangbanError, NotFound
from kangban.kernel.texts import has_text, t
from kangban.record.timeline import FACT_KINDS, facts_at
from kangban.web.elements import toast
from kangban.web.household import Household

LOG = logging.getLogger("kangban.web")


class Visit:
    """What every part of a page is handed."""

    def __init__(self, household: Household, house: House, lang: Lang, path: str) -> None:
        self.household = household
        self.house = house
        self.lang: Lang = lang
        self.path = path
        self.people: list[Member] = []
        self.logs: dict[str, list[Entry]] = {}
        self.who: Member | None = None

    def say(self, name: str, /, **values: object) -> str:
        """The page's own text."""
        return t(f"web.{name}", self.lang, **values)

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
        """An event's function whose errors become a word at the foot of the page."""

        async def run() -> None:
            await self._answered(work())

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
    """Open the page for a request; raises NotFound for a member who is not there."""
    house = await household.house(request.cookies.get("kangban_family", ""))
    visit = Visit(household, house, language(request, house.lang), request.url.path)
    await visit.refresh()
    wanted = request.query_params.get("who", "")
    if wanted:
        visit.who = next((m for m in visit.people if m.id == wanted), None)
        if visit.who is None:
            raise NotFound("no such member", field="who")
    elif visit.people:
        remembered = request.cookies.get("kangban_who", "")
        visit.who = next((m for m in visit.people if m.id == remembered), _first(visit))
    return visit


def _first(visit: Visit) -> Member:
    """Whoever has most on the record is asked about most."""
    return max(visit.people, key=lambda m: len(visit.logs.get(m.id, ())))
