"""Two families on one server, behind the real interface: the Shens with a teen and a doctor, and their neighbours."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec

from kangban.clinical.access import Actor, Licence, Membership
from kangban.clinical.account import Account, Tenant
from kangban.clinical.record import Consent, MedicationRequest, MedicationStatement, Patient
from kangban.journeys import consents
from kangban.journeys.accounts.feeds import make_feed
from kangban.journeys.accounts.login import actor_of
from kangban.journeys.family import add_member, write_fact
from kangban.journeys.house import House, seen_by
from tests.support.api_desk import NO_LIMITS, ApiDesk
from tests.support.reviews import NOW, PLACES, Practice, furnish
from tests.support.stores import opened_doors

OTHER = "neighbours"
SECRET = "紫檀算盘病"  # stands in the neighbours' record and nowhere else


class Town(msgspec.Struct):
    """Everything an attack needs a name for."""

    family: Practice
    desk: ApiDesk
    ids: dict[str, str]

    async def as_(self, who: str) -> House:
        """A house as an account sees it, in the Shens' family."""
        actor = await actor_of(self.family.opened.gate, who, "home", door="page")
        assert actor is not None
        return seen_by(self.family.opened.house, actor)

    async def call(self, method: str, path: str, who: str = "", **more: Any) -> Any:
        """One request; {names} in the address are real ids."""
        return await self.desk.call(method, path.format(**self.ids), who, **more)


@contextlib.asynccontextmanager
async def town(kind: str = "memory", folder: Path | None = None, *, at: datetime = NOW) -> AsyncIterator[Town]:
    """Both families over stores of one kind."""
    async with opened_doors(kind, folder or Path()) as doors:
        family = await furnish(doors, people=tuple(PLACES), urls={})
        ids = {"nainai": family.member}
        home = family.as_("ma")
        ids["teen"] = await add_member(
            home, Patient("沈小禾", "女儿", "female", date(2011, 1, 1)), client_id="t", consent=True
        )
        ids["baby"] = await add_member(
            home, Patient("沈小满", "儿子", "male", date(2024, 1, 1)), client_id="b", consent=True
        )
        ids["entry"] = await write_fact(
            home, ids["nainai"], MedicationStatement("布洛芬", status="in_cabinet", expires_on=date(2026, 5, 9))
        )
        await doors.accounts.add_account(Account("te", "te", "小禾"))
        await doors.accounts.put_membership(Membership("m-te", "te", "home", "teen", ids["teen"]))
        for who, role, licence in (
            ("xm", "manager", None),
            ("xd", "doctor", Licence("X-1", ("all",), date(2028, 1, 1))),
        ):
            await doors.accounts.add_account(Account(who, who, who))
            await doors.accounts.put_membership(Membership(f"m-{who}", who, OTHER, role, licence=licence))  # type: ignore[arg-type]
        await doors.accounts.put_tenant(Tenant(OTHER, "family", "邻居", NOW))
        keeper = await doors.accounts.find_account(id="op")
        assert keeper is not None
        await doors.accounts.change_account(msgspec.structs.replace(keeper, operator=True))
        await _neighbours(family, ids)
        # A helper with grandmother's medicines, and nothing else.
        word = Consent("share", "he", granted=True, groups=("medicines",), purposes=("view", "write"))
        await consents.give(home, ids["nainai"], word)
        desk = ApiDesk(family.opened.house, family.opened.gate, NO_LIMITS)
        await desk.token("xm", OTHER)
        await desk.token("xd", OTHER)
        yield Town(family, desk, ids)


async def _neighbours(family: Practice, ids: dict[str, str]) -> None:
    gate = family.opened.gate
    actor = Actor("xm", "xm", OTHER, "manager")
    closed = msgspec.structs.replace(family.opened.house, family_id=OTHER, actor=Actor("", "", OTHER, "operator"))
    inner = closed.store.inner  # type: ignore[attr-defined]
    house = seen_by(msgspec.structs.replace(closed, store=inner), actor)
    ids["x_member"] = await add_member(
        house, Patient("邻居爷爷", born_on=date(1950, 1, 1)), client_id="x", consent=True
    )
    ids["x_entry"] = await write_fact(house, ids["x_member"], MedicationRequest(SECRET))
    _, feed = await make_feed(gate, actor, "phone")
    ids["x_feed"] = feed.id
