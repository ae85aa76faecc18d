"""Which pages stand in whose menu."""

from __future__ import annotations

from kangban.clinical.access import PROFESSIONS, Role

DESK = ("desk", "/desk")
PAGES = (("talk", "/"), ("home", "/family"), ("box", "/cabinet"))


def pages_for(role: Role) -> tuple[tuple[str, str], ...]:
    """(key of the text and the drawing, address). Who only reviews has the desk; other professionals have it first."""
    if role == "reviewer":
        return (DESK,)
    return (DESK, *PAGES) if role in PROFESSIONS else PAGES
