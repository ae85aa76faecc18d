"""A new password: by a link an administrator makes, or by somebody who knows the old one."""

from __future__ import annotations

import asyncio

import msgspec

from kangban.clinical.access import Actor
from kangban.clinical.account import Account
from kangban.journeys.accounts.allowed import is_operator, manages, own_account
from kangban.journeys.accounts.keys import revoke_all, revoke_feeds
from kangban.journeys.accounts.links import dead, look_at, make_link, use
from kangban.journeys.accounts.login import count_try, refused
from kangban.journeys.accounts.noted import as_actor, note
from kangban.journeys.accounts.sessions import current, end_others
from kangban.journeys.accounts.wording import checked_password, plain_password
from kangban.journeys.gate import Gate
from kangban.kernel.errors import Conflict, NotFound, NotPermitted


async def reset_link(gate: Gate, actor: Actor, account_id: str) -> str:
    """A token for a new password, good for 24 hours; earlier ones of this account die.

    An operator may reset anybody; a manager only a child's account in their family: with anybody else's they would
    see what that person keeps to themselves. Raises NotPermitted, NotFound.
    """
    account = await gate.accounts.find_account(id=account_id) if account_id else None
    if account is None or not account.active:
        raise NotFound("no such account", field="account")
    if not await is_operator(gate, actor) and not await _only_theirs(gate, actor, account):
        raise NotPermitted("only an administrator may", key="error.not_operator")
    await gate.accounts.drop_links(purpose="reset", account_id=account.id)
    token = await make_link(gate, "reset", account_id=account.id)
    await note(gate, actor, "account.reset", subject=account.id, reason="link")
    return token


async def _only_theirs(gate: Gate, actor: Actor, account: Account) -> bool:
    if account.operator or not await manages(gate, actor, actor.family_id):
        return False
    held = current(await gate.accounts.memberships(account_id=account.id), gate.clock.now())
    return bool(held) and all(each.family_id == actor.family_id and each.role == "child" for each in held)


async def reset_password(gate: Gate, token: str, password: str) -> None:
    """Set a password by link: sessions, keys and calendar addresses end. An authenticator app and passkeys are kept.

    Raises NotFound (link), InvalidInput (and the link stays good).
    """
    link = await look_at(gate, token, "reset")
    account = await gate.accounts.find_account(id=link.account_id)
    if account is None or not account.active:
        raise dead()
    good = checked_password(password, login=account.login)
    hashed = await asyncio.to_thread(gate.passwords.hash, good)
    await use(gate, link)
    await _set_hash(gate, account.id, hashed)
    await gate.accounts.clear_failures(account.id)
    gate.throttle.forget(account.login)
    await gate.accounts.end_sessions(account_id=account.id)
    await revoke_all(gate, account.id)
    await revoke_feeds(gate, account.id)
    await note(gate, as_actor(account), "account.reset", subject=account.id, reason="done")


async def _set_hash(gate: Gate, account_id: str, hashed: str) -> None:
    """The link is used up: somebody changing the same account in this moment must not cost the new password."""
    for tries_left in (2, 1, 0):
        fresh = await gate.accounts.find_account(id=account_id)
        if fresh is None or not fresh.active:
            raise dead()
        try:
            await gate.accounts.change_account(msgspec.structs.replace(fresh, password_hash=hashed))
        except Conflict:
            if not tries_left:
                raise
        else:
            return


async def drop_second_factor(gate: Gate, actor: Actor, account_id: str) -> None:
    """For whoever lost phone and recovery codes: an operator takes codes and passkeys off; raises as `reset_link`."""
    account = await gate.accounts.find_account(id=account_id) if account_id else None
    if not await is_operator(gate, actor):
        raise NotPermitted("only an administrator may", key="error.not_operator")
    if account is None:
        raise NotFound("no such account", field="account")
    if account.totp_secret:
        await gate.accounts.change_account(
            msgspec.structs.replace(account, totp_secret="", totp_counter=0, recovery=())
        )
    for passkey in await gate.accounts.passkeys(account.id):
        await gate.accounts.remove_passkey(passkey.id)
    await gate.accounts.end_sessions(account_id=account.id)
    await note(gate, actor, "account.totp_off", subject=account.id, reason="administrator")


async def change_password(gate: Gate, actor: Actor, old: str, new: str) -> None:
    """Set one's own password; the other sessions end at once.

    Raises NotPermitted (wrong old one, counted like a login), InvalidInput.
    """
    account = await own_account(gate, actor)
    await confirm_password(gate, account, old)
    good = checked_password(new, login=account.login)
    hashed = await asyncio.to_thread(gate.passwords.hash, good)
    fresh = await gate.accounts.find_account(id=account.id)
    if fresh is None or fresh.password_hash != account.password_hash:
        raise NotPermitted("the password changed meanwhile", field="old", key="error.password_wrong")
    await gate.accounts.change_account(msgspec.structs.replace(fresh, password_hash=hashed))
    await end_others(gate, account.id, kept=actor.session_id)
    await gate.accounts.drop_links(purpose="reset", account_id=account.id)
    await note(gate, actor, "account.password", subject=account.id)


async def confirm_password(gate: Gate, account: Account, password: str) -> None:
    """Once more the password, before something weighty; raises NotPermitted, and wrong ones count like at the door."""
    count = await count_try(gate, account, account.login, "")
    given = plain_password(password)
    if not await asyncio.to_thread(gate.passwords.verify, account.password_hash, given or "") or given is None:
        raise await refused(gate, account, account.login, count, "error.password_wrong")
    gate.throttle.forget(account.login)
    await gate.accounts.clear_failures(account.id)
