"""A queue of goals, worked off one by one; a critique after each adds goals or ends the run. The budget is hard."""

from __future__ import annotations

import re
from collections import deque
from typing import Any

from kangban.agent.paradigms.plan_execute import do_step, final, lines_of, says_done
from kangban.agent.paradigms.prompts import text
from kangban.agent.paradigms.react import Ending
from kangban.agent.paradigms.session import Session
from kangban.agent.paradigms.spent import Spent
from kangban.ports.chat_model import say
from kangban.ports.tool import ToolContext, ToolResult, ToolSpec

FIRST_GOALS = 4
MOST_GOALS = 16  # ever queued in one run: a queue that grows faster than it is worked off ends
_GOAL = re.compile(r"^\s*(?:[-*•]\s*)?(?:目标|GOAL)\s*\d*\s*[:：]\s*(?P<goal>.+)$", re.IGNORECASE | re.MULTILINE)


async def _never(_context: ToolContext, _arguments: dict[str, Any]) -> ToolResult:
    raise AssertionError("asked about, never called")


NEXT_STEP = ToolSpec("next_step", "Go on with the next goal.", {"type": "object"}, "acts", _never)


async def autogpt(session: Session) -> Ending:
    """Raises Spent("waiting") when a step was to be agreed to and was not."""
    prompt = text("goals", session.lang, most=FIRST_GOALS, tools=session.described)
    queue = deque(lines_of(await session.ask("goals", session.first(prompt), kind="plan"), FIRST_GOALS))
    seen = set(queue)
    while queue:
        goal = queue.popleft()
        if session.definition.policy == "each_step" and not await session.approve(NEXT_STEP, {"goal": goal}):
            raise Spent("waiting")
        await do_step(session, goal)
        prompt = text(
            "critique", session.lang, task=session.task, done=session.done(),
            queue="\n".join(queue) or text("none", session.lang),
        )  # fmt: skip
        critique = await session.ask("critique", [*session.system, say("user", prompt)], kind="critique")
        if says_done(critique):
            break
        for found in _GOAL.finditer(critique):
            new = found["goal"].strip()[:400]
            if new not in seen and len(seen) < MOST_GOALS:
                seen.add(new)
                queue.append(new)
    return await final(session)
