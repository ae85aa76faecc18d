"""Places that exist: ending one, changing one, letting a clinic's professional into a family.

Nothing is kept in sessions: `find_actor` reads the place every time, so a change holds from the next request on.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from kangban.clinical.access import PROFESSIONS, Actor, Licence, Membership, Role
from kangban.journeys.accounts.allowed import check_age, checked_licence, invitable, is_operator, manages
from kangban.journeys.accounts.first import membership_id
from kangban.journeys.accounts.keys import revoke_feeds
from kangban.journeys.accounts.noted import note
from kangban.journeys.accounts.sessions import current
from kangban.journeys.gate import Gate
from kangban.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted


async def places(gate: Gate, actor: Actor) -> list[Membership]:
    """Who has a place in the family in view; for its manager and the operator. Raises NotPermitted."""
    if not await manages(gate, actor, actor.family_id) and not await is_operator(gate, actor):
        raise NotPermitted("only the manager sees all places", key="error.not_manager")
    return current(await gate.accounts.memberships(family_id=actor.family_id), gate.clock.now())


async def end_membership(gate: Gate, actor: Actor, membership_id: str) -> None:
    """End a place, one's own or as the manager or operator; raises NotFound, NotPermitted, Conflict (last manager).

    A place that is not in view looks like none.
    """
    place = await _place(gate, actor, membership_id)
    if place.account_id != actor.account_id:
        await _only_those_who_may(gate, actor, place)
    elif actor.scopes is not None or place.role == "child":
        raise NotPermitted("somebody else must end this place", key="error.not_manager")
    if place.role == "manager" and not await is_operator(gate, actor):
        await _keep_one_in_charge(gate, place)
    await gate.accounts.remove_membership(place.id)
    await _drop_keys(gate, place)
    await note(
        gate, actor, "membership.ended", subject=place.id, reason=place.role, member_id=place.member_id or "",
        family_id=place.family_id,
    )  # fmt: skip


async def change_membership(
    gate: Gate,
    actor: Actor,
    membership_id: str,
    *,
    role: Role | None = None,
    licence: Licence | None = None,
    until: datetime | None = None,
) -> Membership:
    """Another role, licence or last moment for somebody else's place; None leaves each as it is.

    Raises as `end_membership` and `invite` do.
    """
    place = await _place(gate, actor, membership_id)
    if place.account_id == actor.account_id:
        raise NotPermitted("nobody changes their own place", key="error.own_place")
    await _only_those_who_may(gate, actor, place)
    wanted = role or place.role
    if wanted not in await invitable(gate, actor, place.family_id):
        raise NotPermitted("this role is not yours to give", field="role", key="error.may_not_invite")
    if place.role == "manager" and (wanted != "manager" or until is not None):
        await _keep_one_in_charge(gate, place)
    now = gate.clock.now()
    if until is not None and until <= now:
        raise InvalidInput("the end must be in the future", field="until", key="error.past")
    kept = licence or (place.licence if wanted in PROFESSIONS else None)
    changed = msgspec.structs.replace(
        place, role=wanted, licence=checked_licence(wanted, kept, now.date()), until=until or place.until
    )
    await check_age(gate, place.family_id, place.member_id, wanted, now.date())
    await gate.accounts.put_membership(changed)
    await note(
        gate, actor, "membership.changed", subject=place.id, reason=wanted, member_id=place.member_id or "",
        family_id=place.family_id,
    )  # fmt: skip
    return changed


async def assign(gate: Gate, actor: Actor, account_id: str, *, until: datetime | None = None) -> Membership:
    """Let a clinic's professional into the family in view, with role and licence as their clinic keeps them.

    Raises NotPermitted, NotFound (no such professional), InvalidInput (licence over), Conflict (a place already).
    """
    now = gate.clock.now()
    account = await gate.accounts.find_account(id=account_id) if account_id else None
    source = await _clinic_place(gate, account_id) if account is not None and account.active else None
    if source is None:
        raise NotFound("no such professional", field="account", key="error.no_professional")
    if source.role not in await invitable(gate, actor, actor.family_id):
        raise NotPermitted("this role is not yours to give", field="role", key="error.may_not_invite")
    if until is not None and until <= now:
        raise InvalidInput("the end must be in the future", field="until", key="error.past")
    if current(await gate.accounts.memberships(account_id=account_id, family_id=actor.family_id), now):
        raise Conflict("there is a place already", key="error.place_held")
    licence = checked_licence(source.role, source.licence, now.date())
    place = Membership(
        membership_id(account_id, actor.family_id), account_id, actor.family_id, source.role, licence=licence,
        since=now, until=until,
    )  # fmt: skip
    await gate.accounts.put_membership(place)
    await note(gate, actor, "membership.made", subject=place.id, reason=source.role, family_id=actor.family_id)
    return place


async def professionals(gate: Gate, actor: Actor) -> list[tuple[str, str, Membership]]:
    """(account id, name, place) of the server's clinics, for a manager who looks for one; raises NotPermitted."""
    if not await invitable(gate, actor, actor.family_id) & PROFESSIONS:
        raise NotPermitted("only the manager assigns", key="error.not_manager")
    found: list[tuple[str, str, Membership]] = []
    for account in await gate.accounts.accounts():
        source = await _clinic_place(gate, account.id) if account.active and not account.locked else None
        if source is not None:
            found.append((account.id, account.name, source))
    return found


async def _clinic_place(gate: Gate, account_id: str) -> Membership | None:
    clinics = {each.family_id for each in await gate.accounts.tenants() if each.kind == "clinic"}
    held = current(await gate.accounts.memberships(account_id=account_id), gate.clock.now())
    return next((each for each in held if each.family_id in clinics and each.role in PROFESSIONS), None)


async def _place(gate: Gate, actor: Actor, id_: str) -> Membership:
    """The place of an id: of the family in view, of oneself, or, for an operator, of any family."""
    families = {actor.family_id} - {""}
    if await is_operator(gate, actor):
        families |= {each.family_id for each in await gate.accounts.tenants()}
    for family_id in sorted(families):
        for each in await gate.accounts.memberships(family_id=family_id):
            if each.id == id_:
                return each
    for each in await gate.accounts.memberships(account_id=actor.account_id) if actor.account_id else []:
        if each.id == id_:
            return each
    raise NotFound("no such place", field="membership")


async def _only_those_who_may(gate: Gate, actor: Actor, place: Membership) -> None:
    if not await manages(gate, actor, place.family_id) and not await is_operator(gate, actor):
        raise NotPermitted("only the manager may", key="error.not_manager")


async def _keep_one_in_charge(gate: Gate, place: Membership) -> None:
    others = current(await gate.accounts.memberships(family_id=place.family_id), gate.clock.now())
    if not any(each.role == "manager" and each.id != place.id and each.until is None for each in others):
        raise Conflict("a family keeps one manager", key="error.last_manager")


async def _drop_keys(gate: Gate, place: Membership) -> None:
    now = gate.clock.now()
    for key in await gate.accounts.keys(place.account_id):
        if key.family_id == place.family_id and key.revoked_at is None:
            await gate.accounts.put_key(msgspec.structs.replace(key, revoked_at=now))
    await revoke_feeds(gate, place.account_id, place.family_id)
