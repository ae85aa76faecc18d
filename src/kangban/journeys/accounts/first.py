"""The first administrator, through a one-time link that only the screen of this machine shows."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final

from kangban.clinical.access import Membership
from kangban.clinical.account import Account, Tenant
from kangban.journeys.accounts.links import dead, look_at, make_link, use
from kangban.journeys.accounts.noted import as_actor, note
from kangban.journeys.accounts.wording import checked_login, checked_name, checked_password
from kangban.journeys.gate import Gate
from kangban.kernel.ids import derived_id

SWEPT_AFTER: Final = timedelta(days=40)  # longer than a session lasts, should the clock be wrong for a while


async def first_token(gate: Gate) -> str | None:
    """A fresh token while no account exists, for 24 hours; those of earlier starts die. None afterwards.

    Every start comes by here, so what ran out long ago is swept out too.
    """
    await gate.accounts.drop_expired(gate.clock.now() - SWEPT_AFTER)
    await gate.accounts.drop_links(purpose="first")
    if await gate.accounts.accounts():
        return None
    return await make_link(gate, "first")


async def claim_first(
    gate: Gate, token: str, *, login: str, name: str, password: str, family_id: str = "home"
) -> Account:
    """Make the administrator, who also looks after the family; raises NotFound (link) and InvalidInput.

    What is written wrong leaves the link as it was.
    """
    link = await look_at(gate, token, "first")
    made = await new_account(gate, link.id, login=login, name=name, password=password, operator=True)
    if await gate.accounts.accounts():
        raise dead()
    await use(gate, link)
    if not any(each.family_id == family_id for each in await gate.accounts.tenants()):
        await gate.accounts.put_tenant(Tenant(family_id, "family", "", gate.clock.now()))
    await gate.accounts.put_membership(
        Membership(membership_id(made.id, family_id), made.id, family_id, "manager", since=gate.clock.now())
    )
    # Last: an administrator who is there but has no family would be stuck; a place without its account is nothing.
    await gate.accounts.add_account(made)
    await note(gate, as_actor(made), "account.made", subject=made.id, reason="first")
    await note(gate, as_actor(made), "membership.made", subject=made.id, reason="manager", family_id=family_id)
    return made


async def new_account(
    gate: Gate, seed: str, *, login: str, name: str, password: str, operator: bool = False
) -> Account:
    """An account not stored yet; its id derives from the link it came by. Raises InvalidInput."""
    checked = checked_login(login)
    good = checked_password(password, login=checked)
    called = checked_name(name)
    hashed = await asyncio.to_thread(gate.passwords.hash, good)
    return Account(
        derived_id("account", seed), checked, called, hashed, operator=operator, created_at=gate.clock.now()
    )  # fmt: skip


def membership_id(account_id: str, family_id: str) -> str:
    """One place an account and family."""
    return derived_id("membership", account_id, family_id)
