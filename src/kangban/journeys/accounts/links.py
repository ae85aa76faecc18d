"""Links that work once: an invitation, a reset, the first administrator."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, Literal

from kangban.clinical.account import Invitation, OneTimeLink
from kangban.journeys.accounts.tokens import digest, is_token, new_token
from kangban.journeys.gate import Gate
from kangban.kernel.errors import NotFound, NotPermitted

Purpose = Literal["first", "invite", "reset", "passkey", "oidc"]
LASTS: Final[dict[Purpose, timedelta]] = {
    "first": timedelta(hours=24),
    "invite": timedelta(days=7),
    "reset": timedelta(hours=24),
    "passkey": timedelta(minutes=5),
    "oidc": timedelta(minutes=10),
}


async def make_link(
    gate: Gate,
    purpose: Purpose,
    *,
    account_id: str = "",
    family_id: str = "",
    invitation: Invitation | None = None,
    kept: str = "",
    token: str = "",
) -> str:
    """Keep a link and return its token, which nobody else keeps."""
    token = token or new_token()
    until = gate.clock.now() + LASTS[purpose]
    await gate.accounts.put_link(
        OneTimeLink(digest(token), purpose, account_id, family_id, until, invitation=invitation, kept=kept)
    )
    return token


async def look_at(gate: Gate, token: str, purpose: Purpose) -> OneTimeLink:
    """A link that may still be used; raises NotFound, error.link_dead for any that may not."""
    link = await gate.accounts.find_link(digest(token)) if is_token(token) else None
    if link is None or link.purpose != purpose or link.used_at is not None or gate.clock.now() >= link.expires_at:
        raise dead()
    return link


async def use(gate: Gate, link: OneTimeLink) -> OneTimeLink:
    """Use it, exactly once; raises NotFound, error.link_dead for the second of two."""
    try:
        return await gate.accounts.use_link(link.id, gate.clock.now())
    except (NotFound, NotPermitted):
        raise dead() from None


def dead() -> NotFound:
    """One answer for unknown, used, expired and revoked links: none tells which it was."""
    return NotFound("the link does not work any more", field="token", key="error.link_dead")
