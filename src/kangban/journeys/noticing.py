"""What the actor was told in the family in view: listed, counted, marked as read."""

from __future__ import annotations

from kangban.clinical.notice import NoticeState
from kangban.journeys.house import House

MOST = 50


async def mine(house: House) -> list[NoticeState]:
    """Newest first; only what is addressed to the actor's own account."""
    actor = house.actor
    if not actor.account_id:
        return []
    return await house.notices.of_account(actor.account_id, house.family_id, house.clock.now(), MOST)


async def has_way_out(house: House) -> bool:
    """Whether the actor's account has an address notices are sent to; the address itself is never shown."""
    account = await house.accounts.find_account(id=house.actor.account_id) if house.actor.account_id else None
    return account is not None and bool(account.notify_url)


async def unread(house: House) -> int:
    """How many of the newest were not read."""
    return sum(one.read_at is None for one in await mine(house))


async def read(house: House, notice_id: str) -> None:
    """Mark one as read; somebody else's is left alone."""
    await house.notices.mark_read(house.actor.account_id, notice_id, house.clock.now())


async def read_about(house: House, path: str) -> None:
    """Mark as read whatever leads to a page that is open now."""
    for one in await mine(house):
        if one.notice.path == path and one.read_at is None:
            await read(house, one.notice.id)


async def read_all(house: House) -> int:
    """Mark everything listed as read; returns how many were not."""
    fresh = [one for one in await mine(house) if one.read_at is None]
    for one in fresh:
        await read(house, one.notice.id)
    return len(fresh)
