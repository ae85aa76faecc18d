"""An emergency opening: a reason, an hour, and everybody concerned is told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from kangban.clinical.record import BreakGlass, Consent, Entry, Patient, Provenance
from kangban.journeys.break_glass import open_record
from kangban.journeys.house import House, as_system, members, seen_by
from kangban.kernel.clock import FixedClock
from kangban.kernel.errors import InvalidInput, KangbanError, NotFound, NotPermitted
from tests.support.houses import memory_house, person_with_account

NOW = datetime(2026, 5, 3, 8, 0, tzinfo=UTC)
WHY = "他昏倒了，急救人员要知道在吃什么药"


async def family() -> House:
    house = memory_house(clock=FixedClock(NOW))
    said = Provenance("system", "system")
    for who, born in (("dad", date(1980, 1, 1)), ("teen", date(2011, 1, 1))):
        bodies = (Patient(who, born_on=born), Consent("health_data", "record", True))
        await as_system(house).store.append(
            [Entry(f"{who}{n}", "home", who, b, NOW, NOW, said) for n, b in enumerate(bodies)]
        )
    await person_with_account(house, "dad", "adult", "dad")
    await person_with_account(house, "teen", "teen", "teen")
    await person_with_account(house, "granny", "manager")
    return house


async def test_it_opens_for_an_hour_and_everybody_is_told() -> None:
    house = await family()
    mum = seen_by(house, await person_with_account(house, "mum", "manager"))
    assert "dad" not in [one.id for one in await members(mum)]
    opened = await open_record(mum, "dad", WHY)
    assert opened == BreakGlass("acc-mum", "mum", "manager", WHY, NOW + timedelta(minutes=60))
    assert "dad" in [one.id for one in await members(mum)]
    assert await open_record(mum, "dad", "and again for good measure") == opened
    told = {
        name: await house.notices.of_account(f"acc-{name}", "home", NOW) for name in ("dad", "mum", "granny", "teen")
    }
    assert {name: len(one) for name, one in told.items()} == {"dad": 1, "mum": 1, "granny": 1, "teen": 0}
    assert WHY not in repr(told)
    (event,) = [e.event for e in await house.audit.chain("home") if e.event.what == "break_glass.opened"]
    assert (event.account_id, event.member_id, event.outcome) == ("acc-mum", "dad", "ok")
    assert isinstance(house.clock, FixedClock)
    house.clock.move(timedelta(minutes=60))
    assert "dad" not in [one.id for one in await members(mum)]
    looks = [e.event.rules for e in await house.audit.chain("home") if e.event.what == "entry.seen"]
    assert ("break_glass",) in looks


@pytest.mark.parametrize("role", ["helper", "reviewer", "operator", "child"])
async def test_not_for_everybody(role: str) -> None:
    house = await family()
    own = "kid" if role == "child" else None
    if own:
        kid = Entry(
            "kid", "home", own, Patient("kid", born_on=date(2016, 1, 1)), NOW, NOW, Provenance("system", "system")
        )
        await as_system(house).store.append([kid])
    one = seen_by(house, await person_with_account(house, "one", role, own))  # pyright: ignore[reportArgumentType]
    with pytest.raises(NotPermitted) as caught:
        await open_record(one, "dad", WHY)
    assert caught.value.key == "access.glass_refused"
    assert not await as_system(house).store.entries("home", kinds=["BreakGlass"])
    (event,) = [e.event for e in await house.audit.chain("home") if e.event.what == "break_glass.opened"]
    assert (event.account_id, event.outcome) == ("acc-one", "refused")


async def test_bad_input_opens_nothing() -> None:
    house = await family()
    mum = seen_by(house, await person_with_account(house, "mum", "manager"))
    tries: list[tuple[str, str, type[KangbanError]]] = [
        ("dad", "urgent", InvalidInput), ("dad", " " * 40, InvalidInput), ("dad", "x" * 1001, InvalidInput),
        ("nobody", WHY, NotFound), ("family", WHY, NotFound),
    ]  # fmt: skip
    for who, why, error in tries:
        with pytest.raises(error):
            await open_record(mum, who, why)
    assert not await as_system(house).store.entries("home", kinds=["BreakGlass"])


async def test_nobody_forges_an_opening() -> None:
    house = await family()
    mum = seen_by(house, await person_with_account(house, "mum", "manager"))
    forged = BreakGlass("acc-mum", "mum", "manager", WHY, NOW + timedelta(days=365))
    entry = Entry("forged", "home", "dad", forged, NOW, NOW, Provenance("acc-mum", "person"))
    with pytest.raises((NotPermitted, NotFound)):
        await mum.store.append([entry])
    for purpose in ("consent", "ask", "confirm", "write"):
        with pytest.raises((NotPermitted, NotFound)):
            await seen_by(house, mum.actor, purpose).store.append([entry])  # pyright: ignore[reportArgumentType]
    assert "dad" not in [one.id for one in await members(mum)]
