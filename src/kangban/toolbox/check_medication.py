"""Tool: check medicines for the person in view."""

from __future__ import annotations

from kangban.clinical.person import MedicineUse, taking_also
from kangban.ports.tool import ToolContext, ToolResult, tool
from kangban.reasoning.medication.check import check_medicines
from kangban.retrieval.cite import library
from kangban.toolbox.contract import check_object


@tool()
async def check_medication(
    context: ToolContext,
    medicines: list[MedicineUse],
    also_taking: list[MedicineUse] = [],  # noqa: B006 - a default a model sees
) -> ToolResult:
    """Check whether the person in view may take these medicines: interactions, duplicate ingredients,
    doses, allergies, pregnancy, age, kidneys, liver. Give names as the person wrote them, with dose
    ("400 mg", "半片") and doses per day where stated. What the record says the person takes is included;
    `also_taking` adds what was only said.
    """
    outcome = check_medicines(taking_also(context.person, also_taking), medicines)
    ids = [c for f in outcome.findings for c in f.citations]
    return ToolResult(
        content=check_object(outcome, context.lang),
        citations=library().cite(ids, context.lang),
        findings=outcome.findings,
        unknown=outcome.unknown,
        not_in_catalogue=outcome.not_in_catalogue,
        step="step.checked_medicines",
        step_values={"count": str(len(medicines)), "checked": str(outcome.checked)},
    )
