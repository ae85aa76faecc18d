"""What an account says of itself: how the person is called, and where notices reach them."""

from __future__ import annotations

import msgspec

from kangban.clinical.access import Actor
from kangban.journeys.accounts.allowed import own_account
from kangban.journeys.accounts.noted import note
from kangban.journeys.accounts.wording import checked_name
from kangban.journeys.gate import Gate
from kangban.kernel.errors import InvalidInput

MOST_ADDRESS = 500


async def set_name(gate: Gate, actor: Actor, name: str) -> None:
    """Another name for one's own account; raises InvalidInput, Conflict (changed meanwhile)."""
    account = await own_account(gate, actor)
    called = checked_name(name)
    if called != account.name:
        await gate.accounts.change_account(msgspec.structs.replace(account, name=called))
        await note(gate, actor, "account.changed", subject=account.id, reason="name")


async def set_notify_url(gate: Gate, actor: Actor, address: str) -> None:
    """Where notices go besides the pages, "" for nowhere else. It holds secrets: neither told nor noted.

    Raises InvalidInput for what is no address.
    """
    account = await own_account(gate, actor)
    scheme, _, rest = address.partition("://")
    shaped = bool(scheme) and scheme.isascii() and scheme.replace("+", "").isalnum() and bool(rest)
    if address and (not shaped or len(address) > MOST_ADDRESS or not address.isprintable() or " " in address):
        raise InvalidInput("no address", field="notify_url", key="error.notify_url")
    if address != account.notify_url:
        await gate.accounts.change_account(msgspec.structs.replace(account, notify_url=address))
        await note(gate, actor, "account.changed", subject=account.id, reason="notify" if address else "notify_off")
