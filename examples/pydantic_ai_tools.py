"""Kangban's tools in a pydantic-ai agent: python examples/pydantic_ai_tools.py QUESTION [TOOL …].

Needs examples/environments/pydantic_ai.txt, a running Kangban (KANGBAN_URL, KANGBAN_KEY) and a model (OPENAI_BASE_URL,
OPENAI_API_KEY, MODEL).
"""

from __future__ import annotations

import os
import sys

from kangban_tools import KangbanTool, connect
from pydantic_ai import Agent, Tool
from pydantic_ai.models.openai import OpenAIChatModel


def as_pydantic_ai(tool: KangbanTool) -> Tool:
    """One tool of Kangban as one of pydantic-ai's."""
    return Tool.from_schema(tool.__call__, tool.name, tool.description, tool.parameters)


def main(question: str, *names: str) -> str:
    """The agent's last word."""
    model = OpenAIChatModel(os.environ.get("MODEL", "gpt-4o-mini"))
    agent = Agent(model, tools=[as_pydantic_ai(tool) for tool in connect(names)])
    return agent.run_sync(question).output


if __name__ == "__main__":
    print(main(*sys.argv[1:]))
