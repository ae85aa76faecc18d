"""What keeps the server in order: families and clinics, accounts locked, unlocked and closed."""

from __future__ import annotations

from typing import Literal

import msgspec

from kangban.clinical.access import Actor
from kangban.clinical.account import Account, Tenant
from kangban.journeys.accounts.allowed import is_operator
from kangban.journeys.accounts.keys import revoke_all, revoke_feeds
from kangban.journeys.accounts.noted import note
from kangban.journeys.accounts.wording import checked_name
from kangban.journeys.gate import Gate
from kangban.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from kangban.kernel.ids import new_id


async def list_accounts(gate: Gate, actor: Actor) -> list[Account]:
    """All accounts, by login; raises NotPermitted for whoever is no operator."""
    await _only_operators(gate, actor)
    return await gate.accounts.accounts()


async def families(gate: Gate, actor: Actor) -> list[Tenant]:
    """All families and clinics; raises NotPermitted for whoever is no operator."""
    await _only_operators(gate, actor)
    return list(await gate.accounts.tenants())


async def add_family(gate: Gate, actor: Actor, *, name: str, kind: Literal["family", "clinic"] = "family") -> Tenant:
    """A new family or clinic, empty; its first manager is invited next. Raises NotPermitted, InvalidInput."""
    await _only_operators(gate, actor)
    if kind not in ("family", "clinic"):
        raise InvalidInput("family or clinic", field="kind")
    tenant = Tenant(new_id(kind), kind, checked_name(name), gate.clock.now())
    await gate.accounts.put_tenant(tenant)
    await note(gate, actor, "settings.changed", subject=tenant.family_id, reason=f"{kind}.added")
    return tenant


async def lock(gate: Gate, actor: Actor, account_id: str) -> None:
    """Keep an account out until it is unlocked: sessions end at once, keys and links answer nothing meanwhile.

    Raises NotPermitted, NotFound, Conflict (the last operator, or oneself).
    """
    account = await _theirs(gate, actor, account_id)
    await _keep_one_operator(gate, actor, account)
    if not account.locked:
        await gate.accounts.change_account(msgspec.structs.replace(account, locked=True))
    await gate.accounts.end_sessions(account_id=account.id)
    await note(gate, actor, "account.closed", subject=account.id, reason="locked")


async def unlock(gate: Gate, actor: Actor, account_id: str) -> None:
    """Lift a lock, by whomever or whatever it was set; raises NotPermitted, NotFound."""
    account = await _theirs(gate, actor, account_id)
    if account.locked:
        await gate.accounts.change_account(msgspec.structs.replace(account, locked=False))
    await gate.accounts.clear_failures(account.id)
    gate.throttle.forget(account.login)
    await note(gate, actor, "account.opened", subject=account.id, reason="unlocked")


async def end_account(gate: Gate, actor: Actor, account_id: str) -> None:
    """Close an account for good: sessions, keys, links and places end at once; what it wrote into a record stays.

    Its agents, their runs, notes and costs are erased in every family.

    Raises NotPermitted, NotFound, Conflict (the last operator, or oneself).
    """
    account = await _theirs(gate, actor, account_id)
    await _keep_one_operator(gate, actor, account)
    if account.active:
        # Without password and second factor nothing can be let in even by a program that forgets to look.
        await gate.accounts.change_account(
            msgspec.structs.replace(account, active=False, password_hash="", totp_secret="", recovery=(), notify_url="")
        )
    await gate.accounts.end_sessions(account_id=account.id)
    await revoke_all(gate, account.id)
    await revoke_feeds(gate, account.id)
    await gate.accounts.drop_links(purpose="reset", account_id=account.id)
    for passkey in await gate.accounts.passkeys(account.id):
        await gate.accounts.remove_passkey(passkey.id)
    for place in await gate.accounts.memberships(account_id=account.id):
        await gate.accounts.remove_membership(place.id)
        await note(
            gate, actor, "membership.ended", subject=place.id, reason="account", member_id=place.member_id or "",
            family_id=place.family_id,
        )  # fmt: skip
    if gate.forget is not None:
        for each in await gate.accounts.tenants():
            await gate.forget(account.id, each.family_id)
    await note(gate, actor, "account.closed", subject=account.id, reason="ended")


async def _only_operators(gate: Gate, actor: Actor) -> None:
    if not await is_operator(gate, actor):
        raise NotPermitted("only an administrator may", key="error.not_operator")


async def _theirs(gate: Gate, actor: Actor, account_id: str) -> Account:
    await _only_operators(gate, actor)
    account = await gate.accounts.find_account(id=account_id) if account_id else None
    if account is None:
        raise NotFound("no such account", field="account")
    return account


async def _keep_one_operator(gate: Gate, actor: Actor, account: Account) -> None:
    if account.id == actor.account_id:
        raise Conflict("nobody shuts themselves out", key="error.own_account")
    others = [each for each in await gate.accounts.accounts() if each.operator and each.active and not each.locked]
    if account.operator and not any(each.id != account.id for each in others):
        raise Conflict("the server keeps one administrator", key="error.last_operator")
