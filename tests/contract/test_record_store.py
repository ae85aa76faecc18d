"""What the port promises, asked of the fake, SQLite and PostgreSQL alike."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import msgspec
import pytest

from kangban.clinical.record import Communication, Condition, DetectedIssue, Observation, Patient, Provenance
from kangban.kernel.errors import Conflict, InvalidInput, NotFound, Unavailable
from kangban.ports.records import RecordStore
from kangban.record.merge import correct, retract
from tests.support.stores import DAY, SAID, START, STORES, fact, opened


@pytest.fixture(params=STORES)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[RecordStore]:
    async with opened(request.param, tmp_path) as made:
        yield made


def ids(entries):
    return [entry.id for entry in entries]


async def test_an_entry_comes_back_as_it_was_written(store):
    bodies = [
        Patient("李奶奶", "奶奶", "female", date(1948, 3, 9)),
        Condition("心房颤动", "atrial_fibrillation"),
        Communication("c1", "k1", "胸口疼 \x00 🫀 'quoted' \"both\" \\ %s :name", ("photo",)),
        DetectedIssue("triage", {"b": [1, 2.5, None], "a": {"深": True}}, START, "f1", '{"x":1}', ("r@1",), "m1"),
    ]
    entries = [
        msgspec.structs.replace(fact(body, true=day), provenance=Provenance("gran", "document", "d1", 3, "第三页"))
        for day, body in enumerate(bodies)
    ]
    assert await store.append(entries) == len(entries)
    assert await store.entries("home", "gran") == entries
    assert [await store.get("home", entry.id) for entry in entries] == entries


async def test_times_keep_their_microsecond_and_their_instant(store):
    beijing = timezone(timedelta(hours=8))
    moments = [datetime(1911, 10, 10, 12, 0, 0, 1, tzinfo=UTC), datetime(2026, 5, 3, 0, 30, 0, 999_999, tzinfo=beijing)]
    for number, moment in enumerate(moments):
        entry = msgspec.structs.replace(fact(40.0 + number), true_at=moment, known_at=moment)
        await store.append([entry])
        found = await store.get("home", entry.id)
        assert found.true_at == moment
        assert found.known_at == moment
        assert found.true_at.utcoffset() == timedelta(0)


async def test_writing_the_same_twice_changes_nothing_whatever_the_times(store):
    entry = fact()
    assert await store.append([entry]) == 1
    later = msgspec.structs.replace(
        entry, true_at=START + DAY, known_at=START + DAY, provenance=Provenance("x", "tool")
    )
    assert await store.append([entry, later, entry]) == 0
    assert await store.entries("home") == [entry]


@pytest.mark.parametrize(
    "change",
    [
        {"body": Observation("weight", 51.0, "kg")},
        {"body": Condition("50")},
        {"member_id": "dad"},
        {"family_id": "away"},
        {"retracted": True},
    ],
    ids=str,
)
async def test_the_same_id_with_other_content_is_a_conflict_and_nothing_is_written(store, change):
    entry = fact()
    await store.append([entry])
    with pytest.raises(Conflict):
        await store.append([fact(60.0, true=1), msgspec.structs.replace(entry, **change)])
    assert await store.entries("home") == [entry]


async def test_a_conflict_within_one_call_writes_nothing(store):
    entry = fact()
    with pytest.raises(Conflict):
        await store.append([entry, msgspec.structs.replace(entry, body=Observation("weight", 1.0))])
    assert await store.families() == []


async def test_a_correction_replaces_what_is_shown_and_keeps_what_was_said(store):
    wrong = fact(500.0)
    right = correct(wrong, Observation("weight", 50.0, "kg"), known_at=START + DAY, provenance=SAID)
    await store.append([wrong, right])
    assert await store.entries("home") == [right]
    assert await store.entries("home", include_superseded=True) == [wrong, right]
    assert await store.get("home", wrong.id) == wrong
    assert await store.append([wrong, right]) == 0


async def test_only_one_correction_of_an_entry_stands(store):
    wrong = fact(500.0)
    await store.append([wrong])
    first, second = (correct(wrong, Observation("weight", v), known_at=START, provenance=SAID) for v in (50.0, 51.0))
    await store.append([first])
    for late in (second, retract(wrong, known_at=START, provenance=SAID)):
        with pytest.raises(Conflict):
            await store.append([late])
    again = correct(first, Observation("weight", 51.0), known_at=START + DAY, provenance=SAID)
    await store.append([again])
    assert await store.entries("home") == [again]


async def test_superseding_needs_an_earlier_entry_of_the_same_member(store):
    mine = fact()
    unknown = msgspec.structs.replace(fact(51.0), supersedes="entry-nowhere")
    itself = msgspec.structs.replace(fact(52.0), supersedes=fact(52.0).id)
    others = msgspec.structs.replace(fact(53.0, member="dad"), supersedes=mine.id)
    another_family = msgspec.structs.replace(fact(54.0, family="away"), supersedes=mine.id)
    too_early = [correct(fact(55.0), Observation("weight", 1.0), known_at=START, provenance=SAID), fact(55.0)]
    await store.append([mine])
    for bad in ([unknown], [itself], [others], [another_family], too_early):
        with pytest.raises(Conflict):
            await store.append(bad)
    assert await store.entries("home", include_superseded=True) == [mine]


async def test_what_did_we_know_on_3_may(store):
    """True on 1 May, learnt on 2 May; corrected on 4 May; withdrawn on 6 May."""
    said = fact(500.0, true=0, known=1)
    corrected = correct(said, Observation("weight", 50.0, "kg"), known_at=START + 3 * DAY, provenance=SAID)
    withdrawn = retract(corrected, known_at=START + 5 * DAY, provenance=SAID)
    await store.append([said, corrected, withdrawn])
    known = {day: await store.entries("home", "gran", known_at=START + (day - 1) * DAY) for day in range(1, 8)}
    assert known == {1: [], 2: [said], 3: [said], 4: [corrected], 5: [corrected], 6: [], 7: []}
    assert await store.entries("home") == []
    history = await store.entries("home", known_at=START + 3 * DAY, include_superseded=True)
    assert history == [said, corrected]
    just_before = START + 3 * DAY - timedelta(microseconds=1)
    assert await store.entries("home", known_at=just_before) == [said]


async def test_true_at_leaves_out_what_became_true_later_and_what_a_correction_moved_there(store):
    early, late = fact(50.0, true=0), fact(51.0, true=4)
    await store.append([early, late])
    assert await store.entries("home", true_at=START + 3 * DAY) == [early]
    moved = correct(early, early.body, known_at=START + DAY, provenance=SAID, true_at=START + 6 * DAY)
    await store.append([moved])
    assert await store.entries("home", true_at=START + 3 * DAY) == []
    assert await store.entries("home", true_at=START + 3 * DAY, known_at=START) == [early]


async def test_entries_are_listed_by_true_known_and_id_and_limited(store):
    entries = [fact(float(n), true=n % 3, known=5 + n % 2) for n in range(12)]
    await store.append(entries)
    ordered = sorted(entries, key=lambda e: (e.true_at, e.known_at, e.id))
    assert await store.entries("home") == ordered
    assert await store.entries("home", newest_first=True) == ordered[::-1]
    assert await store.entries("home", limit=4) == ordered[:4]
    assert await store.entries("home", limit=4, newest_first=True) == ordered[::-1][:4]
    assert await store.entries("home", limit=0) == []
    with pytest.raises(InvalidInput):
        await store.entries("home", limit=-1)


async def test_ids_are_ordered_by_their_characters_not_by_a_language(store):
    names = ["a", "B", "b", "_", "ä", "奶", "🫀", "A", "-"]
    await store.append([msgspec.structs.replace(fact(), id=name, family_id=name) for name in names])
    await store.append([msgspec.structs.replace(fact(), id=f"x{name}") for name in names])
    assert await store.families() == sorted([*names, "home"])
    assert ids(await store.entries("home")) == sorted(f"x{name}" for name in names)


async def test_members_families_and_kinds_are_kept_apart(store):
    gran, dad, away = fact(), fact(member="dad"), fact(family="away")
    ill = fact(Condition("高血压"))
    await store.append([gran, dad, away, ill])
    assert set(ids(await store.entries("home"))) == {gran.id, dad.id, ill.id}
    assert await store.entries("home", "dad") == [dad]
    assert await store.entries("home", kinds=["Condition"]) == [ill]
    assert await store.entries("home", "gran", kinds=["Condition", "Patient"]) == [ill]
    assert await store.families() == ["away", "home"]
    with pytest.raises(NotFound):
        await store.get("away", gran.id)
    with pytest.raises(NotFound):
        await store.get("home", "entry-nowhere")


async def test_a_deleted_member_is_gone_and_the_others_stay(store):
    wrong, dad = fact(500.0), fact(member="dad")
    right = correct(wrong, Observation("weight", 50.0), known_at=START, provenance=SAID)
    await store.append([wrong, right, dad, fact(family="away")])
    assert await store.delete_member("home", "gran") == 2
    assert await store.delete_member("home", "gran") == 0
    assert await store.delete_member("home", "nobody") == 0
    assert await store.entries("home", include_superseded=True) == [dad]
    assert await store.families() == ["away", "home"]
    assert await store.append([wrong, right]) == 2


async def test_ids_no_database_can_hold_are_refused_and_never_found(store):
    for bad in ("", "a\0b", "x" * 201, "\ud800"):
        with pytest.raises(InvalidInput):
            await store.append([msgspec.structs.replace(fact(), id=bad)])
        with pytest.raises(InvalidInput):
            await store.append([msgspec.structs.replace(fact(), family_id=bad)])
        assert await store.entries(bad) == []
        assert await store.entries("home", bad) == []
        assert await store.entries("home", kinds=[bad]) == []
        assert await store.delete_member("home", bad) == 0
        with pytest.raises(NotFound):
            await store.get("home", bad)
    with pytest.raises(InvalidInput):
        await store.append([fact(), fact(Condition("half a pair: \ud83e"))])
    assert await store.families() == []


async def test_a_large_call_is_one_call(store):
    entries = [fact(float(n)) for n in range(1500)]
    assert await store.append(entries) == 1500
    assert await store.append([*entries, fact(0.5)]) == 1
    assert len(await store.entries("home")) == 1501


async def test_writers_at_once_write_each_entry_once(store):
    entries = [fact(float(n)) for n in range(30)]
    calls = [entries, entries[::-1], entries[10:], entries[:20], entries]
    written = await asyncio.gather(*(store.append(call) for call in calls))
    assert sum(written) == 30
    assert len(await store.entries("home", include_superseded=True)) == 30


async def test_of_two_corrections_at_once_one_wins(store):
    for number in range(10):
        wrong = fact(500.0 + number)
        await store.append([wrong])
        rivals = [correct(wrong, Observation("weight", float(v)), known_at=START, provenance=SAID) for v in range(4)]
        outcomes = await asyncio.gather(*(store.append([r]) for r in rivals), return_exceptions=True)
        assert sorted(map(repr, map(type, outcomes))) == sorted(map(repr, [int, Conflict, Conflict, Conflict]))
    assert len(await store.entries("home")) == 10


async def test_deleting_while_others_write_leaves_no_half_of_a_chain(store):
    wrong = fact(500.0)
    right = correct(wrong, Observation("weight", 50.0), known_at=START, provenance=SAID)
    for _ in range(10):
        await store.append([wrong])
        gone, written = await asyncio.gather(
            store.delete_member("home", "gran"), store.append([right]), return_exceptions=True
        )
        left = ids(await store.entries("home", include_superseded=True))
        assert (gone, left) == ((2, []) if written == 1 else (1, []))
        await store.delete_member("home", "gran")


async def test_closing_twice_is_harmless_and_a_closed_store_says_so(store):
    await store.close()
    await store.close()
    with pytest.raises(Unavailable):
        await store.append([fact()])
    with pytest.raises(Unavailable):
        await store.entries("home")
