"""Notices about a held answer. The key of each is what happened and to whom, so that telling twice tells once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from kangban.clinical.account import Account
from kangban.clinical.notice import Notice
from kangban.clinical.urgency import Urgency
from kangban.journeys.house import House
from kangban.journeys.reviewing.people import carers
from kangban.kernel.ids import derived_id
from kangban.kernel.texts import has_text

DESK, TALK = "/desk", "/"
NOT_PEOPLE = frozenset({"", "system", "person"})


def key_for(name: str, urgency: Urgency) -> str:
    """The text that says it, sharper where it is an emergency."""
    sharp = f"review.notice.{name}.{urgency}"
    return sharp if has_text(sharp) else f"review.notice.{name}"


def to_reviewers(
    house: House, accounts: Iterable[Account], key: str, now: datetime, *effect: str, answer_id: str
) -> list[Notice]:
    """One notice each, leading to the desk."""
    return [
        _notice(house, one.id, key, now, effect, f"{DESK}/{answer_id}", push=bool(one.notify_url)) for one in accounts
    ]


async def to_family(house: House, asker: str, key: str, now: datetime, *effect: str) -> list[Notice]:
    """To whoever asked and to the family's managers, each once, leading to the talk."""
    addressed = {one.id: bool(one.notify_url) for one in await carers(house)}
    if asker not in NOT_PEOPLE and asker not in addressed:
        found = await house.accounts.find_account(id=asker)
        # Somebody at this machine, where there are no accounts, is told in the pages.
        addressed[asker] = found is not None and found.active and bool(found.notify_url)
    return [_notice(house, one, key, now, effect, TALK, push=push) for one, push in addressed.items()]


def _notice(
    house: House, account_id: str, key: str, now: datetime, effect: Iterable[str], path: str, *, push: bool
) -> Notice:
    """`push` only where there is an address: nothing waits in the outbox for a way out that does not exist."""
    made = derived_id("notice", house.family_id, account_id, key, *effect)
    return Notice(made, house.family_id, account_id, key, now, path=path, push=push)
