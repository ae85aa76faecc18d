"""Giving somebody a place in a family or clinic, and taking it back."""

from __future__ import annotations

from kangban.clinical.access import PROFESSIONS, Actor, Licence, Membership, Role
from kangban.clinical.account import Account, Invitation, OneTimeLink
from kangban.journeys.accounts.allowed import (
    check_age,
    checked_licence,
    invitable,
    own_account,
)
from kangban.journeys.accounts.first import membership_id, new_account
from kangban.journeys.accounts.links import dead, look_at, make_link, use
from kangban.journeys.accounts.memberships import end_membership
from kangban.journeys.accounts.noted import as_actor, note
from kangban.journeys.accounts.sessions import current
from kangban.journeys.accounts.wording import checked_name
from kangban.journeys.gate import Gate
from kangban.kernel.errors import Conflict, InvalidInput, NotPermitted

__all__ = [
    "accept",
    "end_membership",
    "invite",
    "join",
    "offer",
    "offered_by",
    "open_invitations",
    "take_place",
    "withdraw",
]


async def invite(
    gate: Gate,
    actor: Actor,
    *,
    role: Role,
    member_id: str | None = None,
    licence: Licence | None = None,
    name: str = "",
    family_id: str = "",
) -> str:
    """The token of an invitation, good for 7 days; `family_id` is for operators, others invite to the one in view.

    Raises NotPermitted, NotFound (family, member), InvalidInput (licence, age), Conflict before there is an
    administrator: whoever is invited first would own the server's only account.
    """
    place = family_id or actor.family_id
    if not any(each.operator for each in await gate.accounts.accounts()):
        raise Conflict("make the administrator first", key="error.no_administrator")
    if role not in await invitable(gate, actor, place):
        raise NotPermitted("this role is not yours to give", field="role", key="error.may_not_invite")
    today = gate.clock.now().date()
    licence = checked_licence(role, licence, today)
    if role in PROFESSIONS and member_id is not None:
        raise InvalidInput("a professional is no member of the family", field="member_id")
    await check_age(gate, place, member_id, role, today)
    offered = Invitation(role, actor.account_id, member_id, licence, checked_name(name) if name.strip() else "")
    token = await make_link(gate, "invite", family_id=place, invitation=offered)
    await note(gate, actor, "account.invited", reason=role, member_id=member_id or "", family_id=place)
    return token


async def offer(gate: Gate, token: str) -> tuple[OneTimeLink, Invitation]:
    """What an invitation offers, still good: nobody who made it has lost the right to. Raises NotFound."""
    return await offered_by(gate, await look_at(gate, token, "invite"))


async def offered_by(gate: Gate, link: OneTimeLink | None) -> tuple[OneTimeLink, Invitation]:
    """The same for a link at hand."""
    over = link is None or link.used_at is not None or gate.clock.now() >= link.expires_at
    offered = None if link is None or over else link.invitation
    if link is None or offered is None or not await _still_meant(gate, link.family_id, offered):
        raise dead()
    return link, offered


async def _still_meant(gate: Gate, family_id: str, offered: Invitation) -> bool:
    account = await gate.accounts.find_account(id=offered.by) if offered.by else None
    if account is None:
        return offered.by == "local"
    if not account.active or account.locked:
        return False
    if account.operator:
        return True
    places = await gate.accounts.memberships(account_id=account.id, family_id=family_id)
    return any(each.role == "manager" for each in current(places, gate.clock.now()))


async def accept(gate: Gate, token: str, *, login: str, name: str, password: str) -> Account:
    """Make the account an invitation offers; role, member and licence are the inviter's words, never the caller's.

    Raises NotFound (link), InvalidInput (and the link stays good), Conflict for a login that is taken.
    """
    link, offered = await offer(gate, token)
    made = await new_account(gate, link.id, login=login, name=name, password=password)
    if await gate.accounts.find_account(login=made.login) is not None:
        raise Conflict("the login is taken", field="login", key="error.login_taken")
    await take_place(gate, link, offered, made, new=True)
    return made


async def join(gate: Gate, actor: Actor, token: str) -> Membership:
    """Accept an invitation with the account one has; raises NotFound (link), Conflict for a place one holds."""
    account = await own_account(gate, actor)
    link, offered = await offer(gate, token)
    if offered.role in ("child", "teen"):
        raise NotPermitted("this invitation is for a new account", key="error.new_account_needed")
    held = await gate.accounts.memberships(account_id=account.id, family_id=link.family_id)
    if current(held, gate.clock.now()):
        raise Conflict("there is a place already", key="error.place_held")
    return await take_place(gate, link, offered, account, new=False)


async def take_place(gate: Gate, link: OneTimeLink, offered: Invitation, account: Account, *, new: bool) -> Membership:
    """Use the link, then store account and place. Age and licence are looked at again: days have gone by."""
    today = gate.clock.now().date()
    checked_licence(offered.role, offered.licence, today)
    await check_age(gate, link.family_id, offered.member_id, offered.role, today)
    await use(gate, link)
    place = Membership(
        membership_id(account.id, link.family_id), account.id, link.family_id, offered.role,
        member_id=offered.member_id, licence=offered.licence, since=gate.clock.now(),
    )  # fmt: skip
    if new:
        # Taken within this very moment: the link is gone with it, and a new one must be asked for.
        await gate.accounts.add_account(account)
        await note(gate, as_actor(account), "account.made", subject=account.id, reason="invited")
    await gate.accounts.put_membership(place)
    await note(
        gate, as_actor(account, family_id=link.family_id, role=offered.role), "membership.made",
        subject=place.id, reason=offered.role, member_id=offered.member_id or "", family_id=link.family_id,
    )  # fmt: skip
    return place


async def open_invitations(gate: Gate, actor: Actor) -> list[OneTimeLink]:
    """Invitations to the family in view that wait; raises NotPermitted for whoever may not invite."""
    if not await invitable(gate, actor, actor.family_id):
        raise NotPermitted("only who invites sees invitations", key="error.may_not_invite")
    now = gate.clock.now()
    waiting = await gate.accounts.links(purpose="invite", family_id=actor.family_id)
    return [each for each in waiting if now < each.expires_at]


async def withdraw(gate: Gate, actor: Actor, link_id: str) -> None:
    """Take an invitation back at once; raises NotPermitted, and NotFound also for another family's."""
    if link_id not in {each.id for each in await open_invitations(gate, actor)}:
        raise dead()
    await gate.accounts.use_link(link_id, gate.clock.now())
    await note(gate, actor, "membership.ended", subject=link_id, reason="invitation", family_id=actor.family_id)
