"""A body that each endpoint would take from somebody who may: what is refused then is refused for who asks."""

from __future__ import annotations

from typing import Any

BODIES: dict[str, Any] = {
    "addMember": {"name": "某人", "consent": True},
    "giveConsent": {"scope": "share", "target": "he", "groups": ["medicines"], "purposes": ["view"]},
    "breakGlass": {"reason": "昏迷了，要马上看用药"},
    "writeEntry": {"body": {"type": "Observation", "code": "weight", "value": 50, "unit": "kg"}},
    "decideProposal": {"confirm": True},
    "correctEntry": {"body": {"type": "MedicationStatement", "name": "换掉"}},
    "addReport": {"name": "化验单.txt", "content": "5Y2X5YyX"},
    "decideLines": {"version": "@entry", "changes": [{"line": "row:0", "say": "accept"}]},
    "sayWhose": {"member": "@member"},
    "ask": {"text": "能吃布洛芬吗？"},
    "claimReview": {"version": "@review"},
    "decideReview": {"version": "@review", "decision": "reject", "reason": "unsafe"},
    "answerReviewer": {"version": "@review", "text": "38.5"},
    "changeMembership": {"role": "manager"},
    "invite": {"role": "adult"},
    "addKey": {"name": "钥匙", "scopes": ["view", "medicines"], "expires_at": "2026-06-01T00:00:00Z"},
    "addCalendar": {"name": "手机"},
    "triage": {"text": "头疼", "person": "@member"},
    "checkMedicines": {"medicines": ["布洛芬"], "person": "@member"},
    "resolveMedicine": {"name": "布洛芬"},
    "adviseBox": {"complaint": "头疼", "box": ["布洛芬"], "person": "@member"},
    "checkDraft": {"question": "能吃吗", "draft": "可以。", "person": "@member"},
}


def body_of(name: str, ids: dict[str, str]) -> Any:
    """The body with ids put in."""

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: filled(each) for key, each in value.items()}
        if isinstance(value, str) and value.startswith("@"):
            return ids.get(value[1:], "nothing")
        return value

    return filled(BODIES[name]) if name in BODIES else None
