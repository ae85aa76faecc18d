"""The outbox: notices due, leased, sent, read. And the way out of the house."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from kangban.clinical.notice import Notice, NoticeState


class NoticeStore(Protocol):
    """Every method may raise Unavailable."""

    async def put(self, notices: list[Notice]) -> int:
        """Keep notices that are new by id; returns how many."""
        ...

    async def lease(self, now: datetime, for_: timedelta, limit: int) -> list[NoticeState]:
        """Due notices with `push` that nobody is sending: marks them as being sent until now + for_.

        Returned as marked: `sending_at` is now, `attempts` counts this one. A lease that runs out is given again.
        """
        ...

    async def mark_sent(self, notice_id: str, at: datetime) -> None:
        """It went out."""
        ...

    async def mark_failed(self, notice_id: str, again_at: datetime) -> None:
        """It did not; try again then. What an account sees in the pages does not wait for that."""
        ...

    async def of_account(self, account_id: str, family_id: str, now: datetime, limit: int = 50) -> list[NoticeState]:
        """What an account has been told, newest first, due ones only."""
        ...

    async def mark_read(self, account_id: str, notice_id: str, at: datetime) -> None:
        """Seen in the pages; idempotent; another account's notice is left alone."""
        ...

    async def drop(self, family_id: str, *, before: datetime | None = None, about: str = "") -> int:
        """Take away notices that were due before a moment, or that name `about` (a member's id); how many went."""
        ...


class Messenger(Protocol):
    """The way out: Apprise in the real house."""

    async def send(self, address: str, title: str, text: str) -> None:
        """Send one message; raises Unavailable when the service refuses or is gone."""
        ...
