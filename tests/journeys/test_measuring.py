"""Measured at home and said in words: kept with posture, arm and meal, together or not at all, and taken back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kangban.clinical.record import MedicationRequest, Observation, Patient
from kangban.journeys.family import add_member, write_fact
from kangban.journeys.house import House, seen_by
from kangban.journeys.measuring import measured_in_words, take_back
from kangban.kernel.errors import InvalidInput, NotFound
from tests.support.houses import NOW, memory_house, person_with_account


async def home() -> tuple[House, str]:
    house = memory_house()
    mum = seen_by(house, await person_with_account(house, "mum", "manager"))
    return mum, await add_member(mum, Patient("爸爸", born_on=date(1960, 1, 1)), client_id="d", consent=True)


async def kept(house: House, who: str) -> list[Observation]:
    found = await house.store.entries("home", who, kinds=["Observation"])
    return [e.body for e in found if isinstance(e.body, Observation)]


async def test_words_become_observations_once():
    mum, who = await home()
    first = await measured_in_words(mum, who, "血压 138/85 左臂 坐位 心率72", client_id="m1")
    assert (await measured_in_words(mum, who, "血压 138/85 左臂 坐位 心率72", client_id="m1")).ids == first.ids
    found = {o.code: o for o in await kept(mum, who)}
    assert {c: o.value for c, o in found.items()} == {"sbp": 138.0, "dbp": 85.0, "hr": 72.0}
    assert (found["sbp"].body_position, found["sbp"].body_site) == ("sitting", "left_arm")
    assert first.at == NOW


async def test_the_time_said_is_the_time_kept():
    mum, who = await home()
    told = await measured_in_words(mum, who, "昨晚8点空腹血糖6.8")
    assert told.at == NOW.replace(hour=12) - timedelta(days=1)
    assert (await kept(mum, who))[0].meal == "fasting"


@pytest.mark.parametrize("words", ["", "今天天气好", "血压 80/80", "血压130/80，身高999", "x" * 2001])
async def test_what_cannot_be_is_refused_whole(words: str):
    mum, who = await home()
    with pytest.raises(InvalidInput):
        await measured_in_words(mum, who, words)
    assert await kept(mum, who) == []


async def test_in_the_future_and_of_a_stranger():
    mum, who = await home()
    with pytest.raises(InvalidInput):
        await measured_in_words(mum, who, "血压130/80", at=NOW + timedelta(hours=1))
    with pytest.raises(NotFound):
        await measured_in_words(mum, "nobody", "血压130/80")


async def test_taken_back_together_and_twice():
    mum, who = await home()
    told = await measured_in_words(mum, who, "血压130/80")
    await take_back(mum, told.ids)
    await take_back(mum, told.ids)
    assert await kept(mum, who) == []


async def test_it_reopens_what_rests_on_it():
    mum, who = await home()
    await write_fact(mum, who, MedicationRequest("二甲双胍", "0.5 g", 2))
    told = await measured_in_words(mum, who, "血压130/80")
    assert len(told.bodies) == 2
