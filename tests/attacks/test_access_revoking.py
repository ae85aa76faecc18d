"""Taking something away never opens anything: words, places, licences, and what an API key may do."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from kangban.clinical.access import Actor, Licence, Membership
from kangban.clinical.record import Body, BreakGlass, Consent, Entry, Patient, Provenance
from kangban.record.access import decide
from kangban.record.policy import FAMILY_WIDE, Policy, policy_of
from kangban.record.roles import ROLES
from tests.attacks.access_oracle import GROUPS, PURPOSES

NOW = datetime(2026, 5, 3, 8, 0, tzinfo=UTC)
PEOPLE = ("gran", "mum", "teen", "kid", "odd")
BORN = {
    "gran": date(1944, 1, 1),
    "mum": date(1984, 1, 1),
    "teen": date(2011, 1, 1),
    "kid": date(2016, 1, 1),
    "odd": None,
}
HUMAN = sorted(ROLES - {"system"})
LICENCE = Licence("110", ("all",), date(2027, 1, 1))
TARGETS = ("acc-0", "acc-1", "m-acc-0")

moments = st.integers(0, 5000).map(lambda minutes: NOW - timedelta(minutes=minutes))
groups = st.lists(st.sampled_from(sorted(set(GROUPS.values()))), unique=True, max_size=4).map(tuple)
purposes = st.lists(st.sampled_from(PURPOSES), unique=True, max_size=5).map(tuple)
consents = st.builds(
    Consent,
    scope=st.sampled_from(["health_data", "model_endpoint", "training", "share"]),
    target=st.sampled_from([*TARGETS, "record", "host|m|mainland", "host|m|abroad"]),
    granted=st.booleans(),
    groups=groups,
    purposes=purposes,
    until=st.none() | st.integers(-100, 100).map(lambda hours: NOW + timedelta(hours=hours)),
    given_by=st.sampled_from(["", "mum"]),
)
glass = st.builds(
    BreakGlass, account_id=st.sampled_from(["acc-0", "acc-1"]), name=st.just("N"), role=st.just("doctor"),
    reason=st.just("an emergency"), until=st.integers(-60, 60).map(lambda m: NOW + timedelta(minutes=m)),
)  # fmt: skip
places = st.builds(
    Membership,
    id=st.sampled_from(["m-acc-0", "m-acc-1"]),
    account_id=st.sampled_from(["acc-0", "acc-1"]),
    family_id=st.just("home"),
    role=st.sampled_from(HUMAN),
    member_id=st.none() | st.sampled_from(PEOPLE),
    licence=st.none() | st.just(LICENCE),
    until=st.none() | st.integers(-3, 3).map(lambda days: NOW + timedelta(days=days)),
)
logs = st.lists(st.tuples(st.sampled_from([*PEOPLE, FAMILY_WIDE]), consents | glass, moments), max_size=14)


def entry(number: int, member: str, body: Body, at: datetime) -> Entry:
    return Entry(f"e{number:03}", "home", member, body, at, at, Provenance("acc-1", "person"))


def log_of(told: list[tuple[str, Body, datetime]]) -> list[Entry]:
    born: list[tuple[str, Body, datetime]] = [
        (who, Patient(who, born_on=on), NOW - timedelta(days=99)) for who, on in BORN.items()
    ]
    return [entry(n, *row) for n, row in enumerate([*born, *told])]


def actor_of(place: Membership) -> Actor:
    return Actor(place.account_id, "A", "home", place.role, place.member_id, place.licence)


def opened(policy: Policy, actor: Actor) -> set[tuple[str, str, str, str]]:
    asked = itertools.product((*PEOPLE, FAMILY_WIDE), GROUPS, PURPOSES, ("", actor.account_id))
    return {cell for cell in asked if decide(policy, actor, cell[0], cell[1], cell[2], NOW, cell[3]).allowed}


@settings(max_examples=60, deadline=None)
@given(logs, st.lists(places, min_size=1, max_size=2, unique_by=lambda p: p.account_id), st.data())
def test_a_revoked_consent_never_opens_anything(
    told: list[tuple[str, Body, datetime]], held: list[Membership], data: st.DataObject
) -> None:
    no = msgspec.structs.replace(data.draw(consents), granted=False)
    who = data.draw(st.sampled_from([*PEOPLE, FAMILY_WIDE]))
    log = log_of(told)
    after = [*log, entry(999, who, no, data.draw(moments))]
    for place in held:
        actor = actor_of(place)
        more = opened(policy_of("home", after, held), actor) - opened(policy_of("home", log, held), actor)
        assert not more, (no, who, sorted(more)[:3])


@settings(max_examples=60, deadline=None)
@given(logs, places, st.data())
def test_ending_a_place_or_a_licence_never_opens_anything(
    told: list[tuple[str, Body, datetime]], place: Membership, data: st.DataObject
) -> None:
    log, other = log_of(told), data.draw(places.filter(lambda p: p.account_id != place.account_id))
    less = data.draw(
        st.sampled_from(
            [
                msgspec.structs.replace(place, until=NOW),
                msgspec.structs.replace(place, licence=None),
                msgspec.structs.replace(place, licence=Licence("110", ("all",), date(2026, 5, 2))),
            ]
        )
    )
    for actor in (actor_of(place), actor_of(other)):
        before = opened(policy_of("home", log, [place, other]), actor)
        assert opened(policy_of("home", log, [less, other]), actor) <= before


@settings(max_examples=60, deadline=None)
@given(logs, places, st.data())
def test_narrowing_what_a_key_may_do_never_opens_anything(
    told: list[tuple[str, Body, datetime]], place: Membership, data: st.DataObject
) -> None:
    words = data.draw(st.lists(st.sampled_from([*PURPOSES, *sorted(set(GROUPS.values()))]), unique=True))
    fewer = words[: data.draw(st.integers(0, len(words)))]
    policy, person = policy_of("home", log_of(told), [place]), actor_of(place)
    key, narrow = (msgspec.structs.replace(person, scopes=tuple(scopes)) for scopes in (words, fewer))
    assert opened(policy, narrow) <= opened(policy, key) <= opened(policy, person)
    assert not opened(policy, msgspec.structs.replace(person, scopes=()))


@settings(max_examples=60, deadline=None)
@given(logs, places, st.integers(1, 10_000))
def test_a_clock_moved_back_brings_no_share_back(
    told: list[tuple[str, Body, datetime]], place: Membership, minutes: int
) -> None:
    """What is closed now by a word or its end stays closed when the clock jumps back behind it."""
    ended = Consent("share", place.account_id, True, tuple(set(GROUPS.values())), PURPOSES, until=NOW)
    log = [*log_of(told), entry(998, "gran", ended, NOW - timedelta(days=30)), entry(999, "gran", _no(place), NOW)]
    policy, actor = policy_of("home", log, [place]), actor_of(place)
    for kind, purpose in itertools.product(GROUPS, PURPOSES):
        now = decide(policy, actor, "gran", kind, purpose, NOW)
        back = decide(policy, actor, "gran", kind, purpose, NOW - timedelta(minutes=minutes))
        assert now.allowed or not back.allowed or back.rule == "break_glass"


def _no(place: Membership) -> Consent:
    return Consent("share", place.account_id, granted=False)
