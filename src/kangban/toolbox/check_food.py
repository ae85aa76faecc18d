"""Tool: may the person in view eat or drink this?"""

from __future__ import annotations

from kangban.ports.tool import ToolContext, ToolResult, tool
from kangban.reasoning.diet import check_foods
from kangban.retrieval.cite import library
from kangban.toolbox.contract import finding_object, unknown_object


@tool()
async def check_food(context: ToolContext, foods: list[str]) -> ToolResult:
    """Check foods or drinks against the conditions, medicines, pregnancy and age of the person in view."""
    outcome = check_foods(context.person, tuple(foods))
    return ToolResult(
        content={
            "findings": [finding_object(f, context.lang) for f in outcome.findings],
            "unknown": [unknown_object(u, context.lang) for u in outcome.unknown],
            "not_in_catalogue": list(outcome.not_known),
        },
        citations=library().cite([c for f in outcome.findings for c in f.citations], context.lang),
        findings=outcome.findings,
        unknown=outcome.unknown,
        step="step.checked_food",
        step_values={"count": str(len(foods))},
    )
