"""The interface in this process: the real application over a family's stores, called as anybody, by session or key."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.routing import Mount

from kangban.api.application import build_api
from kangban.api.calendar import build_calendar
from kangban.api.rate import Limits
from kangban.app import in_family
from kangban.clinical.access import Actor
from kangban.clinical.account import Account
from kangban.journeys.accounts.keys import make_key
from kangban.journeys.accounts.login import actor_of, find_actor
from kangban.journeys.accounts.sessions import start
from kangban.journeys.gate import Gate
from kangban.journeys.house import House, seen_by
from kangban.settings import Settings

NO_LIMITS = Limits(1_000_000, 1_000_000, 1_000_000, 1_000_000, 1_000_000)
COOKIE = "kangban_session"
GROUPS = (
    "identity", "medicines", "allergies", "conditions", "measurements", "documents", "conversations", "conclusions",
    "reviews", "consents", "transmissions",
)  # fmt: skip


class Comer:
    """Whoever a session's cookie stands for."""

    demo = False

    def __init__(self, actor: Actor, token: str) -> None:
        self.actor, self.token = actor, token


class TestHouses:
    """`Houses` of the interface over one house and gate, as the server's household is."""

    __test__ = False

    def __init__(self, house: House, gate: Gate) -> None:
        self._house, self._gate = house, gate
        self.settings = Settings(data_dir=Path("nowhere"))

    async def gate(self) -> Gate:
        return self._gate

    def in_demo(self, connection: HTTPConnection) -> bool:
        return False

    async def visitor(self, connection: HTTPConnection) -> Comer | None:
        token = connection.cookies.get(COOKIE, "")
        actor = await find_actor(self._gate, token, door="page") if token else None
        return None if actor is None else Comer(actor, token)

    async def house_for(self, actor: Actor, *, demo: bool) -> House:
        return seen_by(in_family(self._house, actor.family_id), actor)


def application(house: House, gate: Gate, limits: Limits = NO_LIMITS) -> Starlette:
    """Interface and calendar where the server mounts them."""
    houses = TestHouses(house, gate)
    return Starlette(
        routes=[Mount("/api", build_api(houses, limits)), Mount("/calendar", build_calendar(houses, limits))]
    )


class Answer:
    """What came back."""

    def __init__(self, got: httpx.Response) -> None:
        self.status, self.headers, self.text = got.status_code, got.headers, got.text

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def code(self) -> str:
        """The error's code, "" for an answer that is none."""
        told = self.json
        return told.get("error", {}).get("code", "") if isinstance(told, dict) else ""


class ApiDesk:
    """Calls the interface; `who` is an account id with a session, `key` a secret."""

    def __init__(self, house: House, gate: Gate, limits: Limits = NO_LIMITS) -> None:
        self.gate = gate
        self.app = application(house, gate, limits)
        self._tokens: dict[str, str] = {}
        self._proofs: dict[str, str] = {}

    async def token(self, who: str, family_id: str = "home") -> str:
        """A session of an account, begun once."""
        if who not in self._tokens:
            account = await self.gate.accounts.find_account(id=who)
            assert isinstance(account, Account)
            entered = await start(self.gate, account, family_id=family_id, strong=False)
            self._tokens[who] = entered.token
        return self._tokens[who]

    async def key(self, who: str, scopes: Sequence[str] = (), family_id: str = "home") -> str:
        """A fresh key of an account, able to do all a key can where nothing is said."""
        actor = await actor_of(self.gate, who, family_id, door="page")
        assert actor is not None
        wanted = scopes or ("view", "write", "ask", "export", "confirm", "audit", *GROUPS)
        until = self.gate.clock.now() + timedelta(days=30)
        secret, _ = await make_key(self.gate, actor, name="script", scopes=wanted, expires_at=until)
        return secret

    async def call(
        self, method: str, path: str, who: str = "", *, key: str = "", body: Any = None, raw: bytes | None = None,
        headers: Mapping[str, Any] | None = None, proof: bool = True, base: str = "/api/v1",
    ) -> Answer:  # fmt: skip
        """One request; `raw` are bytes to send as they are."""
        given = dict(headers or {})
        if who:
            given["Cookie"] = f"{COOKIE}={await self.token(who)}"
            if proof and method not in ("GET", "HEAD"):
                given["X-Kangban-CSRF"] = await self.proof(who)
        if key:
            given["Authorization"] = f"Bearer {key}"
        content = raw if raw is not None else msgspec.json.encode(body) if body is not None else None
        if content is not None and not any(name.lower() == "content-type" for name in given):
            given["Content-Type"] = "application/json"
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return Answer(await client.request(method, base + path, headers=given, content=content))

    async def proof(self, who: str) -> str:
        """What a page of this session sends with changes."""
        if who not in self._proofs:
            self._proofs[who] = (await self.call("GET", "/me", who)).json["csrf"]
        return self._proofs[who]
