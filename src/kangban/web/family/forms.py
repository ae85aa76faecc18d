"""Forms of the record: fields → entries. Every fault names its field."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Literal

import msgspec

from kangban.clinical.record import (
    AllergyIntolerance,
    Condition,
    FactBody,
    MedicationRequest,
    MedicationStatement,
    Observation,
    Patient,
)
from kangban.kernel.errors import InvalidInput
from kangban.rules.catalogue import catalogue
from kangban.rules.compiled import shipped

Fields = Mapping[str, str]
MOST_NAME = 80
# Measurements that are no laboratory test: code → (UCUM unit, least, most believable).
PLAIN: dict[str, tuple[str, float, float]] = {
    "weight": ("kg", 0.3, 400), "height": ("cm", 20, 250), "pregnancy": ("wk", 0, 42), "breastfeeding": ("1", 0, 1),
}  # fmt: skip


def wording(fields: Fields, name: str, *, needed: bool = True) -> str:
    """A short text; raises InvalidInput when it is missing or too long."""
    text = " ".join(fields.get(name, "").split())
    if needed and not text:
        raise InvalidInput("a field is empty", field=name, key="web.error.needed")
    if len(text) > MOST_NAME:
        raise InvalidInput("a field is too long", field=name, key="error.too_long")
    return text


def number(fields: Fields, name: str) -> float | None:
    """A number, or None when nothing was written; raises InvalidInput."""
    raw = fields.get(name, "").strip().replace("，", ".").replace(",", ".")
    if not raw:
        return None
    try:
        value = float(raw)
    except ValueError:
        raise InvalidInput("not a number", field=name, key="web.error.number") from None
    if not math.isfinite(value) or value < 0:
        raise InvalidInput("not a usable number", field=name, key="web.error.number")
    return value


def day(fields: Fields, name: str, today: date) -> date | None:
    """An ISO date not in the future, or None; raises InvalidInput."""
    raw = fields.get(name, "").strip()
    if not raw:
        return None
    try:
        found = date.fromisoformat(raw)
    except ValueError:
        raise InvalidInput("not a date", field=name, key="web.error.date") from None
    if found > today:
        raise InvalidInput("in the future", field=name, key="error.future")
    if found.year < 1900:
        raise InvalidInput("too long ago", field=name, key="web.error.date")
    return found


def moment(fields: Fields, now: datetime) -> datetime:
    """When an entry is true: now for today or an empty field, else noon of the day."""
    found = day(fields, "on", now.astimezone().date())
    if found is None or found == now.astimezone().date():
        return now
    return datetime.combine(found, time(12)).astimezone().astimezone(UTC)


def patient(fields: Fields, today: date) -> Patient:
    """A member."""
    sex = fields.get("sex", "")
    return Patient(
        name=wording(fields, "name"),
        relation=wording(fields, "relation", needed=False),
        sex=sex if sex in ("female", "male") else None,
        born_on=day(fields, "born_on", today),
    )


def body(kind: str, fields: Fields, old: FactBody | None = None) -> FactBody:
    """An entry of a section; `old` keeps what the form does not ask. Raises InvalidInput."""
    if kind == "conditions":
        return _condition(fields)
    if kind == "allergies":
        return AllergyIntolerance(wording(fields, "substance"), wording(fields, "reaction", needed=False))
    if kind in ("medicines", "cabinet"):
        return _medicine(kind, fields, old)
    return _measurement(fields, old)


def _condition(fields: Fields) -> Condition:
    text = wording(fields, "text")
    status = fields.get("clinical_status", "active")
    if status not in ("active", "remission", "resolved"):
        raise InvalidInput("no such status", field="clinical_status")
    return Condition(text, catalogue().condition_of(text), status)


def _medicine(kind: str, fields: Fields, old: FactBody | None) -> FactBody:
    name = wording(fields, "name")
    if kind == "cabinet":
        kept = old if isinstance(old, MedicationStatement) else MedicationStatement(name)
        return msgspec.structs.replace(kept, name=name, status="in_cabinet")
    dose = wording(fields, "dose", needed=False) or None
    per_day = number(fields, "per_day")
    if per_day is not None and not 0 < per_day <= 24:
        raise InvalidInput("not a usable number", field="per_day", key="web.error.number")
    status: Literal["active", "stopped"] = "stopped" if fields.get("status") == "stopped" else "active"
    ordered = isinstance(old, MedicationRequest) if old is not None else fields.get("by") == "ordered"
    if ordered:
        requester = old.requester if isinstance(old, MedicationRequest) else ""
        return MedicationRequest(name, dose, per_day, status, requester)
    return MedicationStatement(name, dose, per_day, status)


def _measurement(fields: Fields, old: FactBody | None) -> Observation:
    code = old.code if isinstance(old, Observation) else fields.get("code", "")
    value = number(fields, "value")
    if value is None:
        raise InvalidInput("a value is needed", field="value", key="web.error.needed")
    if code in PLAIN:
        unit, least, most = PLAIN[code]
    else:
        row = next((a for a in shipped().packs.analytes if a.id == code), None)
        if row is None:
            raise InvalidInput("no such measurement", field="code", key="web.error.needed")
        unit = row.unit
        least = row.plausible_low if row.plausible_low is not None else 0.0
        most = row.plausible_high if row.plausible_high is not None else math.inf
    if not least <= value <= most:
        raise InvalidInput("not a believable value", field="value", key="web.error.unbelievable")
    if isinstance(old, Observation):
        return msgspec.structs.replace(old, value=value, unit=unit, comparator=None)
    return Observation(code, value, unit)
