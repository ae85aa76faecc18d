"""Reason, act, look, again: the agent loop itself, under the limits of a run."""

from __future__ import annotations

from kangban.agent.events import EndReason
from kangban.agent.paradigms.session import Session
from kangban.agent.paradigms.spent import Spent
from kangban.ports.agents import StoppedBy

Ending = tuple[str, StoppedBy]
_ENDS: dict[EndReason, StoppedBy] = {
    "answered": "answered", "length": "length", "filtered": "filtered", "empty": "empty", "budget": "rounds",
}  # fmt: skip


async def react(session: Session) -> Ending:
    """The last message, and how it ended."""
    shared = session.shared
    rounds = shared.limits.rounds - shared.tracer.usage.rounds
    ended = await session.loop(session.first(), session.task, rounds=max(0, rounds), show=True)
    if not session.model.last_call:
        return ended.text, _ENDS[ended.reason]
    why: StoppedBy = "tool_calls"
    if shared.left_s() == 0.0:
        why = "time"
    elif shared.tracer.usage.rounds > shared.limits.rounds:
        why = "rounds"
    if ended.reason == "budget":
        return await session.sum_up(Spent(why)), why
    return ended.text, why
