"""The calendar feed: a few dates, no names; revoked, expired or guessed it is not there."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest
from icalendar import Calendar

from kangban.clinical.record import Consent, MedicationStatement
from kangban.journeys import consents
from kangban.journeys.accounts.feeds import MOST_FEEDS, make_feed, revoke_feed
from kangban.journeys.family import write_fact
from kangban.kernel.errors import Conflict, NotFound, NotPermitted
from tests.support.two_families import Town, town


async def feed(here: Town, who: str) -> str:
    """The address of a fresh feed."""
    made = await here.call("POST", "/calendars", who, body={"name": "手机"})
    assert made.status == 201, made.text
    path = made.json["path"]
    assert path.startswith("/calendar/")
    return path


async def read(here: Town, path: str) -> tuple[int, str]:
    got = await here.desk.call("GET", path, base="")
    return got.status, got.text


async def test_it_shows_days_and_counts() -> None:
    async with town() as here:
        home = here.family.as_("ma")
        for name, day in (("蒙脱石散", 9), ("阿莫西林", 20)):
            box = MedicationStatement(name, status="in_cabinet", expires_on=date(2026, 5, day))
            await write_fact(home, here.ids["nainai"], box)
        until = home.clock.now() + timedelta(days=10)
        await consents.give(home, here.ids["nainai"], Consent("share", "ba", True, ("medicines",), until=until))
        status, text = await read(here, await feed(here, "ma"))
        assert status == 200
        events = {(str(e["dtstart"].dt), str(e["summary"])) for e in Calendar.from_ical(text).walk("VEVENT")}
        assert events == {
            ("2026-05-09", "康伴：药箱里有 2 样东西到期，请打开药箱看看"),
            ("2026-05-20", "康伴：药箱里有 1 样东西到期，请打开药箱看看"),
            ("2026-05-14", "康伴：有 1 项同意到期，请看看要不要续"),
        }
        for private in ("布洛芬", "蒙脱石散", "华法林", "沈", "奶奶", here.ids["nainai"]):
            assert private not in text


async def test_a_reviewer_sees_that_something_is_due_and_a_family_does_not() -> None:
    async with town() as here:
        held = await here.family.held()
        _, theirs = await read(here, await feed(here, "dr"))
        events = Calendar.from_ical(theirs).walk("VEVENT")
        assert [e["dtstart"].dt for e in events] == [held.due_at]
        assert held.item.question[:6] not in theirs
        _, family = await read(here, await feed(here, "ba"))
        assert "VEVENT" not in family


async def test_what_was_not_lent_for_notices_is_not_in_it() -> None:
    async with town() as here:
        path = await feed(here, "he")
        assert "VEVENT" not in (await read(here, path))[1], "she may look, and nothing may leave by way of her"
        word = Consent("share", "he", True, ("medicines",), ("view", "notify"))
        await consents.give(here.family.as_("ma"), here.ids["nainai"], word)
        assert "VEVENT" in (await read(here, path))[1]
        await consents.withdraw(here.family.as_("ma"), here.ids["nainai"], "share", "he")
        assert "VEVENT" not in (await read(here, path))[1]


async def test_it_dies_with_revocation_expiry_and_place() -> None:
    async with town() as here:
        gate, actor = here.family.opened.gate, (await here.as_("ma")).actor
        first, second = await feed(here, "ma"), await feed(here, "ba")
        listed = (await here.call("GET", "/calendars", "ma")).json["calendars"]
        await revoke_feed(gate, actor, listed[0]["id"])
        assert (await read(here, first))[0] == 404
        await gate.accounts.remove_membership("m-ba")
        assert (await read(here, second))[0] == 404
        third = await feed(here, "ma")
        here.family.clock.move(timedelta(days=367))
        assert (await read(here, third))[0] == 404


async def test_its_secret_opens_nothing_else() -> None:
    async with town() as here:
        path = await feed(here, "ma")
        secret = path.removeprefix("/calendar/").removesuffix(".ics")
        for headers in ({"Authorization": f"Bearer {secret}"}, {"Authorization": f"Bearer kb_{secret}"},
                        {"Cookie": f"kangban_session={secret}"}):  # fmt: skip
            assert (await here.desk.call("GET", "/members", headers=headers)).status == 401
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            assert (await here.desk.call(method, path, base="")).status == 405
        key = await here.desk.key("ma")
        assert (await here.desk.call("GET", f"/calendar/{key}.ics", base="")).status == 404


async def test_only_a_person_with_a_place_makes_one_and_not_too_many() -> None:
    async with town() as here:
        gate, actor = here.family.opened.gate, (await here.as_("ma")).actor
        with pytest.raises(NotPermitted):
            await make_feed(gate, msgspec.structs.replace(actor, scopes=("view", "medicines")), "x")
        with pytest.raises(NotPermitted):
            await make_feed(gate, msgspec.structs.replace(actor, family_id="neighbours"), "x")
        for n in range(MOST_FEEDS):
            await make_feed(gate, actor, f"phone {n}")
        with pytest.raises(Conflict):
            await make_feed(gate, actor, "one more")
        with pytest.raises(NotFound):
            await revoke_feed(gate, (await here.as_("ba")).actor, here.ids["x_feed"])
