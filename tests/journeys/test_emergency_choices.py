"""Whom one may open a record of: named only to whom may, and that it was done stands in the audit."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kangban.clinical.record import Consent
from kangban.journeys.break_glass import closed, has_closed, open_now, open_record
from kangban.journeys.consents import give
from kangban.journeys.house import seen_by
from kangban.kernel.clock import FixedClock
from kangban.kernel.errors import NotPermitted
from tests.journeys.test_break_glass import NOW, WHY, family
from tests.support.houses import person_with_account


async def test_what_is_closed_is_named_and_the_naming_is_kept() -> None:
    house = await family()
    mum = seen_by(house, await person_with_account(house, "mum", "manager"))
    assert await has_closed(mum)
    assert [one.member_id for one in await closed(mum)] == ["dad"]
    lines = [e.event for e in await house.audit.chain("home") if e.event.what == "entry.seen"]
    assert [(e.member_id, e.rules) for e in lines] == [("dad", ("break_glass.named",))]


async def test_what_is_open_already_is_not_offered_again() -> None:
    house = await family()
    mum = seen_by(house, await person_with_account(house, "mum", "manager"))
    await open_record(mum, "dad", WHY)
    assert await open_now(mum) == {"dad": NOW + timedelta(minutes=60)}
    assert not await has_closed(mum)
    assert isinstance(house.clock, FixedClock)
    house.clock.move(timedelta(minutes=60))
    assert await open_now(mum) == {}
    assert await has_closed(mum)


async def test_a_clock_moved_back_shows_nothing_as_open() -> None:
    house = await family()
    mum = seen_by(house, await person_with_account(house, "mum", "manager"))
    await open_record(mum, "dad", WHY)
    assert isinstance(house.clock, FixedClock)
    house.clock.move(timedelta(minutes=-90))
    assert await open_now(mum) == {}


@pytest.mark.parametrize("role", ["helper", "reviewer", "operator"])
async def test_nobody_is_named_to_who_may_not(role: str) -> None:
    house = await family()
    actor = await person_with_account(house, "x", role)  # type: ignore[arg-type]
    assert not await has_closed(seen_by(house, actor))
    with pytest.raises(NotPermitted):
        await closed(seen_by(house, actor))


async def test_what_is_shared_as_a_whole_needs_no_emergency() -> None:
    house = await family()
    dad = seen_by(house, await person_with_account(house, "dad2", "adult", "dad"))
    mum = await person_with_account(house, "mum", "manager")
    groups = ("medicines", "allergies", "conditions", "measurements")
    await give(dad, "dad", Consent("share", mum.account_id, True, groups=groups))
    assert not await has_closed(seen_by(house, mum))
