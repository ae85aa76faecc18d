"""Nothing younger than its class ever goes, and what still counts stays whatever its age."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangban.clinical.record import (
    AllergyIntolerance,
    AnswerGiven,
    Communication,
    DetectedIssue,
    Entry,
    Patient,
    Transmission,
)
from kangban.kernel.errors import RulePackRefused
from kangban.record.merge import correct, retract
from kangban.record.retention import FILE, cut, droppable, read_retention, shipped_retention
from tests.support.stores import SAID

AT = datetime(2040, 2, 29, 12, 0, tzinfo=UTC)
YEAR = timedelta(days=366)
BODIES = [
    Patient("李奶奶"),
    AllergyIntolerance("青霉素"),
    Communication("c", "k", "胸口疼"),
    DetectedIssue("triage", {}, AT, "f", "{}"),
    Transmission("m", "model", "host", "mainland", "…"),
]


def entry(body, known: datetime, *, id: str = "e1", member: str = "gran", **more) -> Entry:
    return Entry(id, "home", member, body, known, known, SAID, **more)


def going(entries, at=AT):
    return {e.id for e in droppable(shipped_retention(), entries, at)}


@given(st.sampled_from(BODIES), st.integers(0, 60 * 365), st.integers(0, 60 * 365), st.booleans(), st.booleans())
def test_nothing_younger_than_its_class_goes(body, days, later, corrected, withdrawn):
    first = entry(body, AT - timedelta(days=days))
    chain = [first]
    at = AT - timedelta(days=min(days, later))
    if corrected:
        chain.append(correct(first, body, known_at=at, provenance=SAID))
    if withdrawn:
        chain.append(retract(chain[-1], known_at=at, provenance=SAID))
    gone = going(chain)
    of = shipped_retention().of_kind[first.kind]
    for each in chain:
        if each.known_at >= cut(AT, of.years):
            assert gone == set()
    if of.keeps == "current" and not withdrawn:
        assert gone == set()
    assert gone in (set(), {e.id for e in chain})


@pytest.mark.parametrize(
    ("body", "years"), [(BODIES[2], 3), (BODIES[3], 15), (BODIES[4], 3)], ids=["words", "conclusion", "sent"]
)
def test_age_is_counted_in_calendar_years_to_the_microsecond(body, years):
    edge = cut(AT, years)
    assert edge == AT.replace(year=2040 - years, day=28)
    assert going([entry(body, edge)]) == set()
    assert going([entry(body, edge - timedelta(microseconds=1))]) == {"e1"}


def test_an_allergy_noted_sixteen_years_ago_is_still_one():
    old = entry(AllergyIntolerance("青霉素"), AT - 16 * YEAR)
    assert going([old]) == set()
    gone = retract(old, known_at=AT - 16 * YEAR + YEAR / 2, provenance=SAID)
    assert going([old, gone]) == {old.id, gone.id}
    assert going([old, retract(old, known_at=AT - YEAR, provenance=SAID)]) == set()


def test_a_name_stays_while_anything_hangs_on_it():
    name = entry(Patient("李奶奶"), AT - 30 * YEAR, id="name")
    left = retract(name, known_at=AT - 20 * YEAR, provenance=SAID)
    issue = entry(DetectedIssue("triage", {}, AT, "f", "{}"), AT - YEAR, id="issue")
    assert going([name, left, issue]) == set()
    assert going([name, left]) == {name.id, left.id}
    assert going([name, left, msgspec.structs.replace(issue, member_id="dad")]) == {name.id, left.id}


def test_what_will_be_true_is_not_old():
    soon = msgspec.structs.replace(entry(BODIES[2], AT - 10 * YEAR), true_at=AT)
    assert going([soon]) == set()


def test_every_kind_and_store_has_its_class():
    retention = shipped_retention()
    assert retention.of_kind["Observation"].years >= 15
    assert retention.of_kind["ReviewItem"].years >= 15
    assert retention.of_store["audit"].years >= 3
    assert AnswerGiven.__name__ in retention.of_kind


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("years = 15", "years = 14", "less than its 15"),
        ("years = 3", "years = 2", "less than its 3"),
        ('"Communication", ', "", "missing or unknown: ['Communication']"),
        ('"Communication", ', '"Communication", "Transmission", ', "stands in two classes"),
        ('"Communication", ', '"Communication", "Spell", ', "missing or unknown: ['Spell']"),
        ('"sessions"', '"sessions", "wishes"', "retention.toml"),
        ('keeps = "current"', 'keeps = "some"', "retention.toml"),
    ],
)
def test_a_file_that_keeps_too_little_or_forgets_a_kind_is_refused(old, new, told):
    text = FILE.read_text("utf-8")
    assert old in text
    with pytest.raises(RulePackRefused) as caught:
        read_retention(text.replace(old, new, 1))
    assert told in str(caught.value)
