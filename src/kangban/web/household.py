"""The houses a server has open: the demo family, your own, each opened once and never mixed. And who is at the door."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack

import msgspec
from starlette.requests import HTTPConnection

from kangban.adapters.dir_lock import DirectoryLock
from kangban.app import Opened, close_house, in_family, keep_heads, open_doors, own_family
from kangban.clinical.access import Actor, Role
from kangban.journeys.accounts.first import first_token
from kangban.journeys.accounts.local import demo_actor
from kangban.journeys.accounts.login import find_actor
from kangban.journeys.gate import Gate
from kangban.journeys.house import House, seen_by
from kangban.settings import Settings
from kangban.web.cookies import DEMO_COOKIE, FAMILY_COOKIE, session_key, session_token

DEMO, HOME = "demo", "home"
DEMO_ROLES: tuple[Role, ...] = ("manager", "elder", "helper", "doctor")


class Visitor:
    """Who makes a request. `key` tells sessions apart without being the cookie; the demo needs none."""

    def __init__(self, actor: Actor, token: str = "") -> None:
        self.actor = actor
        self.token = token
        self.key = session_key(token) if token else DEMO

    @property
    def demo(self) -> bool:
        """Whether this is a visitor of the invented family."""
        return not self.token


class Household:
    """What one server process keeps. `started_with_demo` tells whether the demo may be shown at all.

    `base_url` is where the server answers; `announce` is told the one-time link of the first administrator; `beside`
    is what goes on for every house that is open: notices, clocks.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._opened: dict[str, Opened] = {}
        self._locks: dict[str, DirectoryLock] = {}
        self._opening = asyncio.Lock()
        self._has_accounts = self._told_first = False
        self.base_url = ""
        self.announce: Callable[[str], None] | None = None
        self.beside: Callable[[Opened], AbstractAsyncContextManager[None]] | None = None
        self._working = AsyncExitStack()
        self.started_with_demo = settings.demo

    @property
    def settings(self) -> Settings:
        """As read at start."""
        return self._settings

    async def opened(self, name: str = "") -> Opened:
        """House and gate of the demo or of your own server, still closed. Raises Conflict and Unavailable."""
        name = name or (DEMO if self.started_with_demo else HOME)
        async with self._opening:
            if name not in self._opened:
                await self._open(name)
        return self._opened[name]

    async def gate(self) -> Gate:
        """The gate of your own server; the demo has none."""
        return msgspec.structs.replace((await self.opened(HOME)).gate, base_url=self.base_url)

    def in_demo(self, connection: HTTPConnection) -> bool:
        """Whether a browser looks at the demo family."""
        return self.started_with_demo and connection.cookies.get(FAMILY_COOKIE, "") != HOME

    async def visitor(self, connection: HTTPConnection) -> Visitor | None:
        """Whoever a request's cookie stands for, read anew; None asks for a login."""
        if self.in_demo(connection):
            wanted = connection.cookies.get(DEMO_COOKIE, "")
            roles: dict[str, Role] = {one: one for one in DEMO_ROLES}
            role = roles.get(wanted, DEMO_ROLES[0])
            return Visitor(demo_actor((await self.opened(DEMO)).house.family_id, role))
        token = session_token(connection)
        actor = await self._actor(token) if token else None
        return None if actor is None else Visitor(actor, token)

    async def again(self, visitor: Visitor, *, used: bool = True) -> Actor | None:
        """The same visitor's actor as of now; None when session, account or membership is gone."""
        return visitor.actor if visitor.demo else await self._actor(visitor.token, used=used)

    async def house(self, visitor: Visitor) -> House:
        """The family in view as this visitor may see it."""
        return await self.house_for(visitor.actor, demo=visitor.demo)

    async def house_for(self, actor: Actor, *, demo: bool) -> House:
        """The actor's family, of the demo or of your own server."""
        if demo:
            return seen_by((await self.opened(DEMO)).house, actor)
        return seen_by(in_family((await self.opened(HOME)).house, actor.family_id), actor)

    async def has_accounts(self) -> bool:
        """Whether the first administrator was made."""
        if not self._has_accounts:
            self._has_accounts = bool(await (await self.gate()).accounts.accounts())
        return self._has_accounts

    async def invite_first(self) -> None:
        """While there is no account: a fresh one-time link is told, once in a run, and older ones die."""
        if self._told_first:
            return
        self._told_first = True
        token = await first_token(await self.gate())
        if token is not None and self.announce is not None:
            self.announce(f"{self.base_url}/first?token={token}")

    async def _actor(self, token: str, *, used: bool = True) -> Actor | None:
        return await find_actor(await self.gate(), token, door="page", used=used)

    async def _open(self, name: str) -> None:
        settings = self._settings if name == DEMO or not self.started_with_demo else own_family(self._settings)
        lock = DirectoryLock(settings.house_dir)
        lock.take()
        try:
            self._opened[name] = await open_doors(settings)
        except BaseException:
            lock.release()
            raise
        self._locks[name] = lock
        await keep_heads(settings, self._opened[name].house)
        self._working.push_async_callback(keep_heads, settings, self._opened[name].house)
        if self.beside is not None:
            await self._working.enter_async_context(self.beside(self._opened[name]))

    async def close(self) -> None:
        """Close what is open; safe to call twice."""
        await self._working.aclose()
        opened, self._opened = list(self._opened.values()), {}
        for one in opened:
            await close_house(one.house)
        for lock in self._locks.values():
            lock.release()
        self._locks.clear()
