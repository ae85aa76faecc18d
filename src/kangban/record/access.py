"""The one function that decides: actor, member, kind of entry, purpose, moment → allowed or not, and by which rule."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from kangban.clinical.access import GROUP_OF, HOUSE_GROUPS, PROFESSIONS, Access, Actor, Membership
from kangban.record.policy import DAYS, FAMILY_WIDE, Person, Policy
from kangban.record.roles import HOUSE, PURPOSES, ROLES, shipped_roles

# Actors without a membership: the person at this machine and the visitor of the demo, while nobody has an account.
UNNAMED: Final = frozenset({"local", "demo", "demo-doctor"})
DEFAULT_SHARE: Final = ("medicines", "allergies")
_FAMILY_ROLES: Final = frozenset({"adult", "elder", "teen", "child"})
_OWNERS: Final = _FAMILY_ROLES | {"manager"}  # to a helper or professional even their own record is lent


def decide(
    policy: Policy, actor: Actor, member_id: str, kind: str, purpose: str, at: datetime, author: str = ""
) -> Access:
    """Decide; `member_id` and `kind` are "" for what belongs to no person. `author` is whose question made the entry.

    Whatever is not known here is refused: kind, role, purpose, member, account.
    """
    groups = GROUP_OF if member_id else {"": HOUSE, **HOUSE_GROUPS}
    role, group = actor.role, groups.get(kind)
    if group is None or purpose not in PURPOSES or role not in ROLES:
        return Access(False, "unknown")
    if actor.family_id != policy.family_id:
        return Access(False, "family.other")
    if role == "system":
        return Access(actor.account_id == "system", "role.system")
    clock, at = at, policy.moment(at)
    standing, role = _standing(policy, actor, at)
    if standing:
        return Access(False, standing)
    if actor.scopes is not None and not _in_scope(actor.scopes, group, purpose):
        return Access(False, "key.scope")
    person = policy.people.get(member_id)
    if person is None and member_id:
        return Access(False, "member.unknown")
    whose = _whose(person, actor, at)
    rule = f"role.{role}.{whose}"
    roles = shipped_roles()
    if purpose == "write" and kind not in roles.writes[role]:
        return Access(False, f"{rule}.writes")
    answer = roles.rights[role, whose].get((group, purpose))
    if person is None or whose == "family":
        return Access(answer == "yes", rule)
    how = "" if answer == "yes" else _opened(policy, actor, person, role, whose, group, purpose, at, author, answer)
    if how is None:
        if not _through_glass(actor, person, role, group, purpose, clock, at):
            return Access(False, rule)
        how = "break_glass"
    refused = _not_consented(policy, person, role, whose, purpose, at)
    return Access(False, refused) if refused else Access(True, how or rule)


def _opened(
    policy: Policy, actor: Actor, person: Person, role: str, whose: str, group: str, purpose: str, at: datetime,
    author: str, answer: str | None,
) -> str | None:  # fmt: skip
    """The rule that opens a cell that is no plain yes, or None: a share, or the actor's own question."""
    if answer is not None:
        shares = person.shares_with(_names(policy, actor, at), at)
        if group == "identity" and purpose == "view" and shares:
            return f"role.{role}.{whose}.share"  # what is shared has a name on it
        live = [share for share in shares if purpose in share.purposes]
        if any(group == "identity" or group in (share.groups or DEFAULT_SHARE) for share in live):
            return f"role.{role}.{whose}.share"
        if answer == "asked" and author == actor.account_id and (live or guards(role, whose)):
            return f"role.{role}.{whose}.asked"
    return None


def _through_glass(
    actor: Actor, person: Person, role: str, group: str, purpose: str, clock: datetime, at: datetime
) -> bool:
    """Whether an emergency opening covers it; a clock that went back behind the opening closes it."""
    roles = shipped_roles()
    if not person.glass or role not in roles.glass_roles or (group, purpose) not in roles.glass:
        return False
    return any(g.account_id == actor.account_id and g.since <= clock and at < g.until for g in person.glass)


def guards(role: str, whose: str) -> bool:
    """Whether a role stands beside somebody without being asked: oneself, and a guardian or carer."""
    return (whose == "own" and role in _OWNERS) or (role == "manager" and whose in ("dependent", "teen"))


def _not_consented(policy: Policy, person: Person, role: str, whose: str, purpose: str, at: datetime) -> str:
    """Why the person's word on their record, on models or on training stands against it, or ""."""
    roles = shipped_roles()
    said = person.said("health_data", "", at)
    if said is False and not (guards(role, whose) and purpose in roles.withdrawn):
        return "consent.withdrawn"
    if said is None and purpose != "review" and not (guards(role, whose) and purpose in roles.never_asked):
        return "consent.missing"
    if purpose == "training" and person.said("training", "", at) is not True:
        return "consent.training"
    if purpose == "model" and not policy.any_model(person.member_id, at):
        return "consent.model"
    return ""


def _standing(policy: Policy, actor: Actor, at: datetime) -> tuple[str, str]:
    """Why the actor may not come in at all, or "", and the role their age leaves them."""
    role: str = actor.role
    if not actor.account_id:
        return "nobody", role
    place = _place(policy, actor)
    licence = actor.licence
    if role == "operator":
        pass  # stands in the account, not in a family; sees no record
    elif place is None:
        # Once somebody has an account, being at this machine is no right any more. The demo's doctor is nobody.
        if actor.account_id not in UNNAMED or policy.memberships.keys() - UNNAMED:
            return "membership.none", role
    else:
        if place.role != role or place.member_id != actor.member_id:
            return "membership.changed", role
        if place.until is not None and at >= place.until:
            return "membership.ended", role
        licence = place.licence
    if actor.until is not None and at >= actor.until:
        return "membership.ended", role
    if role in PROFESSIONS and (licence is None or at.astimezone(DAYS).date() > licence.expires_on):
        return "licence.invalid", role
    return _by_age(policy, actor, role, at)


def _by_age(policy: Policy, actor: Actor, role: str, at: datetime) -> tuple[str, str]:
    person = policy.people.get(actor.member_id or "")
    if person is None:
        return "", role
    stage = person.stage(at)
    if stage == "infant":
        return "account.infant", role
    if role not in _FAMILY_ROLES or stage == "unknown":
        return "", role
    if stage == "grown":
        return "", role if role in ("adult", "elder") else "adult"
    return "", stage


def _place(policy: Policy, actor: Actor) -> Membership | None:
    held = policy.memberships.get(actor.account_id, ())
    for one in held:
        if one.role == actor.role and one.member_id == actor.member_id:
            return one
    return held[0] if held else None


def _in_scope(scopes: tuple[str, ...], group: str, purpose: str) -> bool:
    """A key names purposes and groups, and may do the one with the other; a name goes with whatever it may see."""
    return purpose in scopes and (group in scopes or group in ("identity", HOUSE, *HOUSE_GROUPS.values()))


def _whose(person: Person | None, actor: Actor, at: datetime) -> str:
    if person is None:
        return "house"
    if person.member_id == FAMILY_WIDE:
        return "family"
    if person.member_id == actor.member_id:
        return "own"
    return person.whose(at)


def _names(policy: Policy, actor: Actor, at: datetime) -> tuple[str, ...]:
    """What a share may name: the account, or one of its places in this family."""
    held = policy.memberships.get(actor.account_id, ())
    return (actor.account_id, *(m.id for m in held if m.role == actor.role and (m.until is None or at < m.until)))


def visible(policy: Policy, actor: Actor, member_id: str, at: datetime, purpose: str = "view") -> bool:
    """Whether a member is there at all for an actor."""
    return any(decide(policy, actor, member_id, "Patient", one, at).allowed for one in {"view", purpose})


def may_break_glass(policy: Policy, actor: Actor, at: datetime) -> Access:
    """Whether an actor may open a closed record in an emergency at all; an API key never may."""
    if actor.family_id != policy.family_id:
        return Access(False, "family.other")
    standing, role = _standing(policy, actor, policy.moment(at))
    if standing or actor.scopes is not None:
        return Access(False, standing or "key.scope")
    return Access(role in shipped_roles().glass_roles, f"break_glass.{role}")


def may_have_account(born_on: date | None, at: datetime) -> bool:
    """Whether somebody is old enough for an account of their own: six years."""
    return Person("", born_on, account=True, own={}, guards={}).stage(at) != "infant"
