"""Tool: how soon to act on a complaint."""

from __future__ import annotations

from kangban.perception.language.read import read
from kangban.ports.tool import ToolContext, ToolResult, tool
from kangban.reasoning.triage import triage as judge
from kangban.retrieval.cite import library
from kangban.toolbox.contract import triage_object


@tool()
async def triage(context: ToolContext, text: str) -> ToolResult:
    """Judge how soon the person in view must act on a complaint. Give the complaint in the person's
    own words, whole, with numbers and durations. Returns urgency, the rules that fired, what to do,
    and when to come back.
    """
    outcome = judge(read(text), context.person)
    ids = [c for r in outcome.rules for c in r.citations]
    return ToolResult(
        content=triage_object(outcome, context.lang),
        citations=library().cite(ids, context.lang),
        step="step.judged_urgency",
        step_values={"rules": str(len(outcome.rules))},
    )
