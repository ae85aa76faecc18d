"""Rights that come and go with the clock: birthdays, ends, licences, and a clock that goes back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from kangban.clinical.access import Actor, Licence, Membership, Role
from kangban.clinical.record import Body, BreakGlass, Consent, Entry, Patient, Provenance
from kangban.record.access import decide, may_have_account
from kangban.record.consenting import may_consent
from kangban.record.policy import Policy, policy_of

NOW = datetime(2026, 5, 3, 8, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)
YES = Consent("health_data", "record", True)
LICENCE = Licence("110", ("all",), date(2026, 5, 3))
# Midnight of 3 May where the family lives.
MIDNIGHT = datetime(2026, 5, 2, 16, 0, tzinfo=UTC)


def policy(*told: tuple[str, Body, datetime], places: tuple[Membership, ...] = (), retracted: int = -1) -> Policy:
    said = Provenance("acc", "person")
    log = [
        Entry(f"e{n}", "home", who, body, at, at, said, retracted=n == retracted)
        for n, (who, body, at) in enumerate(told)
    ]
    return policy_of("home", log, places)


def place(account: str, role: Role, member: str | None = None, **more: object) -> Membership:
    return Membership(f"m-{account}", account, "home", role, member, **more)  # pyright: ignore[reportArgumentType]


def actor(one: Membership) -> Actor:
    return Actor(one.account_id, "A", "home", one.role, one.member_id, one.licence)


def born(years_ago: int) -> Patient:
    return Patient("P", born_on=date(2026 - years_ago, 5, 3))


def may(made: Policy, one: Membership, who: str, kind: str, purpose: str = "view", at: datetime = NOW) -> bool:
    return decide(made, actor(one), who, kind, purpose, at).allowed


def test_the_birthday_of_a_child_with_an_account_changes_who_may_read() -> None:
    mum, kid = place("mum", "manager"), place("kid", "child", "kid")
    made = policy(("kid", born(14), NOW), ("kid", YES, NOW), places=(mum, kid))
    before, after = MIDNIGHT - TICK, MIDNIGHT
    made = policy(("kid", born(14), before), ("kid", YES, before - TICK), places=(mum, kid))
    assert may(made, mum, "kid", "Communication", at=before)
    assert not may(made, mum, "kid", "Communication", at=after)
    assert may(made, mum, "kid", "Observation", at=after)
    assert not may(made, kid, "kid", "Communication", at=before)
    assert may(made, kid, "kid", "Communication", at=after)


def test_eighteen_closes_the_record_to_the_parents() -> None:
    mum, son = place("mum", "manager"), place("son", "teen", "son")
    old = MIDNIGHT - timedelta(days=9)
    made = policy(("son", born(18), old), ("son", YES, old), places=(mum, son))
    assert may(made, mum, "son", "Observation", at=MIDNIGHT - TICK)
    assert not may(made, mum, "son", "Observation", at=MIDNIGHT)
    assert not may(made, mum, "son", "Patient", at=MIDNIGHT)
    assert not may(made, son, "son", "Patient", "erase", at=MIDNIGHT - TICK)
    assert may(made, son, "son", "Patient", "erase", at=MIDNIGHT)


def test_under_six_an_account_is_refused_outright() -> None:
    tot = place("tot", "child", "tot")
    old = MIDNIGHT - timedelta(days=9)
    made = policy(("tot", born(6), old), ("tot", YES, old), places=(tot,))
    assert not may(made, tot, "tot", "Observation", at=MIDNIGHT - TICK)
    assert may(made, tot, "tot", "Observation", at=MIDNIGHT)
    assert not may_have_account(date(2020, 5, 3), MIDNIGHT - TICK)
    assert may_have_account(date(2020, 5, 3), MIDNIGHT)
    assert may_have_account(None, MIDNIGHT)


def test_a_leap_day_birthday_is_on_the_first_of_march() -> None:
    assert not may_have_account(date(2020, 2, 29), datetime(2026, 2, 28, 15, 59, tzinfo=UTC))
    assert may_have_account(date(2020, 2, 29), datetime(2026, 2, 28, 16, 0, tzinfo=UTC))


@pytest.mark.parametrize("role", ["helper", "nurse", "doctor", "pharmacist", "adult"])
def test_a_share_ends_to_the_microsecond(role: Role) -> None:
    one = place("one", role, licence=LICENCE if role in ("nurse", "doctor", "pharmacist") else None)
    share = Consent("share", "one", True, ("medicines",), ("view",), until=NOW)
    old = NOW - timedelta(days=1)
    made = policy(("gran", born(80), old), ("gran", YES, old), ("gran", share, old), places=(one,))
    assert may(made, one, "gran", "MedicationStatement", at=NOW - TICK)
    assert may(made, one, "gran", "Patient", at=NOW - TICK)
    assert not may(made, one, "gran", "MedicationStatement", at=NOW)
    assert not may(made, one, "gran", "Observation", at=NOW - TICK)


def test_a_share_may_name_the_place_instead_of_the_account() -> None:
    nurse = place("one", "nurse", licence=LICENCE)
    share = Consent("share", "m-one", True, ("measurements",), ("view", "write"))
    made = policy(("gran", born(80), NOW), ("gran", YES, NOW), ("gran", share, NOW), places=(nurse,))
    assert may(made, nurse, "gran", "Observation", "write")
    assert not may(made, nurse, "gran", "Condition", "write")


def test_a_revocation_counts_though_the_clock_went_back() -> None:
    helper = place("one", "helper")
    share = Consent("share", "one", True)
    told = (("gran", born(80), NOW), ("gran", YES, NOW), ("gran", share, NOW))
    back = NOW - timedelta(days=2)
    # What consents.py writes after a jump back: known just after the newest word.
    made = policy(*told, ("gran", Consent("share", "one", False), NOW + TICK), places=(helper,))
    assert not may(made, helper, "gran", "MedicationStatement", at=back)
    ended = policy(*told[:2], ("gran", Consent("share", "one", True, until=NOW), back), places=(helper,))
    assert not may(ended, helper, "gran", "MedicationStatement", at=back)  # its end was seen already


def test_of_two_words_at_one_moment_the_no_counts_and_taking_a_no_back_is_no_yes() -> None:
    helper = place("one", "helper")
    yes, no = Consent("share", "one", True), Consent("share", "one", False)
    base = (("gran", born(80), NOW), ("gran", YES, NOW))
    for words in ((yes, no), (no, yes)):
        made = policy(*base, *(("gran", word, NOW) for word in words), places=(helper,))
        assert not may(made, helper, "gran", "MedicationStatement")
    withdrawn = policy(*base, ("gran", yes, NOW - TICK), ("gran", no, NOW), places=(helper,), retracted=3)
    assert not may(withdrawn, helper, "gran", "MedicationStatement")


def test_membership_and_licence_end() -> None:
    share = Consent("share", "doc", True, ("conditions",), ("view",))
    told = (("gran", born(80), NOW), ("gran", YES, NOW), ("gran", share, NOW))
    doctor = place("doc", "doctor", licence=LICENCE)
    last = datetime(2026, 5, 3, 15, 59, 59, tzinfo=UTC)  # midnight of the licence's last day, in the family's place
    assert may(policy(*told, places=(doctor,)), doctor, "gran", "Condition", at=last)
    assert not may(policy(*told, places=(doctor,)), doctor, "gran", "Condition", at=last + timedelta(seconds=1))
    ending = place("doc", "doctor", licence=LICENCE, until=NOW + TICK)
    assert may(policy(*told, places=(ending,)), doctor, "gran", "Condition")
    assert not may(policy(*told, places=(ending,)), doctor, "gran", "Condition", at=NOW + TICK)
    for gone in (
        (),
        (place("doc", "helper"),),
        (place("doc", "doctor", "gran", licence=LICENCE),),
        (place("doc", "doctor"),),
    ):
        assert not may(policy(*told, places=(place("x", "adult"), *gone)), doctor, "gran", "Condition")


def test_being_at_the_machine_is_a_right_only_while_nobody_has_an_account() -> None:
    here = Membership("", "local", "home", "manager")
    told = (("gran", born(80), NOW), ("gran", YES, NOW))
    assert may(policy(*told), here, "gran", "Condition")
    assert not may(policy(*told, places=(place("mum", "manager"),)), here, "gran", "Condition")


def test_an_ended_account_does_not_hand_the_record_to_others() -> None:
    mum, dad = place("mum", "manager"), place("dad", "adult", "dad", until=NOW)
    made = policy(("dad", born(40), NOW), ("dad", YES, NOW), places=(mum, dad))
    assert not may(made, mum, "dad", "Condition", at=NOW + timedelta(days=1))
    assert not may(made, dad, "dad", "Condition", at=NOW + timedelta(days=1))


def test_broken_glass_lasts_its_hour_and_not_longer_when_the_clock_goes_back() -> None:
    doctor = place("doc", "doctor", licence=Licence("1", ("all",), date(2027, 1, 1)))
    hour = BreakGlass("doc", "D", "doctor", "found unconscious", NOW + timedelta(hours=1))
    made = policy(("gran", born(80), NOW - TICK), ("gran", YES, NOW - TICK), ("gran", hour, NOW), places=(doctor,))
    assert may(made, doctor, "gran", "Condition", at=NOW + timedelta(minutes=59))
    assert not may(made, doctor, "gran", "Condition", "write", at=NOW + timedelta(minutes=59))
    assert not may(made, doctor, "gran", "Condition", at=NOW + timedelta(hours=1))
    assert not may(made, doctor, "gran", "Condition", at=NOW - timedelta(days=1))


def test_what_a_guardian_lent_ends_when_the_child_decides() -> None:
    helper, kid = place("one", "helper"), place("kid", "child", "kid")
    share = Consent("share", "one", True, ("medicines",), ("view",), given_by="mum")
    old = MIDNIGHT - timedelta(days=9)
    made = policy(("kid", born(14), old), ("kid", YES, old), ("kid", share, old), places=(helper, kid))
    assert not may(
        made, helper, "kid", "MedicationStatement", at=MIDNIGHT - TICK
    )  # YES is nobody's: a child gives none
    yes = Consent("health_data", "record", True, given_by="mum")
    made = policy(("kid", born(14), old), ("kid", yes, old), ("kid", share, old), places=(helper, kid))
    assert may(made, helper, "kid", "MedicationStatement", at=MIDNIGHT - TICK)
    assert not may(made, helper, "kid", "MedicationStatement", at=MIDNIGHT)


ABROAD, MAINLAND = "h|m|abroad", "h|m|mainland"
WORDS = [
    # who says it, scope, target, yes or no, may they?
    ("teen", "training", "", True, False), ("teen", "training", "", False, True),
    ("teen", "model_endpoint", ABROAD, True, False), ("teen", "model_endpoint", ABROAD, False, True),
    ("teen", "model_endpoint", MAINLAND, True, True), ("teen", "health_data", "record", True, True),
    ("teen", "share", "x", True, True), ("mum", "training", "", True, True), ("mum", "model_endpoint", ABROAD, True, True),
    ("mum", "share", "x", True, False), ("mum", "health_data", "record", True, False),
    ("mum", "model_endpoint", MAINLAND, True, False),
]  # fmt: skip


@pytest.mark.parametrize(("who", "scope", "target", "granted", "right"), WORDS)
def test_a_teens_words(who: str, scope: str, target: str, granted: bool, right: bool) -> None:
    mum, teen = place("mum", "manager", "mum"), place("teen", "teen", "teen")
    made = policy(("teen", born(16), NOW), ("mum", born(40), NOW), ("teen", YES, NOW), places=(mum, teen))
    word = Consent(scope, target, granted, given_by="" if who == "teen" else "mum")  # pyright: ignore[reportArgumentType]
    assert may_consent(made, actor(mum if who == "mum" else teen), "teen", word, NOW).allowed == right


def test_a_teens_no_to_training_stands_beside_the_guardians_yes() -> None:
    mum, teen = place("mum", "manager", "mum"), place("teen", "teen", "teen")
    yes, no = Consent("training", "", True, given_by="mum"), Consent("training", "", False)
    told = (("teen", born(16), NOW), ("teen", YES, NOW), ("teen", no, NOW - TICK), ("teen", yes, NOW))
    assert not may(policy(*told, places=(mum, teen)), mum, "teen", "Condition", "training")
    assert may(policy(*told[:2], told[3], places=(mum, teen)), mum, "teen", "Condition", "training")


def test_nobody_gives_a_word_in_anothers_name() -> None:
    mum, dad = place("mum", "manager", "mum"), place("dad", "adult", "dad")
    kid = place("kid", "child", "kid")
    told = [(who, born(age), NOW) for who, age in (("mum", 40), ("dad", 41), ("kid", 9), ("gran", 80))]
    made = policy(*told, places=(mum, dad, kid))
    for one, who, given_by, right in (
        (mum, "gran", "mum", True), (mum, "gran", "", False), (mum, "gran", "gran", False), (mum, "mum", "", True),
        (mum, "mum", "dad", False), (mum, "dad", "mum", False), (dad, "dad", "", True), (dad, "gran", "dad", False),
        (kid, "kid", "", False), (mum, "kid", "mum", True), (mum, "kid", "", False),
    ):  # fmt: skip
        word = Consent("health_data", "record", True, given_by=given_by)
        assert may_consent(made, actor(one), who, word, NOW).allowed == right, (one.account_id, who, given_by)
