"""What is kept of two families, as one number: an attack that was refused has changed nothing."""

from __future__ import annotations

import msgspec

from tests.support.two_families import Town


async def kept(here: Town) -> int:
    found = [
        await here.family.doors.records.entries(family, include_superseded=True) for family in ("home", "neighbours")
    ]
    places = [await here.family.doors.accounts.memberships(family_id=f) for f in ("home", "neighbours")]
    keys = await here.family.doors.accounts.keys()
    return hash(msgspec.json.encode([found, places, [key.id for key in keys]]))
