"""One tap writes a dose, another takes it back; the last 24 hours feed every check of that member."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kangban.clinical.record import MedicationStatement, Observation, Patient
from kangban.journeys.doses_taken import last_day, took_it, undo
from kangban.journeys.family import add_member, write_fact
from kangban.journeys.house import House, as_system, seen_by
from kangban.kernel.clock import FixedClock
from kangban.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from kangban.record.timeline import facts_of
from tests.support.houses import NOW, memory_house, person_with_account


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


async def mum_at_home(clock: FixedClock) -> tuple[House, str, str]:
    house = memory_house(clock=clock)
    mum = seen_by(house, await person_with_account(house, "mum", "manager"))
    gran = await add_member(mum, Patient("奶奶", born_on=date(1950, 1, 1)), client_id="member-gran", consent=True)
    kid = await add_member(mum, Patient("小宝", born_on=date(2020, 1, 1)), client_id="member-kid", consent=True)
    return mum, gran, kid


async def test_a_dose_is_written_once_and_taken_back_once(clock):
    mum, gran, _ = await mum_at_home(clock)
    first = await took_it(mum, gran, " 对乙酰氨基酚 ", "500 mg", client_id="tap-0001")
    assert await took_it(mum, gran, "对乙酰氨基酚", "500 mg", client_id="tap-0001") == first
    day = await last_day(mum, gran)
    assert [(d.id, d.name, d.dose, d.at) for d in day.doses] == [(first, "对乙酰氨基酚", "500 mg", NOW)]
    assert [(s.ingredient, s.amount) for s in day.log.sums] == [("paracetamol", 500.0)]
    await undo(mum, first)
    clock.move(timedelta(minutes=1))
    await undo(mum, first)
    assert (await last_day(mum, gran)).doses == ()
    whole = await as_system(mum).store.entries(
        "home", gran, kinds=["MedicationAdministration"], include_superseded=True
    )
    assert len(whole) == 2  # what was withdrawn stays in the log


async def test_the_same_tap_with_other_words_is_a_conflict(clock):
    mum, gran, _ = await mum_at_home(clock)
    await took_it(mum, gran, "布洛芬", "200 mg", client_id="tap-0001")
    with pytest.raises(Conflict):
        await took_it(mum, gran, "布洛芬", "400 mg", client_id="tap-0001")


async def test_two_people_take_from_one_box(clock):
    mum, gran, kid = await mum_at_home(clock)
    box = await write_fact(mum, gran, MedicationStatement("布洛芬", status="in_cabinet"))
    for who in (gran, kid):
        await took_it(mum, who, "布洛芬", "100 mg", statement=box)
    for who in (gran, kid):
        assert [s.amount for s in (await last_day(mum, who)).log.sums] == [100.0]
    boxes = await mum.store.entries("home", kinds=["MedicationStatement"])
    assert [e.id for e in boxes] == [box]


async def test_facts_hold_the_doses_of_a_day_and_no_longer(clock):
    mum, gran, _ = await mum_at_home(clock)
    await took_it(mum, gran, "布洛芬", "200 mg", NOW - timedelta(hours=5))
    facts = await facts_of(mum.store, "home", gran, NOW)
    assert [(d.name, d.hours_ago, d.dose) for d in facts.taken] == [("布洛芬", 5.0, "200 mg")]
    clock.move(timedelta(hours=19))
    assert (await facts_of(mum.store, "home", gran, clock.now())).taken == ()
    assert (await last_day(mum, gran)).doses == ()


@pytest.mark.parametrize(
    ("name", "dose", "ahead"), [("  ", None, 0), ("药" * 81, None, 0), ("布洛芬", "片" * 41, 0), ("布洛芬", None, 6)]
)
async def test_bad_words_write_nothing(clock, name, dose, ahead):
    mum, gran, _ = await mum_at_home(clock)
    with pytest.raises(InvalidInput):
        await took_it(mum, gran, name, dose, NOW + timedelta(minutes=ahead))
    assert (await last_day(mum, gran)).doses == ()


async def test_only_a_dose_is_undone_and_only_a_box_is_named(clock):
    mum, gran, _ = await mum_at_home(clock)
    weight = await write_fact(mum, gran, Observation("weight", 51.0, "kg"))
    with pytest.raises(NotFound):
        await undo(mum, weight)
    with pytest.raises(NotFound):
        await took_it(mum, gran, "布洛芬", statement=weight)
    with pytest.raises(NotFound):
        await took_it(mum, "nobody", "布洛芬")


async def test_a_child_may_see_but_not_write(clock):
    mum, _, kid = await mum_at_home(clock)
    await took_it(mum, kid, "布洛芬", "100 mg")
    child = seen_by(mum, await person_with_account(mum, "kid", "child", kid))
    assert len((await last_day(child, kid)).doses) == 1
    with pytest.raises(NotPermitted):
        await took_it(child, kid, "布洛芬", "100 mg")
