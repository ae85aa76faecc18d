"""Kangban's tools in a smolagents agent: python examples/smolagents_tools.py QUESTION [TOOL …].

Needs environments/smolagents.txt, a Kangban (KANGBAN_URL, _KEY) and a model (OPENAI_BASE_URL, OPENAI_API_KEY, MODEL).
"""

from __future__ import annotations

import os
import sys
from typing import Any

from kangban_tools import KangbanTool, connect
from smolagents import OpenAIModel, Tool, ToolCallingAgent


class Wrapped(Tool):
    """One tool of Kangban as one of smolagents'. Its schemas are plain: a type and a description an argument."""

    skip_forward_signature_validation, output_type = True, "string"

    def __init__(self, tool: KangbanTool) -> None:
        self.name, self.description, needed = tool.name, tool.description, tool.parameters.get("required", [])
        self.inputs = {
            name: {"description": "", **part, "type": part.get("type", "any"), "nullable": name not in needed}
            for name, part in tool.parameters["properties"].items()
        }
        self.forward = lambda **given: tool(**{name: one for name, one in given.items() if one is not None})
        super().__init__()


def main(question: str, *names: str) -> Any:
    """The agent's last word."""
    model = OpenAIModel(os.environ.get("MODEL", "gpt-4o-mini"))
    return ToolCallingAgent([Wrapped(tool) for tool in connect(names)], model).run(question)


if __name__ == "__main__":
    print(main(*sys.argv[1:]))
