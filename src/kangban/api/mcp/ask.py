"""`ask_kangban`: a question to the companion agent, answered by the guarded journey of the workshop alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Annotated, Any, Final

import msgspec

from kangban.api.mcp.calls import GUARDED
from kangban.journeys.house import House
from kangban.journeys.workshop.kept import owner_of, workshop_of
from kangban.journeys.workshop.running import RunDone, run_agent_journey
from kangban.kernel.errors import Broken
from kangban.perception.language.plain import MOST_CHARACTERS
from kangban.ports.tool import ToolContext, ToolResult, ToolSpec, tool

AGENT: Final = "companion"
NAME: Final = "ask_kangban"


def ask_tool(house_of: Callable[[ToolContext], Awaitable[House]]) -> ToolSpec:
    """The tool; `house_of` opens the house of whoever asks and raises NotPermitted."""

    @tool(NAME, group=GUARDED, cost="metered", timeout_s=240.0, examples=({"question": "布洛芬和阿司匹林能一起吃吗"},))
    async def ask_kangban(
        context: ToolContext, question: Annotated[str, msgspec.Meta(min_length=1, max_length=MOST_CHARACTERS)]
    ) -> ToolResult:
        """Ask Kangban a health question; the answer is checked and cites its sources. 问康伴一个健康问题。

        General information about nobody in particular: no diagnosis, no prescription. In an emergency call 120.

        question: the question in Chinese or English, with what matters (age, medicines, symptoms)
        """
        house = await house_of(context)
        events = run_agent_journey(workshop_of(house), AGENT, question, owner=owner_of(house), lang=context.lang)
        async with aclosing(events):
            async for event in events:
                if isinstance(event, RunDone):
                    return _result(event)
        raise Broken("the run ended without an answer")

    return ask_kangban


def _result(done: RunDone) -> ToolResult:
    content: dict[str, Any] = {
        "text": done.run.text, "verdict": done.decision, "urgency": done.urgency, "brain": done.brain,
        "stopped_by": done.run.stopped_by, "run": done.run.id, "notes": list(done.notes),
    }  # fmt: skip
    return ToolResult(content, citations=done.citations)
