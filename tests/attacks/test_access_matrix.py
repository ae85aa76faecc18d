"""The whole matrix: role × kind × purpose × consent × age, each answer against an oracle written on its own."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from kangban.clinical.access import GROUP_OF, Actor, Licence, Membership
from kangban.clinical.record import Body, BreakGlass, Consent, Entry, Patient, Provenance
from kangban.record.access import decide
from kangban.record.policy import FAMILY_WIDE, Policy, policy_of
from kangban.record.roles import PURPOSES as KNOWN_PURPOSES
from kangban.record.roles import ROLES
from tests.attacks.access_oracle import GROUPS, PURPOSES, Situation, allowed

NOW = datetime(2026, 5, 3, 8, 0, tzinfo=UTC)
BEFORE = NOW - timedelta(days=30)
LICENCE = Licence("110101", ("all",), date(2026, 5, 3))  # its last day is today
BORN = {
    "infant": date(2021, 5, 4), "child": date(2012, 5, 4), "teen": date(2012, 5, 3), "grown": date(2008, 5, 3),
    "unknown": None,
}  # fmt: skip
OWN_RECORD = ("manager", "adult", "elder", "teen", "child", "helper")
EVERYTHING = frozenset(GROUPS.values()), frozenset(PURPOSES)
SHARES = (
    None,
    (frozenset[str](), frozenset({"view"})),
    (frozenset({"medicines"}), frozenset({"ask"})),
    EVERYTHING,
)
ACCOUNT, PERSON, SELF = "acc-actor", "person", "self"


def situations(role: str, health: str) -> Iterator[Situation]:
    own = [(True, age, True) for age in BORN] if role in OWN_RECORD else []
    others = [(False, age, account) for age in BORN for account in (True, False)]
    for is_own, age, account in (*own, *others):
        for share, glass in itertools.product(SHARES, (False, True)):
            yield Situation(role, is_own, age, account, health, share, glass, models=False, training=False)
        for share in (None, EVERYTHING):
            yield Situation(role, is_own, age, account, health, share, False, models=True, training=True)


def the_actor(s: Situation) -> Actor:
    licence = LICENCE if s.role in ("nurse", "doctor", "pharmacist", "reviewer") else None
    member = PERSON if s.own else (SELF if s.role in OWN_RECORD and s.role != "helper" else None)
    if s.role == "system":
        return Actor("system", "Kangban", "home", "system")
    return Actor(ACCOUNT, "Actor", "home", s.role, member, licence)  # pyright: ignore[reportArgumentType]


def memberships(s: Situation) -> list[Membership]:
    actor = the_actor(s)
    places = [Membership("m-other", "acc-other", "home", "manager")]
    if s.role != "system":
        places.append(Membership("m-actor", ACCOUNT, "home", actor.role, actor.member_id, actor.licence))
    if s.account and not s.own:
        places.append(Membership("m-person", "acc-person", "home", "adult", PERSON))
    return places


def log_of(s: Situation) -> list[Entry]:
    bodies: list[tuple[str, Body]] = [(PERSON, Patient("Person", born_on=BORN[s.age]))]
    own_age = s.role if s.role in ("teen", "child") else "grown"
    bodies.append((SELF, Patient("Self", born_on=BORN[own_age])))
    minor = s.age in ("infant", "child")
    signed = "guardian" if minor or not s.account else ""
    if s.health != "never":
        bodies.append((PERSON, Consent("health_data", "record", s.health == "given", given_by=signed)))
    if s.share is not None:
        groups, purposes = (tuple(sorted(each)) for each in s.share)
        bodies.append((PERSON, Consent("share", ACCOUNT, True, groups, purposes, given_by=signed)))
    if s.models:
        bodies.append((PERSON, Consent("model_endpoint", "host|m|mainland", True, given_by=signed)))
    if s.training:
        guardian = "guardian" if signed or s.age == "teen" else ""
        bodies.append((PERSON, Consent("training", "", True, given_by=guardian)))
    if s.glass:
        bodies.append((PERSON, BreakGlass(ACCOUNT, "Actor", s.role, "an emergency", NOW + timedelta(minutes=1))))
    said = Provenance("acc-other", "person")
    return [Entry(f"e{n}", "home", who, body, BEFORE, BEFORE, said) for n, (who, body) in enumerate(bodies)]


def policy(s: Situation) -> Policy:
    return policy_of("home", log_of(s), memberships(s))


def test_the_oracle_knows_every_kind_purpose_and_role() -> None:
    assert set(GROUPS) == set(GROUP_OF)
    assert set(GROUPS.items()) == set(GROUP_OF.items())
    assert set(PURPOSES) == KNOWN_PURPOSES
    assert {"manager", *OWN_RECORD, "nurse", "doctor", "pharmacist", "reviewer", "operator", "system"} == ROLES


@pytest.mark.parametrize("health", ["never", "given", "withdrawn"])
@pytest.mark.parametrize("role", sorted(ROLES))
def test_every_cell_of_the_matrix(role: str, health: str) -> None:
    wrong: list[str] = []
    opened = 0
    for s in situations(role, health):
        made, actor = policy(s), the_actor(s)
        for kind, purpose, mine in itertools.product(GROUPS, PURPOSES, (False, True)):
            access = decide(made, actor, PERSON, kind, purpose, NOW, actor.account_id if mine else "acc-other")
            opened += access.allowed
            if access.allowed != allowed(s, kind, purpose, mine=mine):
                wrong.append(f"{s} {kind} {purpose} mine={mine}: {access}")
    assert not wrong, f"{len(wrong)} cells differ, e.g.\n" + "\n".join(wrong[:5])
    # A matrix of nothing but refusals would agree with many wrong oracles.
    assert (opened > 0) == _opens_anything(role, health)


def _opens_anything(role: str, health: str) -> bool:
    if role in ("operator", "reviewer", "nurse", "doctor", "pharmacist"):
        return role != "operator" and health != "withdrawn"
    return health == "given" or role in ("system", "manager", "adult", "elder", "teen", "child")


@pytest.mark.parametrize("role", sorted(ROLES))
def test_what_is_not_known_is_refused(role: str) -> None:
    s = Situation(role, False, "grown", False, "given", EVERYTHING, True, models=True, training=True)
    made, actor = policy(s), the_actor(s)
    for kind, purpose, member in (
        ("Appointment", "view", PERSON), ("", "view", PERSON), ("Patient", "peek", PERSON), ("patient", "view", PERSON),
        ("Patient", "", PERSON), ("Patient", "VIEW", PERSON),
    ):  # fmt: skip
        assert not decide(made, actor, member, kind, purpose, NOW).allowed
    if role != "system":
        assert not decide(made, actor, "nobody", "Patient", "view", NOW).allowed
    odd = Actor(actor.account_id, "Actor", "home", "owner", actor.member_id)  # pyright: ignore[reportArgumentType]
    assert not decide(made, odd, PERSON, "Patient", "view", NOW).allowed
    stranger = Actor(actor.account_id, "Actor", "other", actor.role, actor.member_id, actor.licence)
    assert not decide(made, stranger, PERSON, "Patient", "view", NOW).allowed


def test_system_is_a_role_of_kangban_alone() -> None:
    s = Situation("manager", False, "grown", False, "given", None, False, models=False, training=False)
    for account in (ACCOUNT, "", "acc-other", "local"):
        forged = Actor(account, "Actor", "home", "system")
        assert not decide(policy(s), forged, PERSON, "Patient", "view", NOW).allowed


@pytest.mark.parametrize("role", sorted(ROLES - {"system"}))
def test_who_administers(role: str) -> None:
    s = Situation(role, False, "grown", False, "given", EVERYTHING, True, models=True, training=True)
    for purpose in PURPOSES:
        right = role in ("manager", "operator") and purpose in ("administer", "audit")
        assert decide(policy(s), the_actor(s), "", "", purpose, NOW).allowed == right


@pytest.mark.parametrize("role", sorted(ROLES - {"system"}))
def test_words_for_the_whole_family(role: str) -> None:
    s = Situation(role, False, "grown", False, "given", EVERYTHING, True, models=True, training=True)
    for kind, purpose in itertools.product(GROUPS, PURPOSES):
        reads = kind in ("Consent", "BreakGlass") and purpose in ("view", "ask")
        reads = reads and role not in ("child", "reviewer", "operator")
        manages = role == "manager" and kind in ("Consent", "BreakGlass") and purpose == "consent"
        access = decide(policy(s), the_actor(s), FAMILY_WIDE, kind, purpose, NOW)
        assert access.allowed == (reads or manages), (kind, purpose, access)
