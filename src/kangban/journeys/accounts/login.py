"""Coming in with login and password, and who stands behind a session from then on."""

from __future__ import annotations

import asyncio
from datetime import datetime

import msgspec

from kangban.clinical.access import Actor, Membership
from kangban.clinical.account import Account, OneTimeLink, Session
from kangban.journeys.accounts.noted import as_actor, note
from kangban.journeys.accounts.second import second_factor
from kangban.journeys.accounts.sessions import LoggedIn, alive, current, start
from kangban.journeys.accounts.throttle import LOCK_AFTER, LOCK_FOR
from kangban.journeys.accounts.tokens import digest, is_token, new_token, veiled
from kangban.journeys.accounts.wording import plain_login, plain_password
from kangban.journeys.gate import Gate
from kangban.kernel.errors import Conflict, NotPermitted

__all__ = ["LoggedIn", "choose_family", "end_all", "find_actor", "log_in", "log_out"]


async def log_in(
    gate: Gate, *, login: str, password: str, code: str = "", remote: str = "", family_id: str = ""
) -> LoggedIn:
    """Raises NotPermitted: error.login_wrong, .login_locked, .login_wait, .code_needed or .code_wrong.

    An unknown login takes the same work, waits and locks as a known one. A locked one is told so whatever the
    password was.
    """
    known = plain_login(login)
    key = known or veiled(login)
    account = await gate.accounts.find_account(login=known) if known else None
    count = await count_try(gate, account, key, remote)
    given = plain_password(password)
    stored = account.password_hash if account is not None and account.active else ""
    right = await asyncio.to_thread(gate.passwords.verify, stored, given or "")
    if account is None or given is None or not right:
        raise await refused(gate, account, key, count)
    strong = await _second(gate, account, code, count)
    return await enter(gate, await _renewed(gate, account, given), family_id=family_id, strong=strong)


async def count_try(gate: Gate, account: Account | None, key: str, remote: str) -> int:
    """Count a try as wrong before anything is compared, so that many at once are not more than eight in a row.

    Raises NotPermitted where no try may be made now: then the answer cannot depend on the password. `enter` takes
    the count back.
    """
    now = gate.clock.now()
    until = account.locked_until if account is not None else None
    locked = gate.throttle.is_locked(key, now) if account is None else account.locked
    if locked or (until is not None and now < until):
        raise _locked()
    if gate.throttle.wait(key, remote, now, wrong=None if account is None else account.failed):
        raise NotPermitted("tries come too fast", key="error.login_wait")
    count = gate.throttle.count(key, remote, now)
    stored = await _count_in_store(gate, account, now)
    count = count if account is None else stored
    if count > LOCK_AFTER:
        raise _locked()
    return count


async def _count_in_store(gate: Gate, account: Account | None, now: datetime) -> int:
    if account is None:
        # The same work for a login that does not exist: one small row is written. No token has this id.
        await gate.accounts.put_link(OneTimeLink("nobody", "passkey", "", "", now + LOCK_FOR, kept=new_token()))
        return 0
    return await gate.accounts.count_failure(account.id, now, lock_after=LOCK_AFTER, lock_until=now + LOCK_FOR)


def _locked() -> NotPermitted:
    return NotPermitted("the login is locked for now", key="error.login_locked")


async def refused(
    gate: Gate, account: Account | None, key: str, count: int, wrong: str = "error.login_wrong"
) -> NotPermitted:
    """Note a wrong try that was counted; returns what to raise."""
    who = as_actor(account) if account is not None else None
    await note(gate, who, "login.failed", outcome="refused", reason="" if who else f"unknown:{veiled(key)}")
    if count < LOCK_AFTER:
        return NotPermitted("login or password is wrong", key=wrong)
    await note(gate, who, "login.locked", outcome="refused", reason="tries")
    return _locked()


async def _second(gate: Gate, account: Account, code: str, count: int) -> bool:
    """Whether a second factor was shown; raises NotPermitted where one is needed."""
    if not account.totp_secret:
        return False
    if not code.strip():
        raise NotPermitted("a code is needed", field="code", key="error.code_needed")
    if not await second_factor(gate, account, code):
        raise await refused(gate, account, account.login, count, "error.code_wrong")
    return True


async def _renewed(gate: Gate, account: Account, password: str) -> Account:
    """The account as it is now, its hash made with today's parameters."""
    fresh = await gate.accounts.find_account(id=account.id)
    if fresh is None or fresh.password_hash != account.password_hash:
        raise NotPermitted("the account changed meanwhile", key="error.login_wrong")
    if gate.passwords.is_outdated(fresh.password_hash):
        made = await asyncio.to_thread(gate.passwords.hash, password)
        try:
            await gate.accounts.change_account(msgspec.structs.replace(fresh, password_hash=made))
        except Conflict:
            return fresh  # somebody else renewed it, or the next login will
        return msgspec.structs.replace(fresh, password_hash=made, version=fresh.version + 1)
    return fresh


async def enter(gate: Gate, account: Account, *, family_id: str = "", strong: bool = False) -> LoggedIn:
    """Let in whoever has proved who they are; raises NotPermitted for an account that was closed or locked."""
    if not account.active:
        raise NotPermitted("the account was closed", key="error.login_wrong")
    if account.locked:
        raise _locked()
    gate.throttle.forget(account.login)
    await gate.accounts.clear_failures(account.id)
    place = _chosen(current(await gate.accounts.memberships(account_id=account.id), gate.clock.now()), family_id)
    if place is None and (family_id or not account.operator):
        raise NotPermitted("no place in a family", key="error.no_family")
    await note(gate, as_actor(account), "login.done", reason="strong" if strong else "")
    entered = await start(gate, account, family_id=place.family_id if place else "", strong=strong)
    # A password changed or a lock set while this login was under way ended the sessions of that moment, not this one.
    now = await gate.accounts.find_account(id=account.id)
    if now is None or not now.active or now.locked or now.password_hash != account.password_hash:
        await gate.accounts.end_sessions(session_id=entered.session.id)
        raise NotPermitted("the account changed meanwhile", key="error.login_wrong")
    return entered


def _chosen(places: list[Membership], family_id: str) -> Membership | None:
    return next((each for each in places if family_id in ("", each.family_id)), None)


async def log_out(gate: Gate, token: str) -> None:
    """End the session of a token; nothing happens for one that is none."""
    session = await gate.accounts.find_session(digest(token)) if is_token(token) else None
    if session is not None:
        account = await gate.accounts.find_account(id=session.account_id)
        await gate.accounts.end_sessions(session_id=session.id)
        await note(gate, as_actor(account) if account else None, "login.ended", reason="self")


async def end_all(gate: Gate, account_id: str) -> int:
    """End every session of an account; returns how many."""
    ended = await gate.accounts.end_sessions(account_id=account_id)
    if ended:
        account = await gate.accounts.find_account(id=account_id)
        await note(gate, as_actor(account) if account else None, "login.ended", reason="all")
    return ended


async def choose_family(gate: Gate, token: str, family_id: str) -> Session:
    """Put another of one's families in view; raises NotPermitted."""
    session = await alive(gate, token)
    account = await gate.accounts.find_account(id=session.account_id) if session else None
    if session is None or account is None or not account.active or account.locked:
        raise NotPermitted("the session has ended", key="error.session_over")
    places = current(await gate.accounts.memberships(account_id=account.id), gate.clock.now())
    if not any(each.family_id == family_id for each in places) and not (account.operator and not family_id):
        raise NotPermitted("no place in that family", key="error.no_family")
    chosen = Session(
        session.id, session.account_id, family_id, session.created_at, gate.clock.now(), session.expires_at,
        session.strong,
    )  # fmt: skip
    if not await gate.accounts.keep_session(chosen):
        raise NotPermitted("the session has ended", key="error.session_over")
    return chosen


async def find_actor(gate: Gate, token: str, *, door: str, used: bool = True) -> Actor | None:
    """Whoever a session stands for, read anew every time; None when session, account or membership is gone.

    An operator without a place in the family in view keeps the server and sees no record. `used`: see `alive`.
    """
    session = await alive(gate, token, used=used)
    if session is None:
        return None
    return await actor_of(gate, session.account_id, session.family_id, door=door, session_id=session.id)


async def actor_of(gate: Gate, account_id: str, family_id: str, *, door: str, session_id: str = "") -> Actor | None:
    """The actor an account is in one family at this moment, or None."""
    account = await gate.accounts.find_account(id=account_id)
    if account is None or not account.active or account.locked:
        return None
    if not family_id:
        return as_operator(account, door, session_id) if account.operator else None
    places = await gate.accounts.memberships(account_id=account_id, family_id=family_id)
    place = next(iter(current(places, gate.clock.now())), None)
    if place is None:
        return None
    return Actor(
        account.id, account.name, family_id, place.role, member_id=place.member_id, licence=place.licence,
        until=place.until, session_id=session_id, door=door,
    )  # fmt: skip


def as_operator(account: Account, door: str, session_id: str = "") -> Actor:
    """Whoever keeps the server, in no family."""
    return Actor(account.id, account.name, "", "operator", session_id=session_id, door=door)
