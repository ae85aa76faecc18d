"""Keys for scripts: shown once, never able to do more than their owner, and gone after a year at the latest."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Final

import msgspec

from kangban.clinical.access import Actor
from kangban.clinical.account import ApiKey
from kangban.journeys.accounts.allowed import own_account
from kangban.journeys.accounts.login import actor_of
from kangban.journeys.accounts.noted import note
from kangban.journeys.accounts.tokens import KEY_PREFIX, digest, is_token, new_token
from kangban.journeys.accounts.wording import checked_name
from kangban.journeys.gate import Gate
from kangban.kernel.clock import aware
from kangban.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted

USE_NOTED_EVERY: Final = timedelta(minutes=1)
_HINT = len(KEY_PREFIX) + 5


class _Scopes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    purposes: frozenset[str]
    groups: frozenset[str]
    longest_days: int
    most_keys: int


@lru_cache(maxsize=1)
def scope_table() -> _Scopes:
    """The rows of key_scopes.toml."""
    return msgspec.convert(tomllib.loads(Path(__file__).with_name("key_scopes.toml").read_text("utf-8")), _Scopes)


async def make_key(
    gate: Gate, actor: Actor, *, name: str, scopes: Sequence[str], expires_at: datetime
) -> tuple[str, ApiKey]:
    """The secret, shown this once, and the key. Raises InvalidInput and NotPermitted (no account, no family)."""
    account = await own_account(gate, actor)
    now = gate.clock.now()
    if await actor_of(gate, account.id, actor.family_id, door=actor.door) is None or not actor.family_id:
        raise NotPermitted("a key belongs to a place in a family", key="error.no_family")
    table = scope_table()
    wanted = frozenset(scopes)
    if not wanted <= table.purposes | table.groups or not wanted & table.purposes or not wanted & table.groups:
        raise InvalidInput("a key names purposes and groups", field="scopes", key="error.key_scopes")
    expires_at = aware(expires_at)
    if not now < expires_at <= now + timedelta(days=table.longest_days):
        raise InvalidInput("a key runs out within a year", field="expires_at", key="error.key_expiry")
    alive = [each for each in await gate.accounts.keys(account.id) if is_good(each, now)]
    if len(alive) >= table.most_keys:
        raise Conflict("too many keys; revoke one first", key="error.key_many")
    secret = KEY_PREFIX + new_token()
    key = ApiKey(
        digest(secret), account.id, actor.family_id, checked_name(name), secret[:_HINT], tuple(sorted(wanted)), now,
        expires_at,
    )  # fmt: skip
    await gate.accounts.put_key(key)
    await note(gate, actor, "key.made", subject=key.id, reason=" ".join(key.scopes), family_id=key.family_id)
    return secret, key


async def list_keys(gate: Gate, actor: Actor) -> list[ApiKey]:
    """One's own keys in the family in view, the newest first; raises NotPermitted."""
    account = await own_account(gate, actor)
    mine = [each for each in await gate.accounts.keys(account.id) if each.family_id == actor.family_id]
    return sorted(mine, key=lambda each: each.created_at, reverse=True)


async def revoke_key(gate: Gate, actor: Actor, key_id: str) -> None:
    """End one of one's own keys at once; idempotent. Raises NotFound, also for somebody else's."""
    key = next((each for each in await list_keys(gate, actor) if each.id == key_id), None)
    if key is None:
        raise NotFound("no such key", field="key")
    if key.revoked_at is None:
        await gate.accounts.put_key(msgspec.structs.replace(key, revoked_at=gate.clock.now()))
        await note(gate, actor, "key.revoked", subject=key.id, family_id=key.family_id)


def is_good(key: ApiKey, now: datetime) -> bool:
    """Whether a key still opens; one used later than now comes from before a clock went back, and has not expired."""
    latest = max(now, key.last_used_at or now)
    return key.revoked_at is None and latest < key.expires_at


async def actor_of_key(gate: Gate, secret: str, *, door: str) -> Actor | None:
    """Whoever a key stands for, read anew every time, with what it may do in `scopes`; None for any that is no good.

    Its use is noted at most once a minute.
    """
    if not secret.startswith(KEY_PREFIX) or not is_token(secret):
        return None
    key = await gate.accounts.find_key(digest(secret))
    now = gate.clock.now()
    if key is None or not is_good(key, now):
        return None
    actor = await actor_of(gate, key.account_id, key.family_id, door=door)
    if actor is None:
        return None
    if key.last_used_at is None or now - key.last_used_at >= USE_NOTED_EVERY:
        await gate.accounts.see_key(key.id, now)
    return msgspec.structs.replace(actor, scopes=key.scopes)


async def revoke_all(gate: Gate, account_id: str) -> int:
    """End every key of an account: it was closed or its password reset. Returns how many."""
    now = gate.clock.now()
    alive = [each for each in await gate.accounts.keys(account_id) if each.revoked_at is None]
    for key in alive:
        await gate.accounts.put_key(msgspec.structs.replace(key, revoked_at=now))
    return len(alive)


async def revoke_feeds(gate: Gate, account_id: str, family_id: str = "") -> None:
    """End an account's calendar addresses, of one family or of all it has or may have had a place in."""
    families = {family_id} if family_id else {each.family_id for each in await gate.accounts.tenants()}
    for each in sorted(families):
        await gate.accounts.drop_links(purpose="calendar", account_id=account_id, family_id=each)
