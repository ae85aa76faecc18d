"""Who may invite whom and at which age, read from inviting.toml."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Final

import msgspec

from kangban.clinical.access import PROFESSIONS, Actor, Licence, Role
from kangban.clinical.account import Account, Tenant
from kangban.journeys.accounts.local import DEMO, LOCAL
from kangban.journeys.accounts.sessions import current
from kangban.journeys.gate import Gate
from kangban.kernel.errors import InvalidInput, NotFound, NotPermitted, Unavailable

PERSONAL: Final[frozenset[Role]] = frozenset({"teen", "child", "elder"})  # roles of somebody in the record


class _Roles(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    roles: tuple[Role, ...]


class _Span(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    from_: int = msgspec.field(name="from")
    below: int


class _Ages(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    youngest: int
    child: _Span
    teen: _Span


class _Licence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    topics: tuple[str, ...]


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    manager: dict[str, _Roles]
    operator: dict[str, _Roles]
    ages: _Ages
    licence: _Licence


@lru_cache(maxsize=1)
def table() -> _Table:
    """The rows of inviting.toml."""
    return msgspec.convert(tomllib.loads(Path(__file__).with_name("inviting.toml").read_text("utf-8")), _Table)


def is_here(actor: Actor) -> bool:
    """Whether this is whoever sits at the machine with the data directory: they can read its files anyway."""
    return actor.account_id == LOCAL and actor.door == "cli"


async def own_account(gate: Gate, actor: Actor) -> Account:
    """The actor's account, still open; raises NotPermitted for keys, the demo, the local person and the closed."""
    account = await gate.accounts.find_account(id=actor.account_id) if actor.account_id else None
    if account is None or not account.active or account.locked or actor.scopes is not None:
        raise NotPermitted("an account is needed for this", key="error.account_needed")
    return account


async def is_operator(gate: Gate, actor: Actor) -> bool:
    """Whether the actor keeps the server: read from the account, never from what the actor says of itself."""
    if is_here(actor):
        return True
    if actor.account_id in (LOCAL, DEMO) or actor.scopes is not None:
        return False
    account = await gate.accounts.find_account(id=actor.account_id)
    return account is not None and account.operator and account.active and not account.locked


async def manages(gate: Gate, actor: Actor, family_id: str) -> bool:
    """Whether the actor manages a place, read anew: they may have been let in before it was taken from them."""
    if is_here(actor):
        return True
    own_eyes = bool(actor.account_id) and actor.scopes is None
    if not own_eyes or not family_id or actor.role != "manager" or actor.family_id != family_id:
        return False
    held = await gate.accounts.memberships(account_id=actor.account_id, family_id=family_id)
    return any(each.role == "manager" for each in current(held, gate.clock.now()))


async def tenant_of(gate: Gate, family_id: str) -> Tenant:
    """A family or clinic of this server; raises NotFound."""
    for tenant in await gate.accounts.tenants():
        if tenant.family_id == family_id:
            return tenant
    raise NotFound("no such family", field="family")


async def invitable(gate: Gate, actor: Actor, family_id: str) -> frozenset[Role]:
    """Roles an actor may give away in a place: as its manager, as the operator, or both."""
    if actor.scopes is not None or actor.account_id == DEMO:
        return frozenset()
    kind = (await tenant_of(gate, family_id)).kind
    roles: set[Role] = set()
    if await manages(gate, actor, family_id):
        roles |= set(table().manager[kind].roles)
    if await is_operator(gate, actor):
        roles |= set(table().operator[kind].roles)
    return frozenset(roles)


def checked_licence(role: Role, licence: Licence | None, today: date) -> Licence | None:
    """A professional has a licence that holds, nobody else has one; raises InvalidInput."""
    if role not in PROFESSIONS:
        if licence is not None:
            raise InvalidInput("this role has no licence", field="licence", key="error.licence_not_here")
        return None
    if licence is None or not licence.number.strip() or len(licence.number) > 60:
        raise InvalidInput("a licence number is needed", field="licence.number", key="error.licence_needed")
    if not licence.scope or not set(licence.scope) <= set(table().licence.topics):
        raise InvalidInput("a licence names its topics", field="licence.scope", key="error.licence_scope")
    if licence.expires_on <= today:
        raise InvalidInput("the licence has run out", field="licence.expires_on", key="error.licence_over")
    return Licence(licence.number.strip(), tuple(sorted(set(licence.scope))), licence.expires_on)


def years(born_on: date, today: date) -> int:
    """Full years; a birthday on 29 February is kept on 1 March of other years."""
    return today.year - born_on.year - ((today.month, today.day) < (born_on.month, born_on.day))


async def check_age(gate: Gate, family_id: str, member_id: str | None, role: Role, today: date) -> None:
    """Whether a member of the record is of the age a role is for.

    Raises InvalidInput (age, or a child whose age nobody knows), NotFound (member), Unavailable where this program
    cannot look births up.
    """
    if member_id is None:
        if role in PERSONAL:
            raise InvalidInput("say whose account it is", field="member_id", key="error.member_needed")
        return
    if gate.births is None:
        raise Unavailable("birth dates cannot be looked up here", field="member_id")
    born_on = await gate.births.born_on(family_id, member_id)
    ages = table().ages
    if born_on is None:
        if role in ("child", "teen"):
            raise InvalidInput("the birth date is missing", field="member_id", key="error.birth_needed")
        return
    age = years(born_on, today)
    if age < ages.youngest:
        raise InvalidInput("too young for an account", field="member_id", key="error.too_young")
    meant: Role | None = None
    if age < ages.child.below:
        meant = "child"
    elif age < ages.teen.below:
        meant = "teen"
    if (meant is not None and role != meant) or (meant is None and role in ("child", "teen")):
        raise InvalidInput("the role does not go with the age", field="role", key="error.role_age")
