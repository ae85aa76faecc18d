"""A field for a medicine's name that offers names of the catalogue while one types."""

from __future__ import annotations

import asyncio
from typing import Any

from kangban.reasoning.medication.pinyin import sounds
from kangban.rules.catalogue import catalogue
from kangban.rules.names import fold
from kangban.web.elements import Tag
from kangban.web.visit import Visit

MOST = 8


def names_like(typed: str) -> list[str]:
    """Catalogue spellings that begin with or hold what was typed, shortest first; then those that sound like it."""
    wanted = fold(typed)
    if not wanted:
        return []
    names = catalogue()
    hits = [f for f, named in names.by_name.items() if wanted in f and named.kind != "class"]
    hits.sort(key=lambda f: (not f.startswith(wanted), len(f), f))
    found = [names.spelling[f] for f in hits]
    return list(dict.fromkeys(found if len(found) >= MOST else [*found, *sounds().like(typed)]))[:MOST]


def medicine_field(visit: Visit, field_id: str, value: str = "") -> Tag:
    """An input called "name" with a list of suggestions."""
    field = Tag(
        "input", "", "field", id=field_id, name="name", value=value, list=f"{field_id}-names", autocomplete="off",
        required=True, maxlength="80", placeholder=visit.say("medicine_placeholder"),
        aria_label=visit.say("field.name_medicine"),
    )  # fmt: skip
    offers = Tag("datalist", id=f"{field_id}-names")

    async def typed(event: Any) -> None:
        # The first Latin letters load the dictionary of sounds: not while everybody waits.
        found = await asyncio.to_thread(names_like, str(event.args))
        offers.clear()
        with offers:
            for name in found:
                Tag("option", "", "", value=name)

    field.on("input", typed, js_handler="(e) => emit(e.target.value)", throttle=0.15, leading_events=False)
    return field
