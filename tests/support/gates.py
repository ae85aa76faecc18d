"""A gate over any kind of store, with passwords that cost nothing and are counted, and people with places."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import AsyncIterator, Awaitable
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec

from kangban.adapters.memory_audit import MemoryAudit
from kangban.adapters.memory_doors import MemoryAccounts, MemoryNotices
from kangban.adapters.pyotp_codes import PyotpCodes
from kangban.clinical.access import Actor, Licence, Role
from kangban.clinical.account import Account, Tenant
from kangban.journeys.accounts.administering import add_family
from kangban.journeys.accounts.first import claim_first, first_token
from kangban.journeys.accounts.inviting import accept, invite
from kangban.journeys.accounts.login import find_actor, log_in
from kangban.journeys.gate import Gate
from kangban.kernel.clock import FixedClock
from kangban.kernel.errors import KangbanError, NotFound
from tests.support.stores import opened_doors

NOW = datetime(2026, 5, 3, 8, 0, tzinfo=UTC)
GOOD = "梧桐树下 seven herons"  # a password nobody would guess
OTHER = "eleven quiet 白鹭 walk"
LICENCE = Licence("110105200001234", ("medicines", "triage"), date(2028, 1, 1))
BIRTHS = {
    "nainai": date(1948, 3, 1), "mama": date(1985, 6, 1), "teen": date(2010, 1, 1), "child": date(2017, 1, 1),
    "baby": date(2023, 1, 1), "unknown": None,
}  # fmt: skip


class CountedPasswords:
    """`Passwords` without the slowness; every hash and comparison is counted, because that is what takes the time."""

    def __init__(self) -> None:
        self.verified: list[str] = []
        self.hashed = 0
        self.outdated = False

    def hash(self, password: str) -> str:
        self.hashed += 1
        return f"{'new' if self.outdated else 'old'}${hashlib.sha256(password.encode()).hexdigest()}"

    def verify(self, password_hash: str, password: str) -> bool:
        self.verified.append(password_hash)
        return password_hash.partition("$")[2] == hashlib.sha256(password.encode()).hexdigest()

    def is_outdated(self, password_hash: str) -> bool:
        return self.outdated and password_hash.startswith("old$")


class SomeBirths:
    """`Births` of BIRTHS, the same in every family."""

    async def born_on(self, family_id: str, member_id: str) -> date | None:
        if member_id not in BIRTHS:
            raise NotFound("no such member", field="member_id")
        return BIRTHS[member_id]


def memory_gate(**more: object) -> Gate:
    """A gate that forgets, at NOW."""
    given = {"births": SomeBirths(), "codes": PyotpCodes(), "base_url": "http://localhost:8000", **more}
    return Gate(MemoryAccounts(), MemoryAudit(), MemoryNotices(), CountedPasswords(), FixedClock(NOW), **given)  # pyright: ignore[reportArgumentType]


@contextlib.asynccontextmanager
async def opened_gate(kind: str, folder: Path) -> AsyncIterator[Gate]:
    """The same over a store of one kind."""
    async with opened_doors(kind, folder) as doors:
        yield msgspec.structs.replace(memory_gate(), accounts=doors.accounts, audit=doors.audit, notices=doors.notices)


def clock_of(gate: Gate) -> FixedClock:
    assert isinstance(gate.clock, FixedClock)
    return gate.clock


def passwords_of(gate: Gate) -> CountedPasswords:
    assert isinstance(gate.passwords, CountedPasswords)
    return gate.passwords


async def with_first(gate: Gate, login: str = "zhang") -> Account:
    """The first administrator, who manages the family "home"."""
    token = await first_token(gate)
    assert token is not None
    return await claim_first(gate, token, login=login, name="张敏", password=GOOD)


async def actor_named(gate: Gate, login: str, password: str = GOOD, family_id: str = "") -> Actor:
    """Whoever logs in so."""
    entered = await log_in(gate, login=login, password=password, family_id=family_id)
    actor = await find_actor(gate, entered.token, door="page")
    assert actor is not None
    return actor


async def with_person(
    gate: Gate, by: Actor, login: str, role: Role, *, member_id: str | None = None, licence: Licence | None = None
) -> Account:
    """Somebody invited by `by` into the family in their view."""
    token = await invite(gate, by, role=role, member_id=member_id, licence=licence)
    return await accept(gate, token, login=login, name=login, password=GOOD)


async def happened(gate: Gate, family_id: str = "") -> list[str]:
    """Codes of a chain, in order."""
    return [each.event.what for each in await gate.audit.chain(family_id)]


async def started() -> tuple[Gate, Actor]:
    """A gate in memory with its first administrator, logged in."""
    gate = memory_gate()
    await with_first(gate)
    return gate, await actor_named(gate, "zhang")


async def clinic(gate: Gate, operator: Actor) -> tuple[Tenant, Actor]:
    """A clinic with its manager."""
    tenant = await add_family(gate, operator, name="社区诊所", kind="clinic")
    token = await invite(gate, operator, role="manager", family_id=tenant.family_id)
    await accept(gate, token, login="chief", name="所长", password=GOOD)
    return tenant, await actor_named(gate, "chief")


async def said(attempt: Awaitable[object]) -> str:
    """The key of a refusal, "" for what worked."""
    try:
        await attempt
    except KangbanError as error:
        return error.key
    return ""
