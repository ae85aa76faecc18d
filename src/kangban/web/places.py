"""Which pages stand in whose menu."""

from __future__ import annotations

from kangban.clinical.access import PROFESSIONS, Role

DESK = ("desk", "/desk")
LIBRARY = ("library", "/library")
WORKSHOP = ("bench", "/workshop")
PAGES = (("talk", "/"), ("home", "/family"), ("box", "/cabinet"), ("report", "/reports"))


def pages_for(role: Role) -> tuple[tuple[str, str], ...]:
    """(key of the text and the drawing, address). Who only reviews has the desk; other professionals have it first."""
    if role == "reviewer":
        return (DESK, LIBRARY, WORKSHOP)
    if role == "child":
        return PAGES
    if role == "helper":
        return (*PAGES, LIBRARY)
    return (DESK, *PAGES, LIBRARY, WORKSHOP) if role in PROFESSIONS else (*PAGES, LIBRARY, WORKSHOP)


def tabs_for(role: Role) -> tuple[tuple[str, str], ...]:
    """The same at the foot of a phone, where there is room for four beside the menu."""
    return pages_for(role)[:4]
