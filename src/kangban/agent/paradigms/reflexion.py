"""An answer is looked at for faults and given again with what was found, a few times at most."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from kangban.agent.paradigms.plan_execute import says_done
from kangban.agent.paradigms.prompts import text
from kangban.agent.paradigms.react import Ending
from kangban.agent.paradigms.session import Session
from kangban.agent.paradigms.spent import Found, Spent
from kangban.ports.chat_model import say

MOST_TRIES = 3


async def reflexion(session: Session, attempt: Callable[[str], Awaitable[Ending]]) -> Ending:
    """`attempt` answers a task in whatever way; the last answer stands. At a limit the best so far is given."""
    task, answer = session.task, ""
    ending: Ending = ("", "empty")
    for number in range(MOST_TRIES):
        try:
            ending = await attempt(task)
            answer = ending[0]
            if ending[1] != "answered" or number == MOST_TRIES - 1:
                break
            prompt = text("reflect", session.lang, task=session.task, answer=answer)
            critique = await session.ask("critique", [*session.system, say("user", prompt)], kind="critique")
        except Spent as spent:
            if not answer or spent.by in ("cancelled", "waiting"):
                raise
            return answer, spent.by
        if says_done(critique) or not critique.strip():
            break
        session.shared.found.append(Found("critique", critique))
        task = text("again", session.lang, task=session.task, answer=answer, critique=critique)
    return ending
