"""Blood pressure, sugar, weight, pulse, temperature measured at home: said in words or filled in, then kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from kangban.clinical.record import Entry, Observation
from kangban.journeys.house import House, get_member, signed
from kangban.journeys.reopen import told_of
from kangban.kernel.clock import aware
from kangban.kernel.errors import InvalidInput
from kangban.kernel.ids import new_id
from kangban.perception.measurements import MOST_CHARACTERS, Measured, read_measurements, said_at
from kangban.record.merge import fact_entry, retract
from kangban.record.policy import DAYS
from kangban.rules.analytes import analyte_names

AHEAD: Final = timedelta(minutes=5)  # a phone's clock may run ahead of the server's
_PAIRS: Final = (("sbp", "dbp"),)  # measured together, and the first is the larger


class Measurements(msgspec.Struct, frozen=True):
    """What was written: entry ids and bodies in the order said, and the moment it was true."""

    ids: tuple[str, ...]
    bodies: tuple[Observation, ...]
    at: datetime


async def measured_in_words(
    house: House, member_id: str, words: str, *, at: datetime | None = None, client_id: str | None = None
) -> Measurements:
    """Write what words say was measured, in one commit; `at` over what they say of the time, else now.

    Raises InvalidInput where they hold no value, or one that cannot be; NotFound, NotPermitted.
    """
    if len(words) > MOST_CHARACTERS:
        raise InvalidInput("the words are too long", field="words", key="error.too_long")
    found = read_measurements(words)
    if not found:
        raise InvalidInput("no measurement in these words", field="words", key="report.nothing_measured")
    if at is None:
        at = said_at(words, house.clock.now().astimezone(DAYS))
    return await measured(house, member_id, found, at=at, client_id=client_id)


async def measured(
    house: House,
    member_id: str,
    values: Sequence[Measured],
    *,
    at: datetime | None = None,
    client_id: str | None = None,
) -> Measurements:
    """Write values of one moment in one commit; the same `client_id` again changes nothing. Raises as above."""
    for one in values:
        check_believable(one)
    _check_pairs(values)
    member = await get_member(house, member_id)
    now = house.clock.now()
    moment = now if at is None else aware(at)
    if moment > now + AHEAD:
        raise InvalidInput("measured in the future", field="at", key="error.future")
    key = client_id or new_id("measured")
    bodies = tuple(_body(one) for one in values)
    entries = [
        fact_entry(
            house.family_id, member_id, body, true_at=min(moment, now), known_at=now, provenance=signed(house),
            client_id=f"{key}-{number}-{body.code}",
        )
        for number, body in enumerate(bodies)
    ]  # fmt: skip
    await house.store.append(entries, notices=await told_of(house, *entries), needs=[member.entry.id])
    return Measurements(tuple(e.id for e in entries), bodies, min(moment, now))


async def take_back(house: House, ids: Sequence[str]) -> None:
    """Withdraw measurements that were written together; those withdrawn already stay so."""
    gone: list[Entry] = []
    for id_ in ids:
        entry = await house.store.get(house.family_id, id_)
        live = await house.store.entries(house.family_id, entry.member_id, kinds=["Observation"])
        if any(one.id == id_ for one in live):
            gone.append(retract(entry, known_at=house.clock.now(), provenance=signed(house)))
    if gone:
        await house.store.append(gone, notices=await told_of(house, *gone))


def check_believable(one: Measured) -> None:
    """Raises InvalidInput for what the labs pack does not know or says nobody has."""
    analyte = analyte_names().by_id.get(one.code)
    if analyte is None:
        raise InvalidInput("no such measurement", field=one.code)
    low, high = analyte.plausible_low, analyte.plausible_high
    if one.unit != analyte.unit or (low is not None and one.value < low) or (high is not None and one.value > high):
        raise InvalidInput("not a believable value", field=one.code, key="web.error.unbelievable")


def _check_pairs(values: Sequence[Measured]) -> None:
    for first, second in _PAIRS:
        firsts = [v for v in values if v.code == first]
        seconds = [v for v in values if v.code == second]
        if any(a.value <= b.value and a.how == b.how for a in firsts for b in seconds):
            raise InvalidInput("the upper pressure is the larger one", field=first, key="web.error.unbelievable")


def _body(one: Measured) -> Observation:
    return Observation(
        one.code, one.value, one.unit, body_position=one.how.body_position, body_site=one.how.body_site,
        meal=one.how.meal,
    )  # fmt: skip
