"""What the issue says about access, written a second time and by hand: no line of the code under test stands here.

A situation is told in words; `allowed` answers for one kind of entry and one purpose.
"""

from __future__ import annotations

from dataclasses import dataclass

GROUPS = {
    "Patient": "identity", "MedicationStatement": "medicines", "MedicationRequest": "medicines",
    "MedicationAdministration": "medicines", "MedicationKnowledge": "medicines",
    "AllergyIntolerance": "allergies", "Condition": "conditions", "Observation": "measurements",
    "DocumentReference": "documents", "DiagnosticReport": "documents", "Communication": "conversations", "AnswerGiven": "conversations",
    "Feedback": "conversations", "DetectedIssue": "conclusions", "Proposal": "conclusions", "ReviewItem": "reviews",
    "Consent": "consents", "BreakGlass": "consents", "Transmission": "transmissions",
}  # fmt: skip
PURPOSES = (
    "view", "write", "ask", "export", "erase", "confirm", "consent", "review", "notify", "model", "training", "audit",
    "administer",
)  # fmt: skip
FACTS = {"identity", "medicines", "allergies", "conditions", "measurements"}
BY_HAND = {
    "Patient", "Observation", "Condition", "AllergyIntolerance", "MedicationStatement", "MedicationRequest",
    "MedicationAdministration", "MedicationKnowledge", "DocumentReference", "DiagnosticReport", "Feedback",
}  # fmt: skip
HANDS = {
    "manager": BY_HAND, "adult": BY_HAND, "elder": BY_HAND, "teen": BY_HAND, "child": set[str](),
    "helper": {"Observation", "MedicationStatement", "MedicationAdministration", "DocumentReference", "DiagnosticReport", "Feedback"},
    "nurse": {"Observation", "MedicationAdministration", "DocumentReference", "DiagnosticReport", "Feedback"},
    "doctor": BY_HAND - {"Patient"},
    "pharmacist": {"MedicationStatement", "MedicationKnowledge", "AllergyIntolerance", "DocumentReference", "DiagnosticReport", "Feedback"},
}  # fmt: skip
PROFESSIONALS = {"nurse", "doctor", "pharmacist"}
DAILY = {"view", "write", "ask", "export", "confirm", "notify", "model", "training", "audit"}


@dataclass(frozen=True)
class Situation:
    """One actor before one person's record."""

    role: str
    own: bool  # it is the actor's record
    age: str  # infant, child, teen, grown, unknown
    account: bool  # the person has an account
    health: str  # never, given, withdrawn: the word on keeping the record
    share: tuple[frozenset[str], frozenset[str]] | None  # groups and purposes lent to the actor
    glass: bool  # the actor broke the glass
    models: bool  # a model off this machine was agreed to
    training: bool


def allowed(s: Situation, kind: str, purpose: str, *, mine: bool) -> bool:
    """`mine`: the entry came of the actor's own question."""
    if s.role == "system":
        return True
    if s.role == "operator" or purpose == "administer":
        return False
    if purpose == "review":
        # Whoever has a licence decides on what was held; which topics it covers is another test.
        return kind == "ReviewItem" and s.role in (*PROFESSIONALS, "reviewer") and s.health != "withdrawn"
    if s.role == "reviewer":
        return False
    if s.own and s.age == "infant":
        return False  # under six nobody has an account
    return _right(s, kind, purpose, mine=mine) and _words(s, purpose)


def _right(s: Situation, kind: str, purpose: str, *, mine: bool) -> bool:
    role, group = _role_now(s), GROUPS[kind]
    if purpose == "write" and kind not in HANDS[role]:
        return False
    if s.own and role not in (*PROFESSIONALS, "helper"):
        return _own(role, group, purpose)
    if role == "child":
        return False
    minor = s.age in ("infant", "child")
    if role == "manager" and (minor or not s.account):
        return _everything(group, purpose)
    if role == "manager" and s.age == "teen":
        return _of_a_teen(s, group, purpose, mine=mine) or _glass(s, group, purpose)
    return _lent(s, role, group, purpose, mine=mine) or (role not in ("helper", "teen") and _glass(s, group, purpose))


def _role_now(s: Situation) -> str:
    """A child, teen, adult or elder is what their birthday says."""
    if s.role not in ("child", "teen", "adult", "elder") or not s.own or s.age == "unknown":
        return s.role
    if s.age == "grown":
        return s.role if s.role in ("adult", "elder") else "adult"
    return s.age


def _own(role: str, group: str, purpose: str) -> bool:
    if role == "child":
        return purpose == "view" and group in ("medicines", "measurements", "identity")
    return _everything(group, purpose) and not (role == "teen" and purpose == "erase")


def _everything(group: str, purpose: str) -> bool:
    if group == "reviews":
        return purpose == "erase"  # what is held is read by reviewers alone; it goes when the person goes
    if purpose == "consent":
        return group in ("identity", "consents")
    return purpose in DAILY or purpose == "erase"


def _of_a_teen(s: Situation, group: str, purpose: str, *, mine: bool) -> bool:
    """Parents see what keeps a teen safe; what the teen asks, says and is told is the teen's."""
    if purpose == "erase":
        return True
    if group == "reviews":
        return False
    if purpose == "consent":
        return group in ("identity", "consents")
    if group in FACTS:
        return purpose in DAILY
    if group == "consents":
        return purpose in ("view", "export", "audit")
    if mine and (purpose in ("view", "ask") or (purpose == "write" and group in ("documents", "conversations"))):
        return True
    if mine and purpose == "write" and group == "conclusions":
        return True
    return _shared(s, "manager", group, purpose)


def _lendable(role: str, group: str, purpose: str) -> bool:
    if group in ("reviews", "consents"):
        return False
    if group == "transmissions":
        return purpose in ("view", "ask")
    if purpose == "confirm":
        return role not in PROFESSIONALS
    return purpose in ("view", "write", "ask", "export", "notify", "model")


def _shared(s: Situation, role: str, group: str, purpose: str) -> bool:
    if s.share is None or not _lendable(role, group, purpose):
        return False
    groups, purposes = s.share
    if group == "identity" and purpose == "view":
        return True  # a name goes with what is shared
    return purpose in purposes and (group == "identity" or group in (groups or {"medicines", "allergies"}))


def _lent(s: Situation, role: str, group: str, purpose: str, *, mine: bool) -> bool:
    if _shared(s, role, group, purpose):
        return True
    talk = group in ("documents", "conversations", "conclusions", "transmissions")
    asked = talk and (purpose in ("view", "ask") or (purpose == "write" and group != "transmissions"))
    return mine and asked and s.share is not None and purpose in s.share[1]


def _glass(s: Situation, group: str, purpose: str) -> bool:
    return s.glass and purpose in ("view", "ask") and group in FACTS | {"documents", "conversations", "conclusions"}


def _words(s: Situation, purpose: str) -> bool:
    """What the person said about their record, about models, about training."""
    minor_or_without = s.age in ("infant", "child") or not s.account
    beside = s.role not in (*PROFESSIONALS, "helper") and s.own
    beside = beside or (s.role == "manager" and (minor_or_without or s.age == "teen"))
    if s.health == "withdrawn":
        return beside and purpose in ("export", "erase", "consent", "audit")
    if s.health == "never" and not (
        beside and purpose in ("view", "write", "ask", "confirm", "export", "erase", "consent", "audit")
    ):
        return False
    return not (purpose == "model" and not s.models) and not (purpose == "training" and not s.training)
