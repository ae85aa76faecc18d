"""Codes of an authenticator app as a second factor, with recovery codes for a lost phone."""

from __future__ import annotations

import secrets
from typing import Final

import msgspec

from kangban.clinical.access import Actor
from kangban.journeys.accounts.allowed import own_account
from kangban.journeys.accounts.noted import note
from kangban.journeys.accounts.resetting import confirm_password
from kangban.journeys.accounts.second import recovery_text
from kangban.journeys.accounts.sessions import end_others
from kangban.journeys.accounts.tokens import digest
from kangban.journeys.gate import Gate
from kangban.kernel.errors import Conflict, InvalidInput, Unavailable

RECOVERY_CODES: Final = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike on paper


async def begin(gate: Gate, actor: Actor) -> tuple[str, str]:
    """A fresh secret and its otpauth:// address; nothing is kept until a code was shown. Raises Conflict when on."""
    account = await own_account(gate, actor)
    if gate.codes is None:
        raise Unavailable("codes cannot be checked here")
    if account.totp_secret:
        raise Conflict("codes are on already", key="error.totp_on")
    secret = gate.codes.new_secret()
    return secret, gate.codes.uri(secret, account.login)


async def confirm(gate: Gate, actor: Actor, secret: str, code: str) -> tuple[str, ...]:
    """Turn it on after a right code; returns the recovery codes, shown this once. Other sessions end.

    Raises InvalidInput for a wrong code or a secret that is none, Conflict when it is on.
    """
    account = await own_account(gate, actor)
    if gate.codes is None:
        raise Unavailable("codes cannot be checked here")
    if account.totp_secret:
        raise Conflict("codes are on already", key="error.totp_on")
    step = gate.codes.step_of(secret, "".join(code.split()), gate.clock.now())
    if step is None:
        raise InvalidInput("the code is wrong", field="code", key="error.code_wrong")
    codes = tuple(_code() for _ in range(RECOVERY_CODES))
    kept = tuple(digest(recovery_text(account.id, each.replace("-", ""))) for each in codes)
    await gate.accounts.change_account(
        msgspec.structs.replace(account, totp_secret=secret, totp_counter=step, recovery=kept)
    )
    await end_others(gate, account.id, kept=actor.session_id)
    await note(gate, actor, "account.totp_on", subject=account.id)
    return codes


async def drop(gate: Gate, actor: Actor, password: str) -> None:
    """Turn it off; raises NotPermitted for a wrong password."""
    account = await own_account(gate, actor)
    await confirm_password(gate, account, password)
    if account.totp_secret:
        fresh = await own_account(gate, actor)
        await gate.accounts.change_account(msgspec.structs.replace(fresh, totp_secret="", totp_counter=0, recovery=()))
        await note(gate, actor, "account.totp_off", subject=account.id)


def _code() -> str:
    """Ten characters, 49 bits, in two halves."""
    text = "".join(secrets.choice(_LETTERS) for _ in range(10))
    return f"{text[:5]}-{text[5:]}"
