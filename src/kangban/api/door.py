"""Who asks: an API key or a session's cookie, never both and never a guess."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from urllib.parse import urlsplit

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from kangban.api.houses import Houses
from kangban.api.rate import Limits, Rate
from kangban.api.wire import refusal
from kangban.clinical.access import Actor
from kangban.journeys.accounts.keys import actor_of_key
from kangban.journeys.accounts.throttle import place

DOOR = "api"
CSRF = "x-kangban-csrf"
SAFE = ("GET", "HEAD")
_ASK = {"WWW-Authenticate": 'Bearer realm="kangban"'}


class Caller(msgspec.Struct, frozen=True):
    """Whoever was let in. `secret` is the key or the session's token; `by_key` tells which."""

    actor: Actor
    secret: str
    by_key: bool
    demo: bool = False

    @property
    def name(self) -> str:
        """What tells callers apart without being their secret."""
        return hashlib.sha256(b"api:" + self.secret.encode("utf-8", "surrogatepass")).hexdigest()

    def __repr__(self) -> str:
        """Without the secret."""
        return f"Caller({self.actor.account_id!r})"


class Door:
    """Stands before every address but the description."""

    def __init__(self, houses: Houses, limits: Limits) -> None:
        self._houses = houses
        self._wrong = Rate(limits.wrong_per_minute)
        self._demo_secret = secrets.token_urlsafe(24)

    async def let_in(self, request: Request) -> Caller | Response:
        """The caller, or what to answer instead."""
        if _is_foreign(request):
            return refusal(403, "not_permitted", "foreign origin")
        told = request.headers.getlist("authorization")
        remote = place(request.client.host if request.client else "")
        if len(told) > 1:
            return refusal(401, "not_permitted", "say who you are once", _ASK)
        found = await (self._by_key(request, told[0]) if told else self._by_session(request))
        # Whoever holds a good key is not kept waiting by what others try from the same address.
        if isinstance(found, Response) and told and (waits := self._wrong.take(remote)):
            return refusal(429, "too_many", "too many wrong keys", {"Retry-After": str(waits)})
        return found

    async def again(self, request: Request, caller: Caller) -> Actor | None:
        """The same caller as of now; None when key, session, account or membership is gone."""
        found = await (self._of_key(caller.secret) if caller.by_key else self._of_session(request))
        return None if found is None or found.secret != caller.secret else found.actor

    async def _by_key(self, request: Request, told: str) -> Caller | Response:
        scheme, _, secret = told.partition(" ")
        if scheme.lower() != "bearer" or self._houses.in_demo(request):
            return refusal(401, "not_permitted", "an API key is given as Bearer", _ASK)
        if await self._of_session(request) is not None:
            return refusal(401, "not_permitted", "give a key or a session, not both", _ASK)
        return await self._of_key(secret) or refusal(401, "not_permitted", "the key is not good", _ASK)

    async def _by_session(self, request: Request) -> Caller | Response:
        found = await self._of_session(request)
        if found is None:
            return refusal(401, "not_permitted", "log in or give an API key", _ASK)
        if request.method not in SAFE and not self.is_ours(found, request.headers.get(CSRF, "")):
            return refusal(403, "not_permitted", f"the header {CSRF} is missing or old; GET /api/v1/me tells it")
        return found

    async def _of_key(self, secret: str) -> Caller | None:
        actor = await actor_of_key(await self._houses.gate(), secret, door=DOOR)
        return None if actor is None else Caller(actor, secret, by_key=True)

    async def _of_session(self, request: Request) -> Caller | None:
        comer = await self._houses.visitor(request)
        if comer is None:
            return None
        actor = msgspec.structs.replace(comer.actor, door=DOOR)
        return Caller(actor, comer.token or self._demo_secret, by_key=False, demo=comer.demo)

    @staticmethod
    def proof(caller: Caller, salt: str = "") -> str:
        """What a page of this session sends back with every change; another one each time."""
        salt = salt or secrets.token_hex(8)
        made = hmac.new(caller.secret.encode(), b"kangban api " + salt.encode(), hashlib.sha256)
        return f"{salt}.{made.hexdigest()}"

    @classmethod
    def is_ours(cls, caller: Caller, proof: str) -> bool:
        """Whether a proof was made for this session."""
        salt, _, rest = proof.partition(".")
        if not rest or not salt.isalnum() or not proof.isascii() or len(proof) > 200:
            return False
        return hmac.compare_digest(cls.proof(caller, salt), proof)


def _is_foreign(request: Request) -> bool:
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc.casefold() != request.headers.get("host", "").casefold():
        return True
    return request.headers.get("sec-fetch-site", "none") in ("cross-site", "same-site")
