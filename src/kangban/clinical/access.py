"""Who acts, in which role, and for what: the nouns of every access decision."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final, Literal

import msgspec

Role = Literal[
    "manager",  # the person who looks after the family's health
    "adult",
    "elder",  # an adult who lets a helper see what they choose
    "teen",  # 14 to 17
    "child",  # 6 to 13; under 6 has no account
    "helper",
    "nurse",
    "doctor",
    "pharmacist",
    "reviewer",
    "operator",  # keeps the server; sees no record
    "system",  # Kangban itself: ticks, deliveries, checks
]
PROFESSIONS: Final[frozenset[Role]] = frozenset({"nurse", "doctor", "pharmacist", "reviewer"})

Purpose = Literal[
    "view",
    "write",
    "ask",  # a chat turn: its facts go to the brain and into its answer
    "export",
    "erase",
    "confirm",  # say yes or no to a proposal
    "consent",  # give or withdraw a consent for a member
    "review",
    "notify",  # words that leave through a notification or calendar
    "model",  # text that leaves this machine to a model
    "training",
    "audit",  # read who saw what
    "administer",  # accounts, memberships, settings
]

# Groups a person can be asked about in one word; every kind of entry stands in exactly one.
KIND_GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "identity": ("Patient",),
    "medicines": ("MedicationStatement", "MedicationRequest", "MedicationAdministration", "MedicationKnowledge"),
    "allergies": ("AllergyIntolerance",),
    "conditions": ("Condition",),
    "measurements": ("Observation",),
    "documents": ("DocumentReference", "DiagnosticReport"),
    "conversations": ("Communication", "AnswerGiven", "Feedback"),
    "conclusions": ("DetectedIssue", "Proposal"),
    "reviews": ("ReviewItem",),
    "consents": ("Consent", "BreakGlass"),
    "transmissions": ("Transmission",),
}
# What belongs to a family or clinic and to no person in it: its libraries. Nobody consents to them, nobody shares them.
HOUSE_GROUPS: Final[dict[str, str]] = {"FamilyLibrary": "family_library", "ProfessionalLibrary": "professional_library"}
GROUP_OF: Final[dict[str, str]] = {kind: group for group, kinds in KIND_GROUPS.items() for kind in kinds}


class Licence(msgspec.Struct, frozen=True):
    """What lets a professional decide: number, topics they may release ("medicines", "triage", "labs", "diet",
    "all") and the last day it holds.
    """

    number: str
    scope: tuple[str, ...]
    expires_on: date


class Membership(msgspec.Struct, frozen=True):
    """An account's place in one family or clinic; `member_id` is the person the account belongs to, if any.

    `until` ends it; `id` derives from account and family, one place each.
    """

    id: str
    account_id: str
    family_id: str
    role: Role
    member_id: str | None = None
    licence: Licence | None = None
    since: datetime | None = None
    until: datetime | None = None


class Actor(msgspec.Struct, frozen=True):
    """Who is at the door, in the family in view. `scopes` is None for a person, else what an API key may do.

    `door` is where they came in: page, api, cli, calendar, notice, worker, mcp.
    """

    account_id: str
    name: str
    family_id: str
    role: Role
    member_id: str | None = None
    licence: Licence | None = None
    until: datetime | None = None
    scopes: tuple[str, ...] | None = None
    session_id: str = ""
    door: str = "page"


class Access(msgspec.Struct, frozen=True):
    """One decision: allowed or not, and the id of the rule that said so, e.g. "role.manager.dependent"."""

    allowed: bool
    rule: str


def system_actor(family_id: str, door: str = "worker") -> Actor:
    """Kangban acting by itself in one family."""
    return Actor("system", "Kangban", family_id, "system", door=door)
