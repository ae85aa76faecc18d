"""One request of the interface: who asks, with what, and the house as they may see it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from kangban.api.door import Caller, Door
from kangban.api.houses import Houses
from kangban.clinical.access import Actor
from kangban.clinical.person import UNKNOWN_PERSON, PersonFacts
from kangban.clinical.urgency import Lang
from kangban.journeys.gate import Gate
from kangban.journeys.house import House, get_member
from kangban.kernel.errors import Broken, InvalidInput, NotFound, NotPermitted
from kangban.record.timeline import facts_of
from kangban.toolbox.asked import PersonIn

_T = TypeVar("_T")
MOST_ID = 200


class NoWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing."""


class Call:
    """What every endpoint is handed."""

    def __init__(
        self, houses: Houses, door: Door, request: Request, caller: Caller, *, body: Any = None, query: Any = None
    ) -> None:
        self.caller = caller
        self.request = request
        self._houses, self._door = houses, door
        self._body, self._query = body, query
        self._house: House | None = None

    @property
    def actor(self) -> Actor:
        """Who asks."""
        return self.caller.actor

    @property
    def lang(self) -> Lang:
        """The language the caller prefers, or the server's."""
        wanted = self.request.headers.get("accept-language", "").strip().casefold()
        if wanted.startswith(("zh", "en")):
            return "en" if wanted.startswith("en") else "zh"
        return self._houses.settings.lang

    async def gate(self) -> Gate:
        """The gate of the own server; raises NotPermitted in the demo, which has none."""
        if self.caller.demo:
            raise NotPermitted("the demo has no accounts", field="account")
        return await self._houses.gate()

    async def house(self) -> House:
        """The family in view as the caller may see it; raises NotPermitted for who is in none."""
        if not self.actor.family_id:
            raise NotPermitted("no family in view", field="family", key="error.no_family")
        if self._house is None:
            self._house = await self._houses.house_for(self.actor, demo=self.caller.demo)
        return self._house

    async def still_here(self) -> bool:
        """Whether key or session, account and place still hold as they did when the call began."""
        now = await self._door.again(self.request, self.caller)
        return now is not None and now == self.actor

    def told(self, shape: type[_T]) -> _T:
        """The body, already read as this shape."""
        if not isinstance(self._body, shape):
            raise Broken("an endpoint asked for another body than it declared")
        return self._body

    def asked(self, shape: type[_T]) -> _T:
        """The words after the question mark, already read as this shape."""
        if not isinstance(self._query, shape):
            raise Broken("an endpoint asked for other words than it declared")
        return self._query

    def id(self, name: str) -> str:
        """An id in the address; raises NotFound for what can be none."""
        text = str(self.request.path_params[name])
        if not 0 < len(text) <= MOST_ID or not text.isascii() or not text.isprintable():
            raise NotFound("no such thing", field=name)
        return text

    async def facts(self, person: PersonIn | str | None) -> PersonFacts:
        """Facts of a person in words, of a member by id, or of nobody; raises NotFound, InvalidInput."""
        if person is None:
            return UNKNOWN_PERSON
        if isinstance(person, PersonIn):
            return person.facts()
        if not person or len(person) > MOST_ID:
            raise InvalidInput("no member id", field="person")
        house = await self.house()
        member = await get_member(house, person)
        return await facts_of(house.store, house.family_id, member.id, house.clock.now())

    @property
    def wants_stream(self) -> bool:
        """Whether the answer is to come as a stream of events."""
        return "text/event-stream" in self.request.headers.get("accept", "")


Work = Callable[[Call], Awaitable[Any]]


class Endpoint(msgspec.Struct, frozen=True):
    """One address and method: what it takes, what it answers, and its work.

    `streams`: it may answer text/event-stream instead. `heavy`: it thinks; fewer of these a minute.
    `most_body`: bytes, where it takes more than the others.
    """

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    name: str
    says: str
    work: Work
    answers: Any
    body: Any = None
    query: Any = NoWords
    status: int = 200
    heavy: bool = False
    streams: bool = False
    most_body: int | None = None


Plain = Response | Mapping[str, Any] | msgspec.Struct
