"""Entries of a person's record. The log is append-only: a correction is a new entry that supersedes.

Every entry has two times: `true_at` (when it held in the world) and `known_at` (when we learnt it).
Bodies are named after FHIR R4 resources.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

import msgspec

from kangban.clinical.draft import Answer, Draft
from kangban.clinical.finding import Finding
from kangban.clinical.insert import Proposal as ProposedEntry
from kangban.clinical.person import OwnContent, PersonFacts, Sex
from kangban.clinical.reading import LineDecision, Whose
from kangban.clinical.report import Comparator, Report
from kangban.clinical.urgency import Urgency


class Provenance(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who or what an entry comes from: actor (account id, "person", "system", "demo"), how, from which document.

    `on_behalf_of` is the account whose question made the system write this.
    """

    actor: str
    source: Literal["person", "document", "device", "import", "tool", "system", "demo"]
    document_id: str | None = None
    page: int | None = None
    note: str = ""
    on_behalf_of: str = ""


class Patient(msgspec.Struct, frozen=True, omit_defaults=True, tag="Patient"):
    """A family member. `relation` is the word the family uses (奶奶)."""

    name: str
    relation: str = ""
    sex: Sex | None = None
    born_on: date | None = None
    active: bool = True


BodyPosition = Literal["", "sitting", "lying", "standing"]
BodySite = Literal[
    "", "left_arm", "right_arm", "left_wrist", "right_wrist", "axilla", "ear", "forehead", "mouth", "rectum"
]  # fmt: skip
Meal = Literal["", "fasting", "before_meal", "after_meal", "bedtime", "random"]


class Observation(msgspec.Struct, frozen=True, omit_defaults=True, tag="Observation"):
    """A measurement or fact: analyte id, vital sign, "weight", "pregnancy" (weeks), "breastfeeding" (0/1).

    A code "printed:NAME" is a test that is not in the catalogue: kept as printed, read by no rule. `low` and `high` are
    the range of the laboratory in `unit`; `printed` is value, unit and range as the paper has them.
    """

    code: str
    value: float | None = None
    unit: str = ""
    text: str = ""
    comparator: Comparator | None = None
    low: float | None = None
    high: float | None = None
    printed: str = ""
    body_position: BodyPosition = ""
    body_site: BodySite = ""
    meal: Meal = ""


class Condition(msgspec.Struct, frozen=True, omit_defaults=True, tag="Condition"):
    """A diagnosis or state in the words used; code = condition id of the medication pack, if known."""

    text: str
    code: str | None = None
    clinical_status: Literal["active", "remission", "resolved"] = "active"


class AllergyIntolerance(msgspec.Struct, frozen=True, omit_defaults=True, tag="AllergyIntolerance"):
    """A reaction to a substance; `substance` "none" records that there are no known allergies."""

    substance: str
    reaction: str = ""


class MedicationStatement(msgspec.Struct, frozen=True, omit_defaults=True, tag="MedicationStatement"):
    """What the person says they take, or what stands in the cabinet (status "in_cabinet").

    `strength`, `batch`, `approval` (国药准字) and `barcode` are of the box, as a person confirmed them.
    """

    name: str
    dose: str | None = None
    per_day: float | None = None
    status: Literal["active", "in_cabinet", "stopped"] = "active"
    expires_on: date | None = None
    opened_on: date | None = None
    strength: str = ""
    batch: str = ""
    approval: str = ""
    barcode: str = ""


class MedicationAdministration(msgspec.Struct, frozen=True, omit_defaults=True, tag="MedicationAdministration"):
    """A dose really taken; the entry's true_at is when. `statement` is the entry of the box it came from, if any."""

    name: str
    dose: str | None = None
    statement: str | None = None


class MedicationRequest(msgspec.Struct, frozen=True, omit_defaults=True, tag="MedicationRequest"):
    """What a clinician ordered."""

    name: str
    dose: str | None = None
    per_day: float | None = None
    status: Literal["active", "stopped"] = "active"
    requester: str = ""


FactBody = (
    Patient | Observation | Condition | AllergyIntolerance | MedicationStatement | MedicationRequest
    | MedicationAdministration
)  # fmt: skip


class DocumentReference(msgspec.Struct, frozen=True, tag="DocumentReference"):
    """A kept file: its bytes lie in the blob store under sha256."""

    name: str
    media_type: str
    size: int
    sha256: str
    read: bool = False


class DiagnosticReport(msgspec.Struct, frozen=True, omit_defaults=True, tag="DiagnosticReport"):
    """One document of a kept file as read. Nothing of it counts before a person said so, line by line.

    registered: whose it is was asked and not answered · preliminary: lines wait for a person · final: every line was
    decided. `document_id` is the first entry of the file, `number` which of its `count` documents this is, from 1.
    `sampled_at` is what a person said where the paper names no day. Each change supersedes the last; the expected
    version of a decision is the id of the entry that was seen.
    """

    document_id: str
    number: int
    count: int
    status: Literal["registered", "preliminary", "final"]
    report: Report
    whose: Whose
    decisions: tuple[LineDecision, ...] = ()
    sampled_at: datetime | None = None


class MedicationKnowledge(msgspec.Struct, frozen=True, omit_defaults=True, tag="MedicationKnowledge"):
    """A package insert as an entry of the family's own, read from the kept file `document_id`.

    Checks use it only while it is confirmed, beside the catalogue and never in its place. `proposal` is everything that
    was read, for whoever confirms; its spans are of the words read from the file.
    """

    document_id: str
    names: tuple[str, ...]
    contents: tuple[OwnContent, ...]
    unit: str = ""
    form: str = ""
    status: Literal["proposed", "confirmed", "dismissed"] = "proposed"
    proposal: ProposedEntry = ProposedEntry()


class Communication(msgspec.Struct, frozen=True, omit_defaults=True, tag="Communication"):
    """One message of a conversation. `client_id` makes a repeated submit harmless."""

    conversation_id: str
    client_id: str
    text: str
    attachments: tuple[str, ...] = ()
    lang: str = "zh"


class AnswerGiven(msgspec.Struct, frozen=True, tag="AnswerGiven"):
    """The answer to one message, after the guard, with the draft it was made from."""

    conversation_id: str
    message_id: str
    answer: Answer
    draft: Draft | None = None


class DetectedIssue(msgspec.Struct, frozen=True, tag="DetectedIssue"):
    """A stored conclusion: which pure function on which inputs gave which output, byte for byte.

    `output` is canonical JSON; replay runs `function` on `inputs` with the record as known at
    `facts_known_at` and compares bytes. `rules_fingerprint` tells whether the packs have changed. `message_id` is the
    message, or the report, that it was drawn for.
    """

    function: Literal["triage", "medicine_check", "medicine_advice", "guard"]
    inputs: dict[str, Any]
    facts_known_at: datetime
    rules_fingerprint: str
    output: str
    rules: tuple[str, ...] = ()
    message_id: str | None = None


class Proposal(msgspec.Struct, frozen=True, tag="Proposal"):
    """An entry somebody must confirm before it is written."""

    body: FactBody
    true_at: datetime
    why: str = ""
    status: Literal["proposed", "confirmed", "dismissed"] = "proposed"


class ReviewEvent(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that happened to a review: opened, claimed, escalated, asked, answered, decided, expired."""

    at: datetime
    what: Literal["claimed", "escalated", "asked", "answered", "approved", "edited", "rejected", "expired"]
    account_id: str = ""
    name: str = ""
    role: str = ""
    licence: str = ""
    reason: str = ""  # a reason code of review/reasons.py
    note: str = ""  # words to the family; pass the guard like any other


class ReviewItem(msgspec.Struct, frozen=True, omit_defaults=True, tag="ReviewItem"):
    """A held answer waiting for a named person, with everything they decide on. Each change supersedes the last.

    The expected version of a decision is the id of the entry that was seen.
    """

    answer_id: str
    message_id: str
    question: str
    draft: Draft
    urgency: Urgency
    reasons: tuple[str, ...]
    status: Literal["open", "asked", "approved", "edited", "rejected", "expired"] = "open"
    topics: tuple[str, ...] = ()  # what a licence must cover: medicines, triage, labs, diet
    person: PersonFacts | None = None
    findings: tuple[Finding, ...] = ()
    lang: str = "zh"
    opened_at: datetime | None = None
    due_at: datetime | None = None
    events: tuple[ReviewEvent, ...] = ()
    final_text: str = ""


class Feedback(msgspec.Struct, frozen=True, tag="Feedback"):
    """A person's word on an answer."""

    answer_id: str
    useful: bool
    text: str = ""


ConsentScope = Literal["health_data", "model_endpoint", "training", "share"]


class Consent(msgspec.Struct, frozen=True, omit_defaults=True, tag="Consent"):
    """A yes or no to one purpose. The newest of one (scope, target) counts.

    health_data: this record may be kept and used. model_endpoint: target is host|model|place. training: use in
    training. share: target is an account id; `groups` are kind groups of clinical/access.py, `purposes` what for.
    `given_by` names the member who decides where that is not the person: a guardian under 14.
    """

    scope: ConsentScope
    target: str
    granted: bool
    groups: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ("view",)
    until: datetime | None = None
    given_by: str = ""


class BreakGlass(msgspec.Struct, frozen=True, tag="BreakGlass"):
    """Somebody opened a record in an emergency without consent: who, why, until when. The family is told."""

    account_id: str
    name: str
    role: str
    reason: str
    until: datetime


class Transmission(msgspec.Struct, frozen=True, tag="Transmission"):
    """What was sent to a model off this machine, as sent: identifiers are marks already."""

    message_id: str
    model: str
    host: str
    place: str
    sent: str


Body = (
    Patient | Observation | Condition | AllergyIntolerance | MedicationStatement | MedicationRequest
    | MedicationAdministration | MedicationKnowledge | DocumentReference | DiagnosticReport | Communication
    | AnswerGiven | DetectedIssue | Proposal | ReviewItem | Feedback
    | Consent | BreakGlass | Transmission
)  # fmt: skip


class Entry(msgspec.Struct, frozen=True):
    """One line of the log.

    `id` is derived from content or from what the client sent, so writing twice changes nothing.
    `supersedes` names the entry this one corrects; `retracted` withdraws it without a new value.
    """

    id: str
    family_id: str
    member_id: str
    body: Body
    true_at: datetime
    known_at: datetime
    provenance: Provenance
    supersedes: str | None = None
    retracted: bool = False

    @property
    def kind(self) -> str:
        """The FHIR-like name of the body, e.g. "Observation"."""
        return type(self.body).__name__
