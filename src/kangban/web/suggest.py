"""A field for a medicine's name that offers names of the catalogue while one types."""

from __future__ import annotations

from typing import Any

from kangban.rules.catalogue import catalogue
from kangban.rules.names import fold
from kangban.web.elements import Tag
from kangban.web.visit import Visit

MOST = 8


def names_like(typed: str) -> list[str]:
    """Catalogue spellings that begin with or hold what was typed, shortest first."""
    wanted = fold(typed)
    if not wanted:
        return []
    names = catalogue()
    hits = [f for f, named in names.by_name.items() if wanted in f and named.kind != "class"]
    hits.sort(key=lambda f: (not f.startswith(wanted), len(f), f))
    return list(dict.fromkeys(names.spelling[f] for f in hits))[:MOST]


def medicine_field(visit: Visit, field_id: str, value: str = "") -> Tag:
    """An input called "name" with a list of suggestions."""
    field = Tag(
        "input", "", "field", id=field_id, name="name", value=value, list=f"{field_id}-names", autocomplete="off",
        required=True, maxlength="80", placeholder=visit.say("medicine_placeholder"),
        aria_label=visit.say("field.name_medicine"),
    )  # fmt: skip
    offers = Tag("datalist", id=f"{field_id}-names")

    def typed(event: Any) -> None:
        offers.clear()
        with offers:
            for name in names_like(str(event.args)):
                Tag("option", "", "", value=name)

    field.on("input", typed, js_handler="(e) => emit(e.target.value)", throttle=0.15, leading_events=False)
    return field
