"""What is known about one person at one moment: the input of all clinical reasoning.

None always means unknown. An empty tuple means "known to have none".
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import msgspec

Sex = Literal["female", "male"]


class MedicineUse(msgspec.Struct, frozen=True, omit_defaults=True):
    """A medicine somebody takes or asks about, in the words used.

    `dose` is one dose as written ("500 mg", "半片"); `per_day` the number of doses in 24 hours;
    `ordered` whether a clinician ordered it (MedicationRequest), which changes what may be advised.
    """

    name: str
    dose: str | None = None
    per_day: float | None = None
    ordered: bool = False


class TakenDose(msgspec.Struct, frozen=True, omit_defaults=True):
    """A dose really taken within the last 24 hours: name and dose as written, when, and how many hours ago."""

    name: str
    hours_ago: float
    dose: str | None = None
    at: datetime | None = None


class OwnContent(msgspec.Struct, frozen=True, omit_defaults=True):
    """One ingredient as an insert prints it; `ingredient` is a catalogue id, None where the catalogue has none."""

    name: str
    ingredient: str | None = None
    amount: str | None = None  # in one `unit` of the product


class OwnProduct(msgspec.Struct, frozen=True, omit_defaults=True):
    """A product whose package insert the family confirmed: the entry that says so, and what is inside."""

    entry_id: str
    names: tuple[str, ...]
    contents: tuple[OwnContent, ...]
    unit: str = ""
    form: str = ""


class ObservedValue(msgspec.Struct, frozen=True, omit_defaults=True):
    """A measured value: LOINC or analyte id, number, UCUM unit, moment (ISO date or time) if known."""

    code: str
    value: float
    unit: str = ""
    at: datetime | None = None


class PersonFacts(msgspec.Struct, frozen=True, omit_defaults=True):
    """A snapshot of one person. Conditions and allergies are words or ids as recorded."""

    member_id: str | None = None
    name: str | None = None
    age_years: float | None = None
    sex: Sex | None = None
    weight_kg: float | None = None
    pregnant: bool | None = None
    pregnancy_weeks: float | None = None
    breastfeeding: bool | None = None
    conditions: tuple[str, ...] | None = None
    allergies: tuple[str, ...] | None = None
    egfr: float | None = None
    medicines: tuple[MedicineUse, ...] | None = None
    observations: tuple[ObservedValue, ...] = ()
    taken: tuple[TakenDose, ...] = ()
    own_products: tuple[OwnProduct, ...] = ()


UNKNOWN_PERSON = PersonFacts()


def taking_also(person: PersonFacts, said: Sequence[MedicineUse]) -> PersonFacts:
    """The same person with medicines that were only said to be taken now, behind those on record."""
    return msgspec.structs.replace(person, medicines=(*(person.medicines or ()), *said)) if said else person
