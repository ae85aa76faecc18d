"""What scripts and API clients send. Unknown keys are refused; null or missing is unknown."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec

from kangban.clinical.advice import BoxItem
from kangban.clinical.person import MedicineUse, ObservedValue, PersonFacts
from kangban.kernel.errors import InvalidInput

MOST_TEXT = 200_000
MOST_MEDICINES = 300

Words = Annotated[str, msgspec.Meta(max_length=400)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1000)]


class MedicineIn(msgspec.Struct, forbid_unknown_fields=True):
    """{"name","dose"?,"per_day"?}."""

    name: Words
    dose: Words | None = None
    per_day: Share | None = None

    def use(self, field: str) -> MedicineUse:
        """As reasoning takes it; raises InvalidInput for an empty name."""
        if not self.name.strip():
            raise InvalidInput("a medicine needs a name", field=field)
        return MedicineUse(self.name.strip(), (self.dose or "").strip() or None, self.per_day)


class ObservationIn(msgspec.Struct, forbid_unknown_fields=True):
    """{"code","value","unit"?,"at"?}."""

    code: Words
    value: float
    unit: str | None = None
    at: str | None = None

    def observed(self, field: str) -> ObservedValue:
        """As reasoning takes it; raises InvalidInput for a time that is no ISO date or time."""
        moment = None
        if self.at:
            try:
                moment = datetime.fromisoformat(self.at)
            except ValueError:
                raise InvalidInput("not an ISO date or time", field=f"{field}.at") from None
        return ObservedValue(self.code.strip().lower(), self.value, self.unit or "", moment)


class PersonIn(msgspec.Struct, forbid_unknown_fields=True):
    """A person given in words. Every key may be missing or null."""

    age_years: Annotated[float, msgspec.Meta(ge=0, le=130)] | None = None
    sex: Literal["female", "male"] | None = None
    weight_kg: Annotated[float, msgspec.Meta(ge=0.3, le=400)] | None = None
    pregnant: bool | None = None
    pregnancy_weeks: Annotated[float, msgspec.Meta(ge=0, le=45)] | None = None
    breastfeeding: bool | None = None
    conditions: list[Words] | None = None
    allergies: list[Words] | None = None
    egfr: Annotated[float, msgspec.Meta(ge=0, le=300)] | None = None
    medicines: list[Words | MedicineIn] | None = None
    observations: list[ObservationIn] | None = None

    def facts(self) -> PersonFacts:
        """As reasoning takes it."""
        return PersonFacts(
            age_years=self.age_years,
            sex=self.sex,
            weight_kg=self.weight_kg,
            pregnant=True if self.pregnant is None and self.pregnancy_weeks else self.pregnant,
            pregnancy_weeks=self.pregnancy_weeks,
            breastfeeding=self.breastfeeding,
            conditions=None if self.conditions is None else tuple(c.strip() for c in self.conditions if c.strip()),
            allergies=None if self.allergies is None else tuple(a.strip() for a in self.allergies if a.strip()),
            egfr=self.egfr,
            medicines=None
            if self.medicines is None
            else tuple(
                (m if isinstance(m, MedicineIn) else MedicineIn(m)).use(f"person.medicines[{n}]")
                for n, m in enumerate(self.medicines)
            ),
            observations=tuple(o.observed(f"person.observations[{n}]") for n, o in enumerate(self.observations or ())),
        )


Person = PersonIn | str | None


def check_text(text: str, field: str = "text") -> str:
    """Refuse a blank or an overlong text."""
    if not text.strip():
        raise InvalidInput("the text is empty", field=field, key="error.empty")
    if len(text) > MOST_TEXT:
        raise InvalidInput(f"the text is longer than {MOST_TEXT} characters", field=field, key="error.too_long")
    return text


class TriageIn(msgspec.Struct, forbid_unknown_fields=True):
    """triage."""

    text: str
    person: Person = None


class CheckIn(msgspec.Struct, forbid_unknown_fields=True):
    """medicines check."""

    medicines: list[Words | MedicineIn]
    person: Person = None

    def uses(self) -> list[MedicineUse]:
        """As reasoning takes it; raises InvalidInput above 300 medicines."""
        if len(self.medicines) > MOST_MEDICINES:
            raise InvalidInput(f"more than {MOST_MEDICINES} medicines", field="medicines")
        return [
            (m if isinstance(m, MedicineIn) else MedicineIn(m)).use(f"medicines[{n}].name")
            for n, m in enumerate(self.medicines)
        ]


class BoxIn(msgspec.Struct, forbid_unknown_fields=True):
    """{"name","expires_on"?}."""

    name: Words
    expires_on: date | None = None


class AdviseIn(msgspec.Struct, forbid_unknown_fields=True):
    """medicines advise."""

    complaint: str
    box: list[Words | BoxIn]
    person: Person = None

    def items(self) -> list[BoxItem]:
        """As reasoning takes it; raises InvalidInput for an empty name or above 300 things."""
        if len(self.box) > MOST_MEDICINES:
            raise InvalidInput(f"more than {MOST_MEDICINES} things in the box", field="box")
        named = [b if isinstance(b, BoxIn) else BoxIn(b) for b in self.box]
        for n, one in enumerate(named):
            if not one.name.strip():
                raise InvalidInput("a medicine needs a name", field=f"box[{n}].name")
        return [BoxItem(b.name.strip(), b.expires_on) for b in named]


class ResolveIn(msgspec.Struct, forbid_unknown_fields=True):
    """medicines resolve."""

    name: str


class SearchIn(msgspec.Struct, forbid_unknown_fields=True):
    """search."""

    query: str
    top: Annotated[int, msgspec.Meta(ge=1, le=100)] | None = None


class DraftIn(msgspec.Struct, forbid_unknown_fields=True):
    """A draft with what it rests on."""

    text: str
    citations: list[str | dict[str, Any]] | None = None
    tool_results: list[Any] | None = None


class GuardIn(msgspec.Struct, forbid_unknown_fields=True):
    """guard check."""

    question: str
    draft: str | DraftIn
    person: Person = None


class InsertIn(msgspec.Struct, forbid_unknown_fields=True):
    """medicines read-insert: the path of a file, or its words."""

    file: str | None = None
    text: str | None = None
