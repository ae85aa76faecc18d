"""The houses a server has open: the demo family, your own, each opened once and never mixed."""

from __future__ import annotations

import asyncio

from kangban.adapters.dir_lock import DirectoryLock
from kangban.app import close_house, open_house, own_family
from kangban.journeys.house import House
from kangban.settings import Settings

DEMO, HOME = "demo", "home"


class Household:
    """What one server process keeps. `started_with_demo` tells whether the demo may be shown at all."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._houses: dict[str, House] = {}
        self._locks: dict[str, DirectoryLock] = {}
        self._opening = asyncio.Lock()
        self.started_with_demo = settings.demo

    @property
    def settings(self) -> Settings:
        """As read at start."""
        return self._settings

    async def house(self, choice: str = "") -> House:
        """The house a browser chose: without --demo always your own. Raises Conflict and Unavailable."""
        name = HOME if not self.started_with_demo or choice == HOME else DEMO
        async with self._opening:
            if name not in self._houses:
                await self._open(name)
        return self._houses[name]

    async def _open(self, name: str) -> None:
        settings = self._settings if name == DEMO or not self.started_with_demo else own_family(self._settings)
        lock = DirectoryLock(settings.house_dir)
        lock.take()
        try:
            self._houses[name] = await open_house(settings)
        except BaseException:
            lock.release()
            raise
        self._locks[name] = lock

    async def close(self) -> None:
        """Close what is open; safe to call twice."""
        houses, self._houses = list(self._houses.values()), {}
        for house in houses:
            await close_house(house)
        for lock in self._locks.values():
            lock.release()
        self._locks.clear()
