"""A login that lasts: 12 hours after it was last used, 30 days at most, and never longer because a clock went back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import msgspec

from kangban.clinical.access import Actor, Membership
from kangban.clinical.account import Account, Session
from kangban.journeys.accounts.noted import note
from kangban.journeys.accounts.tokens import digest, is_token, new_token
from kangban.journeys.gate import Gate
from kangban.kernel.errors import NotFound

IDLE: Final = timedelta(hours=12)
LONGEST: Final = timedelta(days=30)
SEEN_EVERY: Final = timedelta(minutes=1)
# A session that was used later than "now" was made before the clock was put right. A day of that is a mistake.
MOST_BACK: Final = timedelta(days=1)


class LoggedIn(msgspec.Struct, frozen=True):
    """A fresh login; `token` is what the cookie holds, and nobody keeps it."""

    token: str
    session: Session
    account: Account

    def __repr__(self) -> str:
        """Without the token."""
        return f"LoggedIn({self.account!r})"


async def start(gate: Gate, account: Account, *, family_id: str, strong: bool) -> LoggedIn:
    """A new session under a new token."""
    now = gate.clock.now()
    token = new_token()
    session = Session(digest(token), account.id, family_id, now, now, now + LONGEST, strong)
    await gate.accounts.put_session(session)
    return LoggedIn(token, session, account)


def is_over(session: Session, now: datetime) -> bool:
    """Whether a session has ended by time."""
    latest = max(now, session.seen_at)
    return latest >= session.expires_at or now - session.seen_at >= IDLE or session.seen_at - now > MOST_BACK


async def alive(gate: Gate, token: str, *, used: bool = True) -> Session | None:
    """The session of a token; what has run out is ended for good, so that no clock revives it.

    `used`: whether somebody uses it now. A page that only looks whether there is news keeps nobody logged in.
    """
    session = await gate.accounts.find_session(digest(token)) if is_token(token) else None
    if session is None:
        return None
    now = gate.clock.now()
    if is_over(session, now):
        await gate.accounts.end_sessions(session_id=session.id)
        return None
    if used and now - session.seen_at >= SEEN_EVERY:
        await gate.accounts.see_session(session.id, now)
    return session


async def end_others(gate: Gate, account_id: str, kept: str = "") -> int:
    """End an account's sessions but one (its id); returns how many."""
    ended = 0
    for session in await gate.accounts.sessions(account_id):
        if session.id != kept:
            ended += await gate.accounts.end_sessions(session_id=session.id)
    return ended


async def list_sessions(gate: Gate, actor: Actor) -> list[Session]:
    """One's own sessions that are alive, newest first; `actor.session_id` names the present one."""
    now = gate.clock.now()
    return [each for each in await gate.accounts.sessions(actor.account_id) if not is_over(each, now)]


async def end_session(gate: Gate, actor: Actor, session_id: str) -> None:
    """End one of one's own; raises NotFound, also for somebody else's."""
    if session_id not in {each.id for each in await gate.accounts.sessions(actor.account_id)}:
        raise NotFound("no such session", field="session")
    await gate.accounts.end_sessions(session_id=session_id)
    await note(gate, actor, "login.ended", reason="one")


def current(memberships: list[Membership], now: datetime) -> list[Membership]:
    """Places that have begun and not ended, the oldest first."""
    held = [
        each
        for each in memberships
        if (each.since is None or each.since <= now) and (each.until is None or now < each.until)
    ]
    return sorted(held, key=lambda each: (each.since is not None, each.since and each.since.isoformat(), each.id))
