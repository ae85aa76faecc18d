"""Random histories of appends, corrections, retractions and repeats, against the port's words read literally."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kangban.clinical.record import Entry, Observation
from kangban.kernel.errors import Conflict
from kangban.kernel.ids import new_id
from kangban.ports.records import RecordStore
from kangban.record.merge import correct, retract
from kangban.record.timeline import visible
from tests.support.stores import DAY, SAID, START, STORES, fact, opened

DAYS = st.integers(0, 6)
STEPS = st.one_of(
    st.tuples(st.just("append"), st.integers(0, 4), DAYS, DAYS),
    st.tuples(st.just("correct"), st.integers(0, 9), st.integers(0, 4), DAYS),
    st.tuples(st.just("retract"), st.integers(0, 9), st.just(0), DAYS),
    st.tuples(st.just("repeat"), st.integers(0, 9), st.just(0), DAYS),
)


@pytest.fixture(params=STORES)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[RecordStore]:
    async with opened(request.param, tmp_path) as made:
        yield made


def made_by(step, log: list[Entry], family: str) -> Entry:
    what, first, second, day = step
    if what == "append" or not log:
        return fact(float(first), true=second, known=day, family=family)
    target = log[first % len(log)]
    if what == "correct":
        body = Observation("weight", float(second), "kg")
        return correct(target, body, known_at=START + day * DAY, provenance=SAID)
    if what == "retract":
        return retract(target, known_at=START + day * DAY, provenance=SAID)
    return msgspec.structs.replace(target, known_at=START + day * DAY)


def model_accepts(log: list[Entry], entry: Entry) -> bool | None:
    """True: written. None: already there. False: a conflict."""
    if any(e.id == entry.id for e in log):
        return None
    return entry.supersedes is None or not any(e.supersedes == entry.supersedes for e in log)


def model_lists(log: list[Entry], known: int, true: int) -> list[Entry]:
    learnt = [e for e in log if e.known_at <= START + known * DAY]
    shown = [
        e
        for e in learnt
        if not e.retracted and e.true_at <= START + true * DAY and not any(s.supersedes == e.id for s in learnt)
    ]
    return sorted(shown, key=lambda e: (e.true_at, e.known_at, e.id))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=10), known=DAYS, true=DAYS)
async def test_any_history_reads_as_the_port_says(store, steps, known, true):
    family, log = new_id("family"), []
    for step in steps:
        entry = made_by(step, log, family)
        accepted = model_accepts(log, entry)
        if accepted is False:
            with pytest.raises(Conflict):
                await store.append([entry])
        else:
            assert await store.append([entry]) == (1 if accepted else 0)
        if accepted:
            log.append(entry)
    expected = model_lists(log, known, true)
    moments = {"known_at": START + known * DAY, "true_at": START + true * DAY}
    assert await store.entries(family, **moments) == expected
    assert visible(log, **moments) == expected
    assert sorted(e.id for e in await store.entries(family, include_superseded=True)) == sorted(e.id for e in log)
