"""A second factor: a code of an authenticator app or a recovery code, each good for one use."""

from __future__ import annotations

import hmac

import msgspec

from kangban.clinical.account import Account
from kangban.journeys.accounts.tokens import digest
from kangban.journeys.gate import Gate
from kangban.kernel.errors import Conflict, NotFound, Unavailable

MOST_CODE = 40  # characters


async def second_factor(gate: Gate, account: Account, code: str) -> bool:
    """Whether a code is right, and using it up: of two with the same code at a time only one is let in.

    Raises Unavailable where this program cannot check codes.
    """
    if gate.codes is None:
        raise Unavailable("codes cannot be checked here", field="code")
    fresh = await gate.accounts.find_account(id=account.id)
    if fresh is None or not fresh.totp_secret or len(code) > MOST_CODE:
        return False
    used = _with_code_used(gate, fresh, code)
    if used is None:
        return False
    try:
        await gate.accounts.change_account(used)
    except (Conflict, NotFound):
        return False  # somebody else used it in the same moment
    return True


def _with_code_used(gate: Gate, account: Account, code: str) -> Account | None:
    typed = "".join(code.split()).replace("-", "").lower()
    if gate.codes is not None and len(typed) == 6 and typed.isascii() and typed.isdecimal():
        step = gate.codes.step_of(account.totp_secret, typed, gate.clock.now())
        if step is None or step <= account.totp_counter:
            return None
        return msgspec.structs.replace(account, totp_counter=step)
    hashed = digest(recovery_text(account.id, typed))
    left = tuple(each for each in account.recovery if not hmac.compare_digest(each, hashed))
    return None if len(left) == len(account.recovery) else msgspec.structs.replace(account, recovery=left)


def recovery_text(account_id: str, code: str) -> str:
    """What is hashed of a recovery code: bound to its account, so that hashes cannot be moved."""
    return f"recovery {account_id} {code}"
