"""The household's box: what stands in any member's cabinet, as far as the actor may see it, is one box."""

from __future__ import annotations

from kangban.clinical.advice import BoxItem
from kangban.clinical.record import Entry, MedicationStatement
from kangban.journeys.house import House
from kangban.reasoning.medication.keeping import kept_until


async def kept_at_home(house: House) -> list[Entry]:
    """Entries of the box, oldest first; a box two members take from is one entry."""
    found = await house.store.entries(house.family_id, kinds=["MedicationStatement"])
    held = [e for e in found if isinstance(e.body, MedicationStatement) and e.body.status == "in_cabinet"]
    return sorted(held, key=lambda e: (e.true_at, e.id))


async def box_of(house: House) -> tuple[BoxItem, ...]:
    """The box as reasoning takes it: the same name with the same day once, whoever's record it stands in.

    An opened bottle ends with its opened life where that is sooner than the day on the box.
    """
    today = house.clock.now().astimezone().date()
    items = [
        BoxItem(e.body.name, kept_until(e.body.name, e.body.expires_on, e.body.opened_on, today).last_on)
        for e in await kept_at_home(house)
        if isinstance(e.body, MedicationStatement)
    ]
    return tuple(dict.fromkeys(items))
