"""pydantic-ai's agent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider


def jobs(base_url: str) -> dict[str, Callable[[], Awaitable[str]]]:
    model = OpenAIChatModel("m", provider=OpenAIProvider(base_url=base_url, api_key="key"))
    agent = Agent(model, instructions="Be brief.")

    @agent.tool_plain
    def double(number: int) -> dict[str, int]:
        """Doubles a number."""
        return {"twice": number * 2}

    async def ask(text: str) -> str:
        return (await agent.run(text)).output

    async def stream() -> str:
        async with agent.run_stream("LONG") as result:
            return "".join([piece async for piece in result.stream_text(delta=True, debounce_by=None)])

    return {"plain": lambda: ask("hi"), "tool": lambda: ask("TOOL"), "stream": stream}
