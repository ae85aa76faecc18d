"""Who stands behind a request, and the house that an agent answers in: opened with the first question."""

from __future__ import annotations

import asyncio

import msgspec

from kangban.app import Opened, close_house, in_family, open_doors
from kangban.clinical.access import Actor
from kangban.journeys.accounts.keys import actor_of_key
from kangban.journeys.accounts.local import demo_actor, local_actor
from kangban.journeys.house import House, seen_by
from kangban.kernel.errors import NotPermitted
from kangban.settings import Settings

DOOR = "mcp"


class Houses:
    """The directory or database of one server; tools that need no house never open it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._opened: Opened | None = None
        self._opening = asyncio.Lock()

    async def actor_of(self, secret: str) -> Actor | None:
        """Whoever an API key stands for, read anew; None for one that is no good."""
        return await actor_of_key((await self._doors()).gate, secret, door=DOOR)

    async def house_of(self, secret: str) -> House:
        """The house for a key, else for whoever sits at this machine while nobody has an account.

        Raises NotPermitted for a key that is no good or may not ask, and without one where there are accounts.
        """
        opened = await self._doors()
        actor = await self._actor(opened, secret)
        if actor.scopes is not None and "ask" not in actor.scopes:
            raise NotPermitted("this API key may not ask; make one with the scope ask", field="key")
        house = opened.house
        if actor.family_id != house.family_id:
            house = in_family(house, actor.family_id)
        return seen_by(house, actor)

    async def _actor(self, opened: Opened, secret: str) -> Actor:
        if self._settings.demo:
            return msgspec.structs.replace(demo_actor(opened.house.family_id), door=DOOR)
        if secret:
            actor = await actor_of_key(opened.gate, secret, door=DOOR)
            if actor is None:
                raise NotPermitted("the API key is unknown, expired or revoked", field="key")
            return actor
        if await opened.gate.accounts.accounts():
            raise NotPermitted("there are accounts here: give an API key", field="key", key="access.say_who")
        return local_actor(opened.house.family_id, DOOR)

    async def _doors(self) -> Opened:
        async with self._opening:
            if self._opened is None:
                self._opened = await open_doors(self._settings)
            return self._opened

    async def close(self) -> None:
        """Close what was opened."""
        if self._opened is not None:
            await close_house(self._opened.house)
            self._opened = None
