"""Replay a member's case: every stored conclusion rebuilt from the log, and those that would come out otherwise now."""

from __future__ import annotations

import msgspec

from kangban.journeys.conclusions import FUNCTIONS
from kangban.journeys.house import House, get_member
from kangban.record.replay import Reopened, ReplayResult, reopened_of_member, replay_member
from kangban.rules.compiled import shipped


class CaseReplay(msgspec.Struct, frozen=True):
    """All of one member's conclusions: same = rebuilt byte for byte; reopened = differ with today's facts."""

    member: str
    rules_fingerprint: str
    conclusions: tuple[ReplayResult, ...]
    reopened: tuple[Reopened, ...]


async def replay_case(house: House, member_id: str) -> CaseReplay:
    """Raises NotFound for an unknown member."""
    member = await get_member(house, member_id)
    fingerprint = shipped().fingerprint
    rebuilt = await replay_member(house.store, house.family_id, member.id, FUNCTIONS, rules_fingerprint=fingerprint)
    again = await reopened_of_member(
        house.store, house.family_id, member.id, FUNCTIONS, now=house.clock.now(), rules_fingerprint=fingerprint
    )
    return CaseReplay(member.id, fingerprint, tuple(rebuilt), tuple(again))
