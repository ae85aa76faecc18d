"""Kangban's tools in a lagent 0.2.4 agent: python examples/lagent_tools.py QUESTION [TOOL …].

Needs environments/lagent.txt, a Kangban (KANGBAN_URL, _KEY) and a model (OPENAI_BASE_URL, OPENAI_API_KEY, MODEL).
"""

from __future__ import annotations

import os
import sys
from typing import Any

from kangban_tools import KangbanTool, connect
from lagent.actions import ActionExecutor, BaseAction
from lagent.agents import ReAct
from lagent.llms import GPTAPI


class Wrapped(BaseAction):
    """One tool of Kangban as an action of lagent's."""

    def __init__(self, tool: KangbanTool) -> None:
        properties, needed = tool.parameters["properties"], tool.parameters.get("required", [])
        told = [{"name": name, **part} for name, part in properties.items()]
        super().__init__({"name": tool.name, "description": tool.description, "parameters": told, "required": needed})
        self.tool = tool

    def run(self, **arguments: Any) -> str:
        """Called by lagent's executor."""
        return self.tool(**arguments)


def main(question: str, *names: str) -> str:
    """The agent's last word."""
    base = os.environ.get("OPENAI_BASE_URL", "https://api.openai.com/v1")
    model = GPTAPI(os.environ.get("MODEL", "gpt-4o-mini"), openai_api_base=f"{base}/chat/completions")
    return ReAct(model, ActionExecutor([Wrapped(tool) for tool in connect(names)])).chat(question).response


if __name__ == "__main__":
    print(main(*sys.argv[1:]))
