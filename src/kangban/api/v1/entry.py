"""Who may come in by these faces: an API key, or in a demo on this machine the word "demo"; and how fast."""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Final

import msgspec
from starlette.requests import HTTPConnection

from kangban.api.door import DOOR, Caller
from kangban.api.houses import Houses
from kangban.api.rate import Limits, Rate
from kangban.api.v1.faults import Fault
from kangban.clinical.access import Actor
from kangban.journeys.accounts.keys import actor_of_key
from kangban.journeys.accounts.throttle import place
from kangban.kernel.errors import NotPermitted

DEMO_KEY: Final = "demo"
ASKS: Final = "ask"  # the purpose a key must have been made for


class Entry:
    """The door and the turnstile of all faces: one for a server, so that no face is a way around another's limits."""

    def __init__(self, houses: Houses, limits: Limits) -> None:
        self.houses, self.limits = houses, limits
        self._wrong = Rate(limits.wrong_per_minute)
        self._rate, self._heavy = Rate(limits.per_minute), Rate(limits.heavy_per_minute)
        self._under_way: Counter[str] = Counter()

    async def let_in(self, told: Sequence[str], remote: str) -> Caller:
        """Whoever these Authorization values stand for; raises Fault 401, and 429 after many wrong ones."""
        found = await self._caller(told, remote)
        if found is not None:
            return found
        # Whoever holds a good key is not kept waiting by what others try from the same address.
        if told and (waits := self._wrong.take(place(remote))):
            raise Fault(429, "too many wrong keys", code="too_many_wrong_keys", wait_s=waits)
        raise Fault(401, "give an API key as Bearer: kangban keys add", code="invalid_api_key")

    async def again(self, caller: Caller) -> None:
        """Raises NotPermitted where key, account or place have ended or changed since."""
        if not caller.demo:
            actor = await self._of_key(caller.secret)
            if actor != caller.actor:
                raise NotPermitted("the key has ended", key="error.session_over")

    @contextmanager
    def entered(self, caller: Caller, *, heavy: int) -> Generator[None]:
        """Count one request of so many runs; raises Fault 429 where there are too many, in a minute or at once."""
        waits = self._rate.take(caller.name)
        if not waits and heavy and self._under_way[caller.name] + heavy > self.limits.streams_at_once:
            waits = 1
        waits = waits or max((self._heavy.take(caller.name) for _ in range(heavy)), default=0)
        if waits:
            raise Fault(429, "too many requests", code="rate_limit_exceeded", wait_s=waits)
        self._under_way[caller.name] += heavy
        try:
            yield
        finally:
            self._under_way[caller.name] -= heavy
            if not self._under_way[caller.name]:
                del self._under_way[caller.name]

    async def _caller(self, told: Sequence[str], remote: str) -> Caller | None:
        if len(told) != 1:
            return None
        scheme, _, secret = told[0].partition(" ")
        secret = secret.strip()
        if scheme.lower() != "bearer" or not secret:
            return None
        if self.houses.settings.demo:
            return await self._demo(secret, remote)
        actor = await self._of_key(secret)
        return None if actor is None else Caller(actor, secret, by_key=True)

    async def _of_key(self, secret: str) -> Actor | None:
        return await actor_of_key(await self.houses.gate(), secret, door=DOOR)

    async def _demo(self, secret: str, remote: str) -> Caller | None:
        if not _is_here(remote) or not hmac.compare_digest(secret.encode(), DEMO_KEY.encode()):
            return None
        comer = await self.houses.visitor(HTTPConnection({"type": "http", "headers": []}))
        if comer is None or not comer.demo:
            return None
        actor = msgspec.structs.replace(comer.actor, door=DOOR)
        return Caller(actor, DEMO_KEY, by_key=False, demo=True)


def may_ask(caller: Caller) -> None:
    """Raises NotPermitted for a key that was not made for asking."""
    scopes = caller.actor.scopes
    if scopes is not None and ASKS not in scopes:
        raise NotPermitted("the key is not for asking: make one with the scope ask", field=None)


def _is_here(remote: str) -> bool:
    try:
        return ipaddress.ip_address(remote.strip("[]")).is_loopback
    except ValueError:
        return False


async def gone(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Cancel tasks and wait until they have ended."""
    for one in tasks:
        one.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
