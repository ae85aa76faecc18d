"""Notices on their way out: taken from the outbox, sent, marked. After a crash a push may go twice, but it goes."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from kangban.clinical.notice import NoticeState
from kangban.clinical.urgency import Lang
from kangban.journeys.gate import Gate
from kangban.kernel.errors import KangbanError
from kangban.kernel.texts import has_text, t
from kangban.ports.notices import Messenger

LEASED_FOR = timedelta(minutes=2)  # longer than any sending may take
AT_ONCE = 16
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
MOST_ATTEMPTS = 20  # about half a day; the notice stays in the pages


async def take_due(gate: Gate, most: int = AT_ONCE) -> list[NoticeState]:
    """Due notices, ours to send for the length of a lease."""
    return await gate.notices.lease(gate.clock.now(), LEASED_FOR, most) if most > 0 else []


async def deliver(gate: Gate, messenger: Messenger) -> int:
    """Send what is due until nothing is; returns how many went out."""
    count = 0
    while leased := await take_due(gate):
        count += sum(await asyncio.gather(*(send(gate, messenger, one) for one in leased)))
    return count


async def send(gate: Gate, messenger: Messenger, state: NoticeState) -> bool:
    """Send one that was taken; whether it went out."""
    notice = state.notice
    account = await gate.accounts.find_account(id=notice.account_id)
    shut = account is None or not account.active or account.locked
    if account is None or shut or not account.notify_url or state.attempts > MOST_ATTEMPTS:
        # There is no way out any more; what is in the pages stays.
        await gate.notices.mark_sent(notice.id, gate.clock.now())
        return False
    try:
        await messenger.send(account.notify_url, t("review.push_title", gate.lang), text_of(state, gate.lang))
    except KangbanError:
        await gate.notices.mark_failed(notice.id, gate.clock.now() + pause_after(state.attempts))
        return False
    await gate.notices.mark_sent(notice.id, gate.clock.now())
    return True


def text_of(state: NoticeState, lang: Lang) -> str:
    """What a notice says, from its key and codes only; a key of a newer version says that something is there."""
    notice = state.notice
    if not has_text(notice.key, lang):
        return t("review.notice.something", lang)
    return t(notice.key, lang, **notice.values)


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts: doubled each time, at most an hour."""
    return min(FIRST_PAUSE * 2 ** min(max(attempts - 1, 0), 10), LONGEST_PAUSE)
