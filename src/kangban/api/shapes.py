"""What clients send. Unknown keys are refused, so that nothing is assigned that is not meant to be."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from kangban.clinical.access import Licence, Role
from kangban.clinical.record import (
    AllergyIntolerance,
    BodyPosition,
    BodySite,
    Condition,
    ConsentScope,
    FactBody,
    Meal,
    MedicationAdministration,
    MedicationRequest,
    MedicationStatement,
    Observation,
    Patient,
)
from kangban.clinical.report import Comparator
from kangban.kernel.errors import InvalidInput
from kangban.review.reasons import ReviewDecision

Name = Annotated[str, Meta(min_length=1, max_length=80)]
Words = Annotated[str, Meta(min_length=1, max_length=400)]
Line = Annotated[str, Meta(max_length=400)]
Text = Annotated[str, Meta(max_length=4_000)]
Id = Annotated[str, Meta(min_length=1, max_length=200)]
Key = Annotated[str, Meta(min_length=8, max_length=100)]
BoxLine = Annotated[str, Meta(max_length=60)]
Count = Annotated[float, Meta(ge=0, le=1000)]

Kind = Literal[
    "Patient", "MedicationStatement", "MedicationRequest", "MedicationAdministration", "MedicationKnowledge",
    "AllergyIntolerance", "Condition", "Observation", "DocumentReference", "DiagnosticReport", "Communication",
    "AnswerGiven", "Feedback", "DetectedIssue", "Proposal", "ReviewItem", "Consent", "BreakGlass", "Transmission",
]  # fmt: skip


class MemberIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A new member. `consent` says that they, or their guardian, agreed that the record is kept."""

    name: Name
    consent: bool
    relation: Annotated[str, Meta(max_length=40)] = ""
    sex: Literal["female", "male"] | None = None
    born_on: date | None = None
    client_id: Key | None = None


class PatientIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="Patient"):
    """Who a member is; a correction only."""

    name: Name
    relation: Annotated[str, Meta(max_length=40)] = ""
    sex: Literal["female", "male"] | None = None
    born_on: date | None = None


class ObservationBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="Observation"):
    """A measurement or a state. What is left out of a correction stays as it was, unless code or unit changed."""

    code: Annotated[str, Meta(min_length=1, max_length=80)]
    value: Annotated[float, Meta(ge=-1e9, le=1e9)] | None = None
    unit: Annotated[str, Meta(max_length=40)] = ""
    text: Line = ""
    comparator: Comparator | UnsetType | None = UNSET
    low: Annotated[float, Meta(ge=-1000000000.0, le=1000000000.0)] | UnsetType | None = UNSET
    high: Annotated[float, Meta(ge=-1000000000.0, le=1000000000.0)] | UnsetType | None = UNSET
    body_position: BodyPosition | UnsetType = UNSET
    body_site: BodySite | UnsetType = UNSET
    meal: Meal | UnsetType = UNSET


class ConditionBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="Condition"):
    """A diagnosis in the words used."""

    text: Words
    code: Annotated[str, Meta(max_length=80)] | None = None
    clinical_status: Literal["active", "remission", "resolved"] = "active"


class AllergyBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="AllergyIntolerance"):
    """A reaction to a substance; "none" records that there are none."""

    substance: Words
    reaction: Line = ""


class StatementBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="MedicationStatement"):
    """What somebody takes, or what stands in the box."""

    name: Words
    dose: Line | None = None
    per_day: Count | None = None
    status: Literal["active", "in_cabinet", "stopped"] = "active"
    expires_on: date | None = None
    opened_on: date | None = None
    strength: BoxLine = ""
    batch: BoxLine = ""
    approval: BoxLine = ""
    barcode: BoxLine = ""


class AdministrationBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="MedicationAdministration"):
    """A dose really taken; `true_at` of the entry is when."""

    name: Words
    dose: Line | None = None
    statement: Id | None = None


class RequestBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="MedicationRequest"):
    """What a clinician ordered."""

    name: Words
    dose: Line | None = None
    per_day: Count | None = None
    status: Literal["active", "stopped"] = "active"
    requester: Annotated[str, Meta(max_length=80)] = ""


NewFact = ObservationBody | ConditionBody | AllergyBody | StatementBody | RequestBody | AdministrationBody
AnyFact = NewFact | PatientIn
_MADE = {
    PatientIn: Patient, ObservationBody: Observation, ConditionBody: Condition, AllergyBody: AllergyIntolerance,
    StatementBody: MedicationStatement, RequestBody: MedicationRequest,
    AdministrationBody: MedicationAdministration,
}  # fmt: skip


_OF_THE_VALUE = ("comparator", "printed")  # another value is not what the paper has
_STAYS = ("low", "high", "body_position", "body_site", "meal", *_OF_THE_VALUE)


def fact_of(body: AnyFact, before: FactBody | None = None) -> FactBody:
    """The body as the record keeps it; raises InvalidInput for blank words and letters nobody sees.

    `before` is the fact it corrects: of an Observation, what the body leaves out stays.
    """
    for field in body.__struct_fields__:
        value = getattr(body, field)
        if isinstance(value, str):
            check_line(value, f"body.{field}")
    told = {name: value for name in body.__struct_fields__ if (value := getattr(body, name)) is not UNSET}
    made = _MADE[type(body)](**told)
    if not isinstance(made, Observation) or not isinstance(before, Observation):
        return made
    if (made.code, made.unit) != (before.code, before.unit):
        return made
    same = (made.value, made.text) == (before.value, before.text)
    stays = _STAYS if same else tuple(name for name in _STAYS if name not in _OF_THE_VALUE)
    return msgspec.structs.replace(made, **{name: getattr(before, name) for name in stays if name not in told})


def check_line(text: str, field: str, *, needed: bool = False) -> str:
    """One line people can read: no control and no invisible letters, which turn a name around or forge a header."""
    if not text.isprintable() or (text and not text.strip()) or (needed and not text):
        raise InvalidInput("a line of plain words is needed", field=field)
    return text


class EntryIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A fact to write. The same `client_id` with the same words changes nothing."""

    body: NewFact
    true_at: datetime | None = None
    client_id: Key | None = None


class CorrectionIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What takes an entry's place; of the same kind."""

    body: AnyFact


class QuestionIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question about a member. The same `client_id` again gives the stored answer."""

    text: Annotated[str, Meta(min_length=1, max_length=20_000)]
    client_id: Key | None = None
    conversation_id: Annotated[str, Meta(min_length=1, max_length=100)] = "main"


class ConsentIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A yes to one scope and target; `groups` and `purposes` are for "share"."""

    scope: ConsentScope
    target: Annotated[str, Meta(max_length=300)] = ""
    groups: Annotated[tuple[Annotated[str, Meta(max_length=40)], ...], Meta(max_length=20)] = ()
    purposes: Annotated[tuple[Annotated[str, Meta(max_length=40)], ...], Meta(max_length=20)] = ("view",)
    until: datetime | None = None


class GlassIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a closed record must be opened now."""

    reason: Annotated[str, Meta(min_length=10, max_length=1000)]


class DecisionIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A decision on the version that was seen."""

    version: Id
    decision: ReviewDecision
    reason: Annotated[str, Meta(max_length=60)]
    text: Text = ""
    note: Text = ""


class ClaimIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The version that was seen."""

    version: Id


class BackIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The family's answer to a reviewer's question, on the version that was seen."""

    version: Id
    text: Annotated[str, Meta(min_length=1, max_length=4_000)]


class ProposalIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Yes or no to a proposed entry."""

    confirm: bool


class KeyIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A new key for scripts."""

    name: Name
    scopes: Annotated[tuple[Annotated[str, Meta(max_length=40)], ...], Meta(min_length=1, max_length=30)]
    expires_at: datetime


class FeedIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A new calendar address."""

    name: Name


class LicenceIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A professional's licence."""

    number: Annotated[str, Meta(min_length=1, max_length=60)]
    scope: Annotated[tuple[Annotated[str, Meta(max_length=40)], ...], Meta(min_length=1, max_length=10)]
    expires_on: date

    def licence(self) -> Licence:
        """As the account keeps it."""
        return Licence(self.number, self.scope, self.expires_on)


class InvitationIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom to let in, into the family in view and no other."""

    role: Role
    member_id: Id | None = None
    licence: LicenceIn | None = None
    name: Annotated[str, Meta(max_length=80)] = ""


class PlaceIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another role, licence or end for somebody's place; what is left out stays."""

    role: Role | None = None
    licence: LicenceIn | None = None
    until: datetime | None = None


class SearchQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words to look for."""

    query: Annotated[str, Meta(min_length=1, max_length=2_000)]
    top: Annotated[int, Meta(ge=1, le=100)] = 5


class EntriesQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which entries: one kind or all, newest first; `after` is the last id of the page before."""

    kind: Kind | None = None
    limit: Annotated[int, Meta(ge=1, le=200)] = 50
    after: Annotated[str, Meta(max_length=200)] = ""
    history: bool = False


class PageQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many, newest first."""

    limit: Annotated[int, Meta(ge=1, le=200)] = 50


class AuditQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """About whom, and how many, newest first."""

    member: Annotated[str, Meta(max_length=200)] = ""
    limit: Annotated[int, Meta(ge=1, le=1000)] = 200


class TargetQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The target of a consent: an account id or host|model|place."""

    target: Annotated[str, Meta(max_length=300)] = ""
