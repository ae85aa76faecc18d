"""Break the glass: open a closed record in an emergency, for an hour, with a reason; everybody concerned is told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import msgspec

from kangban.clinical.access import Membership
from kangban.clinical.notice import Notice
from kangban.clinical.record import BreakGlass
from kangban.journeys.accounts.local import DEMO
from kangban.journeys.auditing.recording import event
from kangban.journeys.house import House, as_system, members, policy, signed
from kangban.kernel.errors import InvalidInput, NotFound, NotPermitted
from kangban.kernel.ids import derived_id
from kangban.record import happened
from kangban.record.access import decide, may_break_glass
from kangban.record.merge import fact_entry
from kangban.record.policy import FAMILY_WIDE
from kangban.record.timeline import FACT_KINDS

SHORTEST_REASON, LONGEST_REASON = 10, 1000
OPEN_FOR: Final = timedelta(minutes=60)


async def open_record(house: House, member_id: str, reason: str) -> BreakGlass:
    """Open a member's record to the actor for an hour; the person and every manager of the family are told.

    Raises InvalidInput for a reason under ten characters, NotPermitted for roles that may not, NotFound. While it
    is open, asking again gives the same opening.
    """
    words = " ".join(reason.split())
    if not SHORTEST_REASON <= len(words) <= LONGEST_REASON:
        raise InvalidInput("a reason of 10 to 1000 characters is needed", field="reason", key="access.reason_short")
    known, now, actor = await policy(house), house.clock.now(), house.actor
    rule = may_break_glass(known, actor, now)
    if not rule.allowed:
        await house.audit.write(
            [
                event(
                    house, "break_glass.opened", outcome="refused", rules=(rule.rule,), purpose="view",
                    key=(actor.session_id, now.isoformat("T", "minutes")),
                )
            ]
        )  # fmt: skip
        raise NotPermitted(f"refused by {rule.rule}", field="person", key="access.glass_refused")
    if member_id == FAMILY_WIDE or member_id not in known.people:
        raise NotFound("no such member", field="person")
    whole = as_system(house).store
    for entry in await whole.entries(house.family_id, member_id, kinds=["BreakGlass"], newest_first=True, limit=20):
        body = entry.body
        if isinstance(body, BreakGlass) and body.account_id == actor.account_id and entry.known_at <= now < body.until:
            return body
    opened = BreakGlass(actor.account_id, actor.name, actor.role, words, now + OPEN_FOR)
    entry = fact_entry(
        house.family_id, member_id, opened, true_at=now, known_at=now, provenance=signed(house),
        client_id=derived_id("glass", actor.account_id, now.isoformat()),
    )  # fmt: skip
    told = event(
        house, "break_glass.opened", member_id=member_id, kinds=("BreakGlass",), entries=(entry.id,), purpose="view",
        rules=(rule.rule,), key=(entry.id,),
    )  # fmt: skip
    places = await house.accounts.memberships(family_id=house.family_id)
    await whole.append([entry], events=[told], notices=_notices(house, places, member_id, entry.id, now))
    return opened


class Closed(msgspec.Struct, frozen=True):
    """A member whose record is closed to the actor, as they are called."""

    member_id: str
    name: str


async def has_closed(house: House) -> bool:
    """Whether there is a record the actor may open in an emergency and cannot see without; reads no name."""
    return bool(await _closed(house))


async def closed(house: House) -> list[Closed]:
    """Whom the actor may open a record of; raises NotPermitted. That they were named to them stands in the audit."""
    named, now = await _closed(house), house.clock.now()
    if not named:
        raise NotPermitted("nothing is closed, or not theirs to open", field="person", key="access.glass_refused")
    found = [Closed(one.id, one.patient.relation or one.patient.name) for one in await members(as_system(house))]
    told = [one for one in found if one.member_id in named]
    await house.audit.write(
        [
            happened.seen(house.actor, now, member_id=one.member_id, group="identity", kinds=["Patient"],
                          purpose="view", rule="break_glass.named")
            for one in told
        ]
    )  # fmt: skip
    return told


async def open_now(house: House) -> dict[str, datetime]:
    """Records the actor has open in an emergency: member → until when."""
    known, now = await policy(house), house.clock.now()
    at = known.moment(now)
    return {
        member_id: max(one.until for one in mine)
        for member_id, person in known.people.items()
        if (mine := [g for g in person.glass if g.account_id == house.actor.account_id and g.since <= now < g.until])
        and any(at < one.until for one in mine)
    }


async def _closed(house: House) -> frozenset[str]:
    known, actor, now = await policy(house), house.actor, house.clock.now()
    if not may_break_glass(known, actor, now).allowed:
        return frozenset()
    opened = await open_now(house)
    return frozenset(
        member_id
        for member_id in known.people
        if member_id != FAMILY_WIDE
        and member_id not in opened
        and not all(decide(known, actor, member_id, kind, "view", now).allowed for kind in FACT_KINDS)
    )


def _notices(house: House, places: list[Membership], member_id: str, entry_id: str, now: datetime) -> list[Notice]:
    """One for the person and each manager; the reason stays in the record, the notice says that it happened."""
    concerned = {
        place.account_id
        for place in places
        if (place.role == "manager" or place.member_id == member_id) and (place.until is None or now < place.until)
    }
    if house.demo:
        concerned.add(DEMO)
    return [
        Notice(
            derived_id("notice", "glass", entry_id, account), house.family_id, account, "access.notice_glass", now,
            values={"role": house.actor.role}, path="/account",
        )
        for account in sorted(concerned)
    ]  # fmt: skip
