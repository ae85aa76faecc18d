"""Passkeys: made while logged in, then a login of their own. Each challenge is good once, for five minutes."""

from __future__ import annotations

import base64
import binascii
import secrets
from typing import Final

import msgspec

from kangban.clinical.access import Actor
from kangban.clinical.account import Passkey
from kangban.journeys.accounts.allowed import own_account
from kangban.journeys.accounts.links import look_at, make_link, use
from kangban.journeys.accounts.login import count_try, enter, refused
from kangban.journeys.accounts.noted import note
from kangban.journeys.accounts.resetting import confirm_password
from kangban.journeys.accounts.sessions import LoggedIn
from kangban.journeys.accounts.wording import checked_name
from kangban.journeys.gate import Gate
from kangban.kernel.errors import Conflict, KangbanError, NotFound, NotPermitted, Unavailable
from kangban.ports.factors import PasskeyChecks

MOST_PASSKEYS: Final = 20


def _checks(gate: Gate) -> PasskeyChecks:
    if gate.passkeys is None or not gate.base_url:
        raise Unavailable("passkeys are not offered here", key="error.no_passkeys")
    return gate.passkeys


async def _challenge(gate: Gate, account_id: str) -> bytes:
    made = secrets.token_bytes(32)
    await make_link(gate, "passkey", account_id=account_id, token=_text(made))
    return made


async def _use_challenge(gate: Gate, text: str, account_id: str) -> bytes:
    """The challenge an answer names, if it is one of ours for this purpose; used up whatever becomes of the answer."""
    try:
        link = await look_at(gate, text, "passkey")
        if link.account_id != account_id:
            raise _no()
        await use(gate, link)
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (NotFound, binascii.Error):
        raise _no() from None


async def begin_adding(gate: Gate, actor: Actor, password: str) -> str:
    """Options (JSON) for navigator.credentials.create; the password is asked for once more."""
    account = await own_account(gate, actor)
    checks = _checks(gate)
    if account.password_hash:
        await confirm_password(gate, account, password)
    known = await gate.accounts.passkeys(account.id)
    if len(known) >= MOST_PASSKEYS:
        raise Conflict("too many passkeys", key="error.passkey_many")
    challenge = await _challenge(gate, account.id)
    return checks.adding(
        gate.base_url, account_id=account.id, login=account.login, challenge=challenge,
        known=[each.id.partition(".")[2] for each in known],
    )  # fmt: skip


async def finish_adding(gate: Gate, actor: Actor, answer: str, name: str) -> Passkey:
    """Keep what the browser made; raises NotPermitted for an answer that does not fit."""
    account = await own_account(gate, actor)
    checks = _checks(gate)
    called = checked_name(name)
    challenge = await _use_challenge(gate, checks.challenge_of(answer), account.id)
    made = checks.added(gate.base_url, answer, challenge=challenge)
    # The account stands in the id: whoever learns another's credential id cannot write over it.
    passkey = Passkey(f"{account.id}.{made.id}", account.id, made.public_key, made.sign_count, called, gate.clock.now())
    await gate.accounts.put_passkey(passkey)
    await note(gate, actor, "account.passkey_added", subject=account.id)
    return passkey


async def begin_login(gate: Gate, *, remote: str = "") -> str:
    """Options (JSON) for navigator.credentials.get; they are the same for everybody."""
    checks = _checks(gate)
    gate.throttle.begin(remote, gate.clock.now())
    return checks.entering(gate.base_url, challenge=await _challenge(gate, ""))


async def finish_login(gate: Gate, answer: str, *, remote: str = "", family_id: str = "") -> LoggedIn:
    """Let in the owner of a passkey; raises NotPermitted, in the same words for unknown and wrong ones."""
    checks = _checks(gate)
    said = checks.claimed(answer)
    account = await gate.accounts.find_account(id=said.account_id) if said.account_id else None
    key = account.login if account is not None else f"passkey {said.account_id[:80]}"
    count = await count_try(gate, account, key, remote)
    try:
        challenge = await _use_challenge(gate, said.challenge, "")
        known = await gate.accounts.passkeys(account.id) if account is not None else []
        passkey = next((each for each in known if each.id == f"{each.account_id}.{said.credential_id}"), None)
        if account is None or passkey is None:
            raise _no()
        seen = checks.entered(
            gate.base_url, answer, challenge=challenge, public_key=passkey.public_key, sign_count=passkey.sign_count
        )
    except KangbanError as error:
        raise await refused(gate, account, key, count, error.key) from None
    if passkey.id in {each.id for each in await gate.accounts.passkeys(account.id)}:  # not removed meanwhile
        await gate.accounts.put_passkey(msgspec.structs.replace(passkey, sign_count=seen))
    return await enter(gate, account, family_id=family_id, strong=True)


async def list_passkeys(gate: Gate, actor: Actor) -> list[Passkey]:
    """One's own."""
    return await gate.accounts.passkeys((await own_account(gate, actor)).id)


async def remove(gate: Gate, actor: Actor, passkey_id: str) -> None:
    """Forget one of one's own; raises NotFound, also for somebody else's."""
    if passkey_id not in {each.id for each in await list_passkeys(gate, actor)}:
        raise NotFound("no such passkey", field="passkey")
    await gate.accounts.remove_passkey(passkey_id)
    await note(gate, actor, "account.passkey_removed", subject=actor.account_id)


def _text(challenge: bytes) -> str:
    return base64.urlsafe_b64encode(challenge).rstrip(b"=").decode()


def _no() -> NotPermitted:
    return NotPermitted("the passkey does not fit", key="error.passkey_refused")
