"""Ours: the agent loop over the network adapter, streaming always."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from kangban.adapters.openai_chat import OpenAIChat, OpenAIChatSettings
from kangban.agent.events import Ended
from kangban.agent.loop import run_agent
from kangban.clinical.person import UNKNOWN_PERSON
from kangban.kernel.clock import SystemClock
from kangban.ports.chat_model import say
from kangban.ports.tool import ToolContext, ToolResult, tool


@tool()
async def double(_context: ToolContext, number: int) -> ToolResult:
    """Doubles a number."""
    return ToolResult({"twice": number * 2})


def jobs(base_url: str) -> dict[str, Callable[[], Awaitable[str]]]:
    model = OpenAIChat(OpenAIChatSettings(base_url, "m", "key"))
    context = ToolContext("f", "m", UNKNOWN_PERSON, "en")
    clock = SystemClock()

    async def ask(text: str) -> str:
        messages = [say("system", "Be brief."), say("user", text)]
        async for event in run_agent(model, [double], context, messages, clock):
            if isinstance(event, Ended):
                return event.text
        return ""

    return {"plain": lambda: ask("hi"), "tool": lambda: ask("TOOL"), "stream": lambda: ask("LONG")}
