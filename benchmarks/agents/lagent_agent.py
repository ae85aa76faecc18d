"""lagent 0.2.4: its ReAct agent over GPTAPI, both synchronous; it streams from the model only, without an agent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from lagent.actions import ActionExecutor, BaseAction, tool_api
from lagent.agents import ReAct
from lagent.llms import GPTAPI


class Double(BaseAction):
    """Doubles a number."""

    @tool_api
    def run(self, number: int) -> dict[str, Any]:
        """Doubles a number.

        Args:
            number (int): the number
        """
        return {"twice": number * 2}


def jobs(base_url: str) -> dict[str, Callable[[], Awaitable[str]]]:
    model = GPTAPI("gpt-4", key="key", openai_api_base=f"{base_url}/chat/completions")
    model._wait = lambda: None  # its own limit of one query a second is lifted
    agent = ReAct(model, ActionExecutor([Double()]))

    async def ask(text: str) -> str:
        return str(agent.chat(text).response)

    async def stream() -> str:
        text = ""
        for _, text, _ in model.stream_chat([{"role": "user", "content": "LONG"}]):  # noqa: B007  each piece holds all before it
            pass
        return text

    return {"plain": lambda: ask("hi"), "tool": lambda: ask("TOOL"), "stream": stream}
