"""A person's word on an answer: one per answer, changed by saying it again."""

from __future__ import annotations

from kangban.clinical.record import Entry, Feedback
from kangban.journeys.house import House, get_member, signed
from kangban.record.merge import correct, fact_entry


async def give_feedback(house: House, member_id: str, answer_id: str, *, useful: bool, text: str = "") -> str:
    """Write it, or correct what was said before; returns the entry id. Raises NotFound for an unknown member."""
    await get_member(house, member_id)
    body = Feedback(answer_id, useful, text[:2000])
    source = signed(house)
    now = house.clock.now()
    said = await find_feedback(house, member_id, answer_id)
    if said is None:
        entry = fact_entry(
            house.family_id, member_id, body, true_at=now, known_at=now, provenance=source,
            client_id=f"feedback-{answer_id}",
        )  # fmt: skip
    elif said.body == body:
        return said.id
    else:
        entry = correct(said, body, known_at=now, provenance=source)
    await house.store.append([entry])
    return entry.id


async def find_feedback(house: House, member_id: str, answer_id: str) -> Entry | None:
    """What was said on an answer, or None."""
    for entry in await house.store.entries(house.family_id, member_id, kinds=["Feedback"]):
        if isinstance(entry.body, Feedback) and entry.body.answer_id == answer_id:
            return entry
    return None
