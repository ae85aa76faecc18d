"""Who may look at held answers in this family today, and whom to tell."""

from __future__ import annotations

from datetime import datetime

import msgspec

from kangban.clinical.access import PROFESSIONS, Membership
from kangban.clinical.account import Account
from kangban.journeys.house import House
from kangban.kernel.errors import NotPermitted
from kangban.review.deciding import Decider, covers, licensed


class Reviewer(msgspec.Struct, frozen=True):
    """A professional of this family with a licence that holds today, and their account."""

    membership: Membership
    account: Account


async def reviewers(house: House) -> list[Reviewer]:
    """Professionals with an open account, a current place here and a valid licence, in a fixed order."""
    now = house.clock.now()
    found: list[Reviewer] = []
    for one in await house.accounts.memberships(family_id=house.family_id):
        if not _holds(one, now) or not licensed(one.role, one.licence, now):
            continue
        account = await house.accounts.find_account(id=one.account_id)
        if account is not None and account.active and not account.locked:
            found.append(Reviewer(one, account))
    return sorted(found, key=lambda r: (r.account.login, r.account.id))


async def reviewers_for(house: House, topics: tuple[str, ...], *, member_id: str, asker: str) -> list[Reviewer]:
    """Those whose scope covers the topics, without the one who asked and the one it is about."""
    return [
        r
        for r in await reviewers(house)
        if r.membership.licence is not None
        and covers(r.membership.role, r.membership.licence, topics)
        and r.account.id != asker
        and r.membership.member_id != member_id
    ]


async def carers(house: House) -> list[Account]:
    """Accounts that look after this family's health."""
    now = house.clock.now()
    places = await house.accounts.memberships(family_id=house.family_id)
    found = [
        await house.accounts.find_account(id=one.account_id)
        for one in places
        if one.role == "manager" and _holds(one, now)
    ]
    return [one for one in found if one is not None and one.active and not one.locked]


async def decider_of(house: House) -> Decider:
    """The actor as the accounts know them at this moment, not as they came in; raises NotPermitted.

    A page may have been open for days: a licence withdrawn since counts as withdrawn.
    """
    now = house.clock.now()
    account = await house.accounts.find_account(id=house.actor.account_id)
    places = await house.accounts.memberships(account_id=house.actor.account_id, family_id=house.family_id)
    current = [one for one in places if one.role in PROFESSIONS and _holds(one, now)]
    if account is None or not account.active or account.locked or not current:
        raise NotPermitted("no reviewer of this family", field="review", key="review.refused.role")
    place = current[0]
    return Decider(account.id, account.name, place.role, place.licence, place.member_id)


def _holds(place: Membership, now: datetime) -> bool:
    return place.until is None or place.until > now
