"""The person at this machine, where there are no accounts, and the visitor of the demo."""

from __future__ import annotations

from datetime import date

from kangban.clinical.access import PROFESSIONS, Actor, Licence, Role

LOCAL, DEMO = "local", "demo"
# The invented doctor is somebody else than the family, so that the family can share other things with them.
DEMO_DOCTOR, DEMO_ELDER = "demo-doctor", "nainai"
DEMO_LICENCE = Licence("DEMO", ("all",), date(2099, 12, 31))


def local_actor(family_id: str, door: str) -> Actor:
    """Whoever can read the data directory anyway looks after the family in it."""
    return Actor(LOCAL, LOCAL, family_id, "manager", door=door)


def demo_actor(family_id: str, role: Role = "manager") -> Actor:
    """A visitor of the invented family, in any role they like to try."""
    if role in PROFESSIONS:
        return Actor(DEMO_DOCTOR, DEMO, family_id, role, licence=DEMO_LICENCE, door="page")
    member_id = DEMO_ELDER if role == "elder" else None
    return Actor(DEMO, DEMO, family_id, role, member_id=member_id, door="page")
