"""OpenAI Agents' runner over chat completions; its tracing, which would send runs to OpenAI, is switched off."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from agents import Agent, OpenAIChatCompletionsModel, Runner, function_tool, set_tracing_disabled
from openai import AsyncOpenAI


@function_tool
def double(number: int) -> dict[str, int]:
    """Doubles a number."""
    return {"twice": number * 2}


def jobs(base_url: str) -> dict[str, Callable[[], Awaitable[str]]]:
    set_tracing_disabled(True)
    model = OpenAIChatCompletionsModel(model="m", openai_client=AsyncOpenAI(base_url=base_url, api_key="key"))
    agent = Agent(name="bench", instructions="Be brief.", model=model, tools=[double])

    async def ask(text: str) -> str:
        return str((await Runner.run(agent, text)).final_output)

    async def stream() -> str:
        result = Runner.run_streamed(agent, "LONG")
        pieces = [
            event.data.delta
            async for event in result.stream_events()
            if event.type == "raw_response_event" and event.data.type == "response.output_text.delta"
        ]
        return "".join(pieces)

    return {"plain": lambda: ask("hi"), "tool": lambda: ask("TOOL"), "stream": stream}
