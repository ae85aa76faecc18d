"""Kangban's tools in a LangChain agent: python examples/langchain_tools.py QUESTION [TOOL …].

Needs examples/environments/langchain.txt, a running Kangban (KANGBAN_URL, KANGBAN_KEY) and a model (OPENAI_BASE_URL,
OPENAI_API_KEY, MODEL).
"""

from __future__ import annotations

import os
import sys

from kangban_tools import KangbanTool, connect
from langchain.agents import create_agent
from langchain_core.tools import StructuredTool
from langchain_openai import ChatOpenAI


def as_langchain(tool: KangbanTool) -> StructuredTool:
    """One tool of Kangban as one of LangChain's."""
    return StructuredTool(name=tool.name, description=tool.description, args_schema=tool.parameters, func=tool.__call__)


def main(question: str, *names: str) -> str:
    """The agent's last word."""
    model = ChatOpenAI(model=os.environ.get("MODEL", "gpt-4o-mini"))
    agent = create_agent(model, [as_langchain(tool) for tool in connect(names)])
    return agent.invoke({"messages": [("user", question)]})["messages"][-1].content


if __name__ == "__main__":
    print(main(*sys.argv[1:]))
