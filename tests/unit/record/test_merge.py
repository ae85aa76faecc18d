"""Ids from content: the same fact twice is one entry."""

from __future__ import annotations

from datetime import timedelta, timezone

import msgspec
import pytest

from kangban.clinical.record import Communication, Condition, Observation, Provenance
from kangban.kernel.errors import InvalidInput
from kangban.record.merge import correct, retract
from tests.support.stores import DAY, SAID, START, fact


def test_the_same_fact_from_two_places_and_days_has_one_id():
    elsewhere = msgspec.structs.replace(fact(known=9), provenance=Provenance("dad", "document", "d1"))
    assert fact().id == elsewhere.id


@pytest.mark.parametrize(
    "other",
    [
        fact(51.0),
        fact(true=1),
        fact(member="dad"),
        fact(family="away"),
        fact(Observation("height", 50.0, "kg")),
        fact(client_id="1"),
    ],
)
def test_another_fact_has_another_id(other):
    assert other.id != fact().id


def test_the_same_moment_in_another_zone_is_the_same_fact():
    entry = fact()
    moved = entry.true_at.astimezone(timezone(timedelta(hours=8)))
    fixed = correct(entry, Observation("weight", 1.0), known_at=START, provenance=SAID, true_at=moved)
    assert fixed.id == correct(entry, Observation("weight", 1.0), known_at=START, provenance=SAID).id


def test_a_client_id_alone_decides_so_that_a_changed_repeat_is_a_conflict():
    first, second = (fact(Communication("c", "k", text), client_id="k", true=n) for n, text in enumerate(("a", "b")))
    assert first.id == second.id
    assert first.body != second.body


def test_a_correction_names_what_it_corrects_and_keeps_its_moment():
    wrong = fact(500.0)
    right = correct(wrong, Observation("weight", 50.0), known_at=START + DAY, provenance=SAID)
    assert (right.supersedes, right.true_at, right.known_at) == (wrong.id, START, START + DAY)
    assert (right.family_id, right.member_id, right.retracted) == ("home", "gran", False)
    assert right == correct(wrong, Observation("weight", 50.0), known_at=START + DAY, provenance=SAID)
    assert correct(right, wrong.body, known_at=START + DAY, provenance=SAID).id not in {wrong.id, right.id}


def test_a_correction_keeps_the_kind():
    with pytest.raises(InvalidInput):
        correct(fact(), Condition("胖"), known_at=START, provenance=SAID)


def test_a_retraction_withdraws_without_a_new_value():
    entry = fact()
    gone = retract(entry, known_at=START + DAY, provenance=SAID)
    assert (gone.supersedes, gone.retracted, gone.body) == (entry.id, True, entry.body)
    assert gone.id == retract(entry, known_at=START + 2 * DAY, provenance=SAID).id
