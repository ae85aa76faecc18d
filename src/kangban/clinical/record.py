"""Entries of a person's record. The log is append-only: a correction is a new entry that supersedes.

Every entry has two times: `true_at` (when it held in the world) and `known_at` (when we learnt it).
Bodies are named after FHIR R4 resources.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

import msgspec

from kangban.clinical.draft import Answer, Draft
from kangban.clinical.person import Sex
from kangban.clinical.urgency import Urgency


class Provenance(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who or what an entry comes from: actor (member id, "system", "demo"), how, and from which document."""

    actor: str
    source: Literal["person", "document", "device", "import", "tool", "system", "demo"]
    document_id: str | None = None
    page: int | None = None
    note: str = ""


class Patient(msgspec.Struct, frozen=True, omit_defaults=True, tag="Patient"):
    """A family member. `relation` is the word the family uses (奶奶)."""

    name: str
    relation: str = ""
    sex: Sex | None = None
    born_on: date | None = None
    active: bool = True


class Observation(msgspec.Struct, frozen=True, omit_defaults=True, tag="Observation"):
    """A measurement or fact: analyte id, vital sign, "weight", "pregnancy" (weeks), "breastfeeding" (0/1)."""

    code: str
    value: float | None = None
    unit: str = ""
    text: str = ""


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
    """What the person says they take, or what stands in the cabinet (status "in_cabinet")."""

    name: str
    dose: str | None = None
    per_day: float | None = None
    status: Literal["active", "in_cabinet", "stopped"] = "active"
    expires_on: date | None = None


class MedicationRequest(msgspec.Struct, frozen=True, omit_defaults=True, tag="MedicationRequest"):
    """What a clinician ordered."""

    name: str
    dose: str | None = None
    per_day: float | None = None
    status: Literal["active", "stopped"] = "active"
    requester: str = ""


FactBody = Patient | Observation | Condition | AllergyIntolerance | MedicationStatement | MedicationRequest


class DocumentReference(msgspec.Struct, frozen=True, tag="DocumentReference"):
    """A kept file: its bytes lie in the blob store under sha256."""

    name: str
    media_type: str
    size: int
    sha256: str
    read: bool = False


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
    `facts_known_at` and compares bytes. `rules_fingerprint` tells whether the packs have changed.
    """

    function: Literal["triage", "medicine_check", "guard"]
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


class ReviewItem(msgspec.Struct, frozen=True, tag="ReviewItem"):
    """A held answer waiting for a named person."""

    answer_id: str
    message_id: str
    question: str
    draft: Draft
    urgency: Urgency
    reasons: tuple[str, ...]
    status: Literal["open", "approved", "edited", "rejected"] = "open"


class Feedback(msgspec.Struct, frozen=True, tag="Feedback"):
    """A person's word on an answer."""

    answer_id: str
    useful: bool
    text: str = ""


class Consent(msgspec.Struct, frozen=True, tag="Consent"):
    """A yes or no to one purpose, e.g. scope "model_endpoint", target the host and place it was given for."""

    scope: Literal["model_endpoint"]
    target: str
    granted: bool


Body = (
    Patient | Observation | Condition | AllergyIntolerance | MedicationStatement | MedicationRequest | DocumentReference
    | Communication | AnswerGiven | DetectedIssue | Proposal | ReviewItem | Feedback
    | Consent
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
