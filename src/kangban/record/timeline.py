"""From a member's log to what is known about the person at one moment. A stale or missing fact is None."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, TypeVar

import msgspec

from kangban.clinical.person import UNKNOWN_PERSON, MedicineUse, ObservedValue, OwnProduct, PersonFacts, TakenDose
from kangban.clinical.record import (
    AllergyIntolerance,
    Condition,
    Entry,
    MedicationAdministration,
    MedicationKnowledge,
    MedicationRequest,
    MedicationStatement,
    Observation,
    Patient,
)
from kangban.kernel.clock import age_years, aware
from kangban.kernel.errors import Broken
from kangban.kernel.quantity import find_amount, plain_number
from kangban.ports.records import RecordStore

# Largest ages: older than this, a fact no longer tells about today.
CHILD_WEIGHT_FOR: Final = timedelta(days=180)  # also where the age is unknown
ADULT_WEIGHT_FOR: Final = timedelta(days=730)
EGFR_FOR: Final = timedelta(days=365)
NOT_PREGNANT_FOR: Final = timedelta(days=60)
BREASTFEEDING_FOR: Final = timedelta(days=180)
TAKEN_FOR: Final = timedelta(hours=24)  # what label limits for a day look back on
LONGEST_PREGNANCY_WEEKS: Final = 42.0
ADULT_YEARS: Final = 18.0

NONE_KNOWN: Final = "none"  # the word by which a condition, allergy or medicine entry says "there are none"
FACT_KINDS: Final = (
    "Patient", "Observation", "Condition", "AllergyIntolerance", "MedicationStatement", "MedicationRequest",
    "MedicationAdministration", "MedicationKnowledge",
)  # fmt: skip
_STATES: Final = frozenset({"pregnancy", "breastfeeding"})  # codes that are states, not measurements

_T = TypeVar("_T")


def visible(
    entries: Iterable[Entry], *, known_at: datetime | None = None, true_at: datetime | None = None
) -> list[Entry]:
    """What the log said by `known_at` about the world up to `true_at`, ordered by (true_at, known_at, id).

    Takes logs with or without superseded entries; what was superseded or retracted by then is left out.
    """
    learnt = [e for e in entries if known_at is None or e.known_at <= known_at]
    superseded = {e.supersedes for e in learnt if e.supersedes is not None}
    held = [
        e for e in learnt if not e.retracted and e.id not in superseded and (true_at is None or e.true_at <= true_at)
    ]
    return sorted(held, key=lambda e: (e.true_at, e.known_at, e.id))


def facts_at(entries: Iterable[Entry], at: datetime) -> PersonFacts:
    """Build the snapshot of one member at a moment from entries as known.

    Raises Broken when entries of two members are mixed. Where one code, condition, or name occurs
    more than once, the entry true last wins.
    """
    at = aware(at)
    log = visible(entries, true_at=at)
    if not log:
        return UNKNOWN_PERSON
    if len({(e.family_id, e.member_id) for e in log}) != 1:
        raise Broken("facts of two members were mixed")
    patient = next((e.body for e in reversed(log) if isinstance(e.body, Patient)), None)
    age = None if patient is None or patient.born_on is None else age_years(patient.born_on, at.date())
    latest = _latest_observations(log)
    pregnant, weeks = _pregnancy(latest.get("pregnancy"), at)
    return PersonFacts(
        member_id=log[0].member_id,
        name=None if patient is None else patient.name,
        age_years=age,
        sex=None if patient is None else patient.sex,
        weight_kg=_weight(latest.get("weight"), age, at),
        pregnant=pregnant,
        pregnancy_weeks=weeks,
        breastfeeding=_flag(latest.get("breastfeeding"), at),
        conditions=_conditions(log),
        allergies=_allergies(log),
        egfr=_fresh_value(latest.get("egfr"), EGFR_FOR, at),
        medicines=_medicines(log),
        observations=_observed(latest),
        taken=_taken(log, at),
        own_products=_own_products(log),
    )


async def what_was_known(store: RecordStore, family_id: str, member_id: str, known_at: datetime) -> list[Entry]:
    """The member's log as it stood at `known_at`: nothing learnt later, nothing corrected later."""
    return await store.entries(family_id, member_id, known_at=known_at)


async def facts_of(store: RecordStore, family_id: str, member_id: str, at: datetime) -> PersonFacts:
    """The snapshot of a stored member as known at, and of, one moment: the facts a conclusion drawn then rests on."""
    return facts_at(await store.entries(family_id, member_id, kinds=FACT_KINDS, known_at=at), at)


def describe_changes(old: PersonFacts, new: PersonFacts) -> list[str]:
    """Names of the fields that differ, in the order of PersonFacts.

    Growing older is no change: age counts when a year (below two: a month) is completed, and
    pregnancy weeks when a week is.
    """
    steps = {"age_years": _age_step, "pregnancy_weeks": _whole, "taken": _doses}
    changed: list[str] = []
    for name in PersonFacts.__struct_fields__:
        before, after = getattr(old, name), getattr(new, name)
        step = steps.get(name)
        if step is not None:
            before, after = step(before), step(after)
        if before != after:
            changed.append(name)
    return changed


def _age_step(years: float | None) -> int | None:
    if years is None:
        return None
    return math.floor(years * 12) - 1000 if years < 2 else math.floor(years)


def _doses(taken: tuple[TakenDose, ...]) -> list[tuple[str, str | None, datetime | None]]:
    return [(one.name, one.dose, one.at) for one in taken]


def _whole(value: float | None) -> int | None:
    return None if value is None else math.floor(value)


class _Seen(msgspec.Struct, frozen=True):
    """An observation with its moment."""

    body: Observation
    at: datetime


def _latest_observations(log: list[Entry]) -> dict[str, _Seen]:
    return {e.body.code: _Seen(_beyond(e.body), e.true_at) for e in log if isinstance(e.body, Observation)}


def _beyond(body: Observation) -> Observation:
    """A bound as the nearest number on its side, so that "<15" is under a limit of 15 and ">90" over one of 90."""
    if body.value is None or body.comparator not in ("<", ">"):
        return body
    beyond = math.nextafter(body.value, -math.inf if body.comparator == "<" else math.inf)
    return msgspec.structs.replace(body, value=beyond)


def _fresh_value(seen: _Seen | None, for_: timedelta, at: datetime) -> float | None:
    return None if seen is None or at - seen.at > for_ else seen.body.value


def _weight(seen: _Seen | None, age: float | None, at: datetime) -> float | None:
    adult = age is not None and age >= ADULT_YEARS
    value = _fresh_value(seen, ADULT_WEIGHT_FOR if adult else CHILD_WEIGHT_FOR, at)
    if seen is None or value is None or value <= 0:
        return None
    if seen.body.unit in {"", "kg"}:
        return value
    amount = find_amount(f"{plain_number(value)} {seen.body.unit}")
    return None if amount is None or amount.dimension != "mass" or amount.per else amount.base_low / 1e6


def _flag(seen: _Seen | None, at: datetime) -> bool | None:
    value = _fresh_value(seen, BREASTFEEDING_FOR, at)
    return None if value is None else value > 0


def _pregnancy(seen: _Seen | None, at: datetime) -> tuple[bool | None, float | None]:
    """Whether pregnant, and weeks now. After 42 weeks that pregnancy is over and nothing newer is known."""
    if seen is None or seen.body.value is None:
        return None, None
    if seen.body.value <= 0:
        return (False, None) if at - seen.at <= NOT_PREGNANT_FOR else (None, None)
    weeks = seen.body.value + (at - seen.at) / timedelta(weeks=1)
    return (True, weeks) if weeks <= LONGEST_PREGNANCY_WEEKS else (None, None)


def _observed(latest: dict[str, _Seen]) -> tuple[ObservedValue, ...]:
    return tuple(
        ObservedValue(code=code, value=seen.body.value, unit=seen.body.unit, at=seen.at)
        for code, seen in sorted(latest.items())
        if seen.body.value is not None and code not in _STATES
    )


def _taken(log: list[Entry], at: datetime) -> tuple[TakenDose, ...]:
    """Doses of the last 24 hours, oldest first."""
    return tuple(
        TakenDose(e.body.name, round((at - e.true_at) / timedelta(hours=1), 4), e.body.dose, e.true_at)
        for e in log
        if isinstance(e.body, MedicationAdministration) and at - e.true_at < TAKEN_FOR
    )


def _own_products(log: list[Entry]) -> tuple[OwnProduct, ...]:
    """What was confirmed, in an order of its own: what a check finds does not hang on when an insert was read."""
    found = [
        OwnProduct(e.id, e.body.names, e.body.contents, e.body.unit, e.body.form)
        for e in log
        if isinstance(e.body, MedicationKnowledge) and e.body.status == "confirmed"
    ]
    return tuple(sorted(found, key=lambda one: one.entry_id))


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _conditions(log: list[Entry]) -> tuple[str, ...] | None:
    latest: dict[str, Condition] = {}
    said = False
    for entry in log:
        body = entry.body
        if isinstance(body, Condition):
            said = True
            latest[body.code or _folded(body.text)] = body
    if not said:
        return None
    latest.pop(NONE_KNOWN, None)
    return tuple(c.code or c.text for c in latest.values() if c.clinical_status == "active")


def _allergies(log: list[Entry]) -> tuple[str, ...] | None:
    substances = {_folded(e.body.substance): e.body.substance for e in log if isinstance(e.body, AllergyIntolerance)}
    if not substances:
        return None
    substances.pop(NONE_KNOWN, None)
    return tuple(substances.values())


def _medicines(log: list[Entry]) -> tuple[MedicineUse, ...] | None:
    """What is taken now. A medicine both ordered and stated is one: ordered, with the dose that is really taken."""
    stated: dict[str, MedicationStatement] = {}
    ordered: dict[str, MedicationRequest] = {}
    for entry in log:
        body = entry.body
        if isinstance(body, MedicationRequest):
            ordered[_folded(body.name)] = body
        elif isinstance(body, MedicationStatement) and body.status != "in_cabinet":
            stated[_folded(body.name)] = body
    if not stated and not ordered:
        return None
    uses: list[MedicineUse] = []
    for name in dict.fromkeys([*ordered, *stated]):
        order, statement = _active(ordered.get(name)), _active(stated.get(name))
        taken = statement or order
        if name == NONE_KNOWN or taken is None:
            continue
        uses.append(
            MedicineUse(
                name=(order or taken).name,
                dose=taken.dose or (order.dose if order else None),
                per_day=taken.per_day if taken.per_day is not None else (order.per_day if order else None),
                ordered=order is not None,
            )
        )
    return tuple(uses)


def _active(body: _T | None) -> _T | None:
    return body if getattr(body, "status", None) == "active" else None
