"""Who may say yes or no to what: the person, a guardian under 14, both between 14 and 18."""

from __future__ import annotations

from datetime import datetime

from kangban.clinical.access import Access, Actor
from kangban.clinical.record import Consent
from kangban.record.access import decide
from kangban.record.policy import FAMILY_WIDE, Policy

ABROAD = "|abroad"  # how the target of a model endpoint outside the country ends


def may_consent(policy: Policy, actor: Actor, member_id: str, consent: Consent, at: datetime) -> Access:
    """Decide on writing one word. `given_by` must be empty for oneself and name the guardian for somebody else."""
    access = decide(policy, actor, member_id, "Consent", "consent", at)
    if not access.allowed or actor.role == "system":
        return access
    person = policy.people[member_id]
    if member_id == FAMILY_WIDE:
        right = consent.scope == "model_endpoint" and not consent.given_by
        return Access(right, f"{access.rule}.{consent.scope}")
    own = member_id == actor.member_id
    if own == bool(consent.given_by) or consent.given_by == member_id:
        return Access(False, "consent.given_by")
    whose = person.whose(policy.moment(at))
    if whose == "teen" and not _teens_word(consent, own=own):
        return Access(False, f"consent.teen.{consent.scope}")
    return Access(True, f"{access.rule}.{consent.scope}")


def _teens_word(consent: Consent, *, own: bool) -> bool:
    """Training and models abroad need the guardian's yes, and the teen may say no; the rest is the teen's."""
    guardians = consent.scope == "training" or (consent.scope == "model_endpoint" and consent.target.endswith(ABROAD))
    if own:
        return not (guardians and consent.granted)
    return guardians


def given_by_of(actor: Actor, member_id: str, consent: Consent, given_by: str = "") -> str:
    """What stands in `given_by`: nothing for oneself and for the family, else the member or account that decides."""
    if member_id in (actor.member_id, FAMILY_WIDE):
        return ""
    return given_by or consent.given_by or actor.member_id or actor.account_id
