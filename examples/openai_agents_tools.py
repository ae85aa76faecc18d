"""Kangban's tools in an agent of the OpenAI Agents SDK: python examples/openai_agents_tools.py QUESTION [TOOL …].

Needs examples/environments/openai_agents.txt, a running Kangban (KANGBAN_URL, KANGBAN_KEY) and a model
(OPENAI_BASE_URL, OPENAI_API_KEY, MODEL).
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import Any

from agents import Agent, FunctionTool, OpenAIChatCompletionsModel, Runner, set_tracing_disabled
from kangban_tools import KangbanTool, connect
from openai import AsyncOpenAI


def as_openai_agents(tool: KangbanTool) -> FunctionTool:
    """One tool of Kangban as one of the SDK's."""

    async def invoke(_context: Any, arguments: str) -> str:
        return await asyncio.to_thread(lambda: tool(**json.loads(arguments or "{}")))

    return FunctionTool(tool.name, tool.description, tool.parameters, invoke, strict_json_schema=False)


def main(question: str, *names: str) -> str:
    """The agent's last word."""
    set_tracing_disabled(True)  # nothing of a question leaves for anybody but the model
    model = OpenAIChatCompletionsModel(os.environ.get("MODEL", "gpt-4o-mini"), AsyncOpenAI())
    agent = Agent("Kangban's tools", model=model, tools=[as_openai_agents(tool) for tool in connect(names)])
    return Runner.run_sync(agent, question).final_output


if __name__ == "__main__":
    print(main(*sys.argv[1:]))
