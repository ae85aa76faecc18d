"""Doses really taken: one tap writes one, one tap takes it back, and the last 24 hours are summed up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import msgspec

from kangban.clinical.record import Entry, MedicationAdministration
from kangban.journeys.family import withdraw_fact, write_fact
from kangban.journeys.house import House, get_member
from kangban.kernel.clock import aware
from kangban.kernel.errors import InvalidInput, NotFound
from kangban.reasoning.medication.taken import TakenLog, sums_taken
from kangban.record.timeline import FACT_KINDS, TAKEN_FOR, facts_at

KIND: Final = "MedicationAdministration"
MOST_NAME, MOST_DOSE = 80, 40
# A phone's clock may run ahead of the server's.
AHEAD: Final = timedelta(minutes=5)


class Dose(msgspec.Struct, frozen=True):
    """One dose of the last 24 hours, with the entry by which it is taken back."""

    id: str
    name: str
    dose: str | None
    at: datetime


class LastDay(msgspec.Struct, frozen=True):
    """Doses newest first, and what they add up to."""

    doses: tuple[Dose, ...]
    log: TakenLog


async def took_it(
    house: House,
    member_id: str,
    name: str,
    dose: str | None = None,
    at: datetime | None = None,
    client_id: str | None = None,
    *,
    statement: str | None = None,
) -> str:
    """Write that a member took a dose; returns the entry id, the same for the same `client_id`.

    `dose` is kept as written, also where no amount can be told from it. `statement` names the box's entry, of
    whichever member: the household has one box. Raises InvalidInput, NotFound, NotPermitted.
    """
    name, written = " ".join(name.split()), " ".join((dose or "").split())
    if not name:
        raise InvalidInput("a dose needs a name", field="name", key="error.name_missing")
    if len(name) > MOST_NAME or len(written) > MOST_DOSE:
        raise InvalidInput("the words are too long", field="name", key="error.too_long")
    now = house.clock.now()
    moment = now if at is None else aware(at)
    if moment > now + AHEAD:
        raise InvalidInput("taken in the future", field="at", key="error.future")
    if statement is not None and (await house.store.get(house.family_id, statement)).kind != "MedicationStatement":
        raise NotFound("no such box", field="statement")
    body = MedicationAdministration(name, written or None, statement)
    return await write_fact(house, member_id, body, true_at=min(moment, now), client_id=client_id)


async def undo(house: House, entry_id: str) -> None:
    """Take a dose back; again changes nothing. Raises NotFound for what is no dose."""
    entry = await house.store.get(house.family_id, entry_id)
    if not isinstance(entry.body, MedicationAdministration):
        raise NotFound("no such dose", field="id")
    live = await house.store.entries(house.family_id, entry.member_id, kinds=[KIND])
    if any(one.id == entry_id for one in live):
        await withdraw_fact(house, entry_id)


async def last_day(house: House, member_id: str) -> LastDay:
    """What a member took in the last 24 hours."""
    await get_member(house, member_id)
    entries = await house.store.entries(house.family_id, member_id, kinds=FACT_KINDS)
    now = house.clock.now()
    return LastDay(doses_of(entries, now), sums_taken(facts_at(entries, now)))


def doses_of(entries: list[Entry], now: datetime) -> tuple[Dose, ...]:
    """Doses of the last 24 hours among entries that count, newest first."""
    found = [
        Dose(e.id, e.body.name, e.body.dose, e.true_at)
        for e in entries
        if isinstance(e.body, MedicationAdministration) and timedelta() <= now - e.true_at < TAKEN_FOR
    ]
    return tuple(sorted(found, key=lambda d: (d.at, d.id), reverse=True))
