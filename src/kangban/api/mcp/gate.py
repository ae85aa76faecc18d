"""What stands before the HTTP server: Host and Origin, the API key, how much at once."""

from __future__ import annotations

import ipaddress
import socket
from typing import Final
from urllib.parse import urlsplit

from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from kangban.api.mcp.houses import Houses
from kangban.api.rate import Limits, Rate
from kangban.api.wire import refusal

SECRET: Final = "kangban.mcp.secret"  # noqa: S105 - the name under which a request carries its key
_ASK = {"WWW-Authenticate": 'Bearer realm="kangban"'}
_MOST_HEADERS = 16_384


def is_loopback(host: str) -> bool:
    """Whether an address to listen on is reached from this machine only."""
    bare = host.strip("[]").casefold()
    if bare == "localhost":
        return True
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return False


class HostDoor:
    """Refuses a name that this server does not go by: a page of another site may have made it lead here.

    On this machine only its own names count; elsewhere also any address in numbers, which no site can claim.
    """

    def __init__(self, app: ASGIApp, host: str, public_url: str = "") -> None:
        self._app = app
        self._here = is_loopback(host)
        public = (urlsplit(public_url).hostname or "").casefold()
        machine = "" if self._here else socket.gethostname().casefold()
        own = {"localhost", host.strip("[]").casefold(), public, machine, f"{machine}.local" if machine else ""}
        self._names = own - {"", "0.0.0.0", "::"}  # noqa: S104 - taken out, not bound

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let through, or answer 421 and 403."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        hosts, origins = request.headers.getlist("host"), request.headers.getlist("origin")
        if len(hosts) != 1 or not self._is_ours("//" + hosts[0]):
            await refusal(421, "not_permitted", "this server does not go by this name")(scope, receive, send)
        elif len(origins) > 1 or any(not self._may_come(one) for one in origins):
            await refusal(403, "not_permitted", "foreign origin")(scope, receive, send)
        elif request.headers.get("sec-fetch-site", "none") == "cross-site":
            await refusal(403, "not_permitted", "foreign site")(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _may_come(self, origin: str) -> bool:
        return origin.startswith(("http://", "https://")) and self._is_ours(origin)

    def _is_ours(self, address: str) -> bool:
        try:
            parts = urlsplit(address)
            name, _ = (parts.hostname or "").casefold(), parts.port
        except ValueError:
            return False
        if parts.username is not None or parts.path or parts.query:
            return False
        if name in self._names:
            return True
        try:
            number = ipaddress.ip_address(name)
        except ValueError:
            return False
        return number.is_loopback or not self._here


class KeyDoor:
    """Asks for an API key where one is required, and refuses a wrong one everywhere.

    The caller stands in the scope as the transport's user, so that a session can be used only with the key that
    opened it.
    """

    def __init__(self, app: ASGIApp, houses: Houses, *, required: bool, limits: Limits | None = None) -> None:
        self._app = app
        self._houses = houses
        self._required = required
        self._wrong = Rate((limits or Limits()).wrong_per_minute)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let through with the caller in the scope, or answer 401 and 429."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        told = request.headers.getlist("authorization")
        if not told and not self._required:
            await self._app(scope, receive, send)
            return
        scheme, _, secret = (told[0] if len(told) == 1 else "").partition(" ")
        actor = await self._houses.actor_of(secret.strip()) if scheme.lower() == "bearer" else None
        if actor is None:
            waits = self._wrong.take(request.client.host if request.client else "") if told else 0
            if waits:
                answer = refusal(429, "too_many", "too many wrong keys", {"Retry-After": str(waits)})
            else:
                answer = refusal(401, "not_permitted", "give a good API key as Bearer", _ASK)
            await answer(scope, receive, send)
            return
        owner = AccessToken(token="", client_id=actor.account_id, scopes=[], subject=actor.family_id)
        await self._app({**scope, "user": AuthenticatedUser(owner), SECRET: secret.strip()}, receive, send)
