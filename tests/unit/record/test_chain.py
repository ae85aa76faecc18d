"""Whatever is done to a chain afterwards is found: changed, swapped, dropped, inserted, cut off, begun anew."""

from __future__ import annotations

import hashlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangban.clinical.audit import AuditEvent, ChainedEvent
from kangban.record.chain import GENESIS, Head, Walk, checkpoint, extend, last_droppable, report, verify, walk
from kangban.record.links import LinkRow, link_of, link_row
from tests.support.chains import AT, happened

CHAIN = extend(Head(), [happened(number) for number in range(1, 9)])
OTHER = extend(Head(), [happened(number, member="dad") for number in range(1, 9)])
SEEN = {8: CHAIN[-1].hash}
TEXT_COLUMNS = ("family_id", "id", "body", "previous", "hash")


def through_the_store(row: LinkRow) -> ChainedEvent:
    return link_of(row)


def test_a_chain_as_written_is_whole():
    found = verify("home", CHAIN, SEEN)
    assert (found.ok, found.length, found.first, found.head) == (True, 8, 1, Head(8, CHAIN[-1].hash))
    assert [link.number for link in CHAIN] == list(range(1, 9))
    assert CHAIN[0].previous == GENESIS
    assert verify("home", []).ok


@given(st.sampled_from(CHAIN), st.sampled_from(TEXT_COLUMNS), st.data())
def test_any_character_changed_is_found_at_its_number(link, column, data):
    text = getattr(link_row(link), column)
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda c: c != text[place]))
    row = msgspec.structs.replace(link_row(link), **{column: text[:place] + other + text[place + 1 :]})
    changed = [through_the_store(row) if one is link else one for one in CHAIN]
    found = verify("home", changed)
    assert (found.ok, found.broken) == (False, link.number)


@given(st.sampled_from(CHAIN), st.integers(-(2**62), 2**62).filter(bool))
def test_a_changed_moment_is_found(link, by):
    row = link_row(link)
    changed = msgspec.structs.replace(row, at=max(-(2**63), min(2**63 - 1, row.at + by)))
    assert verify("home", [through_the_store(changed) if one is link else one for one in CHAIN]).broken == link.number


@given(st.integers(0, 7), st.integers(0, 7))
def test_two_links_that_change_places_are_found(first, second):
    swapped = [*CHAIN]
    swapped[first], swapped[second] = swapped[second], swapped[first]
    found = verify("home", swapped)
    assert found.ok is (first == second)
    if first != second:
        assert found.broken == min(first, second) + 1 or found.why == "start"


@given(st.integers(0, 7), st.integers(0, 7))
def test_contents_that_change_places_under_their_numbers_are_found(first, second):
    swapped = [*CHAIN]
    swapped[first] = msgspec.structs.replace(CHAIN[first], event=CHAIN[second].event)
    swapped[second] = msgspec.structs.replace(CHAIN[second], event=CHAIN[first].event)
    found = verify("home", swapped)
    assert found.ok is (first == second)
    assert found.broken == (None if first == second else min(first, second) + 1)


@given(st.sets(st.integers(1, 8), min_size=1))
def test_links_that_are_gone_are_found(gone):
    found = verify("home", [link for link in CHAIN if link.number not in gone], SEEN)
    assert not found.ok
    if 1 not in gone:
        assert found.broken == min(gone)


@given(st.integers(0, 8), st.sampled_from([*CHAIN, *OTHER]))
def test_a_link_put_in_is_found(place, link):
    found = verify("home", [*CHAIN[:place], link, *CHAIN[place:]])
    assert not found.ok


@given(st.integers(1, 8))
def test_a_chain_written_anew_from_somewhere_is_found_by_whoever_saw_its_end(number):
    events = [link.event for link in CHAIN]
    events[number - 1] = msgspec.structs.replace(events[number - 1], account_id="acc-dad")
    forged = extend(Head(), events)
    assert verify("home", forged).ok, "by itself it is a chain"
    found = verify("home", forged, SEEN)
    assert (found.ok, found.broken, found.why) == (False, 8, "anchor")


@given(st.integers(0, 7))
def test_an_end_cut_off_is_found_by_whoever_saw_it(kept):
    found = verify("home", CHAIN[:kept], SEEN)
    assert (found.ok, found.broken, found.why) == (False, kept + 1, "end")


def test_another_familys_link_is_found_even_with_a_good_hash():
    stranger = extend(Head(3, CHAIN[2].hash), [happened(4, family="next-door")])
    assert verify("home", [*CHAIN[:3], *stranger]).why == "family"


@given(st.integers(1, 8), st.integers(1, 7))
def test_after_retention_the_chain_is_whole_and_a_beginning_nobody_vouches_for_is_not(dropped, page):
    last = Head(dropped, CHAIN[dropped - 1].hash)
    links = [*CHAIN, *extend(Head(8, CHAIN[-1].hash), [checkpoint("home", last, AT)])]
    kept = [link for link in links if link.number > dropped]
    so_far = Walk("home")
    for start in range(0, len(kept), page):
        so_far = walk(so_far, kept[start : start + page], SEEN)
    found = report(so_far, SEEN)
    assert (found.ok, found.first, found.length) == (True, dropped + 1, len(links) - dropped)
    silent = [link for link in CHAIN if link.number > dropped]
    assert not silent or verify("home", silent).why == "start"
    if len(kept) > 1:
        more = verify("home", kept[1:])
        assert (more.ok, more.why) == (False, "start")


def test_what_retention_took_still_has_to_be_what_was_seen():
    links = [*CHAIN, *extend(Head(8, CHAIN[-1].hash), [checkpoint("home", Head(3, CHAIN[2].hash), AT)])][3:]
    assert verify("home", links, {3: CHAIN[2].hash, 2: CHAIN[1].hash}).ok
    assert verify("home", links, {3: OTHER[2].hash}).why == "anchor"


@pytest.mark.parametrize(("day", "last"), [(0, None), (1, None), (2, 1), (5, 4), (99, 8)])
def test_only_links_older_than_the_day_may_go(day, last):
    found = last_droppable(CHAIN, happened(day).at)
    assert (found.number if found else None) == last


def test_a_young_link_among_old_ones_keeps_everything_after_it():
    links = extend(Head(), [happened(1), happened(2, day=50), happened(3)])
    assert last_droppable(links, happened(10).at) == Head(1, links[0].hash)


def test_a_row_with_an_added_field_is_not_what_was_written():
    row = link_row(CHAIN[2])
    padded = msgspec.structs.replace(row, body=row.body[:-1] + ',"note":"x"}')
    assert link_of(row) == CHAIN[2]
    assert link_of(padded).event.what == "audit.unreadable"
    assert verify("home", [*CHAIN[:2], link_of(padded), *CHAIN[3:]]).broken == 3


def test_the_hash_is_what_the_document_says():
    plain = AuditEvent("a", AT, "home", "acc", "adult", "page", "R", "entry.seen")
    words = (
        '{"id":"a","at":"2026-05-01T08:00:00Z","family_id":"home","account_id":"acc","role":"adult","door":"page",'
        '"action":"R","what":"entry.seen"}'
    )
    expected = hashlib.sha256(f"{'0' * 64}\n1\n{words}".encode()).hexdigest()
    assert extend(Head(), [plain])[0].hash == expected
