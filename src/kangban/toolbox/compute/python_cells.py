"""Tools: Python in the sandbox, one cell at a time or as a notebook that keeps its names."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from kangban.kernel.errors import InvalidInput, Unavailable
from kangban.ports.outside import outside_of
from kangban.ports.sandbox import LISTED, CodeSandbox, Ran
from kangban.ports.tool import ToolContext, ToolResult, tool

NotebookName = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{1,40}$")]


def _sandbox(context: ToolContext) -> CodeSandbox:
    found = outside_of(context).sandbox
    if found is None:
        raise Unavailable("the interpreter is off here; see kangban doctor", field="sandbox")
    return found


def _told(ran: Ran) -> ToolResult:
    content: dict[str, Any] = {
        "stdout": ran.stdout,
        "result": ran.result,
        "error": ran.error,
        "figures": [figure.ref for figure in ran.figures],
        "stopped": ran.stopped,
        "cut": ran.cut,
        "seconds": round(ran.seconds, 3),
    }
    return ToolResult(content, ok=not (ran.error or ran.stopped), media=ran.figures)


@tool(
    "python_interpreter",
    group="compute",
    permissions=("compute",),
    gives=("image",),
    timeout_s=120.0,
    examples=({"code": "import statistics\nstatistics.mean([120, 128, 131])"},),
)
async def python_interpreter(context: ToolContext, code: str) -> ToolResult:
    """Run Python in a sandbox without files and network, 20 seconds at most; the value of the last expression, printed
    text and matplotlib figures come back. 运行 Python（沙箱）。

    code: a cell of Python; it may import math, statistics, datetime, json, re, random, numpy, matplotlib and a few more
    """
    return _told(await _sandbox(context).run(code))


@tool(
    "notebook",
    group="compute",
    permissions=("compute",),
    gives=("image",),
    timeout_s=120.0,
    examples=({"action": "run", "code": "x = 41"}, {"action": "end"}),
)
async def notebook(
    context: ToolContext,
    action: Literal["run", "interrupt", "end", "list"] = "run",
    code: str = "",
    name: NotebookName = "main",
) -> ToolResult:
    """A Python notebook in the sandbox: names stay from cell to cell until it ends or ten minutes pass unused. 笔记本。

    action: "run" a cell, "interrupt" the running one, "end" the notebook, or "list" the open ones
    code: the cell to run
    name: which notebook, "main" where not given
    """
    sandbox = _sandbox(context)
    owner = f"{context.family_id}/{context.member_id}"
    if action == "run":
        if not code.strip():
            raise InvalidInput("a cell to run is needed", field="code")
        return _told(await sandbox.run_cell(owner, name, code))
    if action == "interrupt":
        return ToolResult({"interrupted": await sandbox.interrupt(owner, name)})
    if action == "end":
        await sandbox.end(owner, name)
    return ToolResult({"notebooks": list(sandbox.notebooks(owner)), "modules": list(LISTED)})
