"""What an open page looks at again by itself: news from elsewhere, shown without anybody pressing anything."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from nicegui import context

from kangban.journeys.house import stamp
from kangban.kernel.errors import KangbanError
from kangban.web.visit import Visit

LOG = logging.getLogger("kangban.web")
EVERY_S = 1.0
# Where the store cannot tell cheaply whether there is news.
BLIND_EVERY_S = 2.0
# Without any news: times left are counted down, and notices fall due.
AT_LEAST_EVERY_S = 15.0
Look = Callable[[], Awaitable[None]]


class Live:
    """One page's looking. It costs one number of the store a second, until something was written by somebody."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._client = context.client
        self._looks: list[Look] = []
        self._task: asyncio.Task[None] | None = None

    def add(self, look: Look) -> None:
        """Look this way, too."""
        self._looks.append(look)
        if self._task is None:
            self._task = asyncio.create_task(self._go_on())
            self._client.on_delete(self.stop)  # pyright: ignore[reportUnknownMemberType]
            self._visit.on_end.append(self.stop)

    def drop(self, look: Look) -> None:
        """No more this way."""
        if look in self._looks:
            self._looks.remove(look)

    def stop(self) -> None:
        """The page has gone, or its visitor has."""
        if self._task is not None and self._task is not asyncio.current_task():
            self._task.cancel()
        self._looks.clear()

    async def _go_on(self) -> None:
        seen: int | None = None
        quiet_s = 0.0
        while True:
            await asyncio.sleep(EVERY_S)
            # Asked before looking: what is written in between is looked at in the next round.
            now = stamp(self._visit.house)
            quiet_s += EVERY_S
            if quiet_s < (BLIND_EVERY_S if now is None else AT_LEAST_EVERY_S if now == seen else EVERY_S):
                continue
            seen, quiet_s = now, 0.0
            if not await self._here():
                return
            for look in tuple(self._looks):
                await self._one(look)

    async def _here(self) -> bool:
        try:
            here = await self._visit.still_here(used=False)
        except KangbanError as error:
            LOG.warning("a page waits: %s", error.code)
            return True  # every look asks for itself; nothing is shown while the store is gone
        if not here:
            self._visit.send_away()
        return here

    async def _one(self, look: Look) -> None:
        """A look that fails is tried again in the next round."""
        try:
            with self._client:
                await look()
        except KangbanError as error:
            LOG.info("a look waits: %s", error.code)
        except Exception as error:  # noqa: BLE001 - one broken look must not blind the others
            LOG.error("a look broke: %s", type(error).__name__)
