"""A word to an account: shown in the pages and, where an address is set, sent through Apprise. No record value."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Notice(msgspec.Struct, frozen=True):
    """`id` is the key of the effect (what and when), so that writing twice sends once; `key` a translation key.

    `values` hold counts and codes only. `push` also sends it outside the pages.
    """

    id: str
    family_id: str
    account_id: str
    key: str
    due_at: datetime
    values: dict[str, str] = {}
    path: str = ""
    push: bool = True


class NoticeState(msgspec.Struct, frozen=True):
    """A notice with what became of it. `sending_at` without `sent_at` after a crash: it may have been sent."""

    notice: Notice
    sending_at: datetime | None = None
    sent_at: datetime | None = None
    read_at: datetime | None = None
    attempts: int = 0
