"""Calendar addresses: a secret that reads a few dates and nothing else, until it is revoked or a year is over."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import msgspec

from kangban.clinical.access import Actor
from kangban.clinical.account import OneTimeLink
from kangban.journeys.accounts.allowed import own_account
from kangban.journeys.accounts.login import actor_of
from kangban.journeys.accounts.noted import note
from kangban.journeys.accounts.tokens import digest, is_token, new_token
from kangban.journeys.accounts.wording import checked_name
from kangban.journeys.gate import Gate
from kangban.kernel.errors import Conflict, NotFound, NotPermitted

LASTS: Final = timedelta(days=366)
MOST_FEEDS: Final = 10
DOOR: Final = "calendar"
# What a feed may read, whatever its owner may: words that may leave through a notification, and that reviews wait.
SCOPES: Final = ("notify", "review", "identity", "medicines", "consents", "reviews")


async def make_feed(gate: Gate, actor: Actor, name: str) -> tuple[str, OneTimeLink]:
    """The token, shown this once, and what is kept of it. Raises NotPermitted, InvalidInput, Conflict (too many)."""
    account = await own_account(gate, actor)
    if not actor.family_id or await actor_of(gate, account.id, actor.family_id, door=actor.door) is None:
        raise NotPermitted("a calendar belongs to a place in a family", key="error.no_family")
    called = checked_name(name)
    if len(await list_feeds(gate, actor)) >= MOST_FEEDS:
        raise Conflict("too many calendars; revoke one first", key="error.key_many")
    token = new_token()
    until = gate.clock.now() + LASTS
    link = OneTimeLink(digest(token), "calendar", account.id, actor.family_id, until, kept=called)
    await gate.accounts.put_link(link)
    await note(gate, actor, "key.made", subject=link.id, reason=DOOR, family_id=link.family_id)
    return token, link


async def list_feeds(gate: Gate, actor: Actor) -> list[OneTimeLink]:
    """One's own in the family in view that still work, the one that ends last first."""
    account = await own_account(gate, actor)
    now = gate.clock.now()
    found = await gate.accounts.links(purpose="calendar", account_id=account.id, family_id=actor.family_id)
    return sorted((each for each in found if now < each.expires_at), key=lambda each: each.expires_at, reverse=True)


async def revoke_feed(gate: Gate, actor: Actor, feed_id: str) -> None:
    """End one of one's own at once; raises NotFound, also for somebody else's."""
    if feed_id not in {each.id for each in await list_feeds(gate, actor)}:
        raise NotFound("no such calendar", field="calendar")
    await gate.accounts.use_link(feed_id, gate.clock.now())
    await note(gate, actor, "key.revoked", subject=feed_id, reason=DOOR, family_id=actor.family_id)


async def actor_of_feed(gate: Gate, token: str) -> Actor | None:
    """Whoever a calendar's secret stands for, read anew every time and able to read dates only; None for any other."""
    link = await gate.accounts.find_link(digest(token)) if is_token(token) else None
    if link is None or link.purpose != "calendar" or link.used_at is not None or gate.clock.now() >= link.expires_at:
        return None
    actor = await actor_of(gate, link.account_id, link.family_id, door=DOOR)
    return None if actor is None or not actor.family_id else msgspec.structs.replace(actor, scopes=SCOPES)
