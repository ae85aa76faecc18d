"""Tool: propose an entry for the record. A person confirms it; nothing is written by the model."""

from __future__ import annotations

from typing import Literal

from kangban.clinical.record import (
    AllergyIntolerance,
    Condition,
    FactBody,
    MedicationStatement,
    Observation,
    Proposal,
)
from kangban.kernel.errors import InvalidInput
from kangban.ports.tool import ToolContext, ToolResult, tool
from kangban.rules.catalogue import catalogue
from kangban.toolbox.names import observation_name
from kangban.toolbox.services import services_of

Kind = Literal["observation", "condition", "allergy", "medicine"]


@tool(effect="proposes")
async def add_to_record(
    context: ToolContext,
    kind: Kind,
    name: str,
    value: float | None = None,
    unit: str = "",
    dose: str | None = None,
    per_day: float | None = None,
) -> ToolResult:
    """Propose a new entry for the record of the person in view (a measurement, condition, allergy or medicine
    that was stated). The person must confirm it before it counts.
    """
    if not name.strip() or len(name) > 200:
        raise InvalidInput("a name of 1 to 200 characters is needed", field="name")
    body = _body(kind, name.strip(), value, unit, dose, per_day)
    shown = observation_name(body.code, context.lang) if isinstance(body, Observation) else name
    proposal = Proposal(body=body, true_at=services_of(context).now, why="said in the conversation")
    return ToolResult(
        content={"proposed": kind, "name": shown, "needs_confirmation": True},
        proposals=(proposal,),
        step="step.proposed",
        step_values={"name": shown},
    )


def _body(kind: Kind, name: str, value: float | None, unit: str, dose: str | None, per_day: float | None) -> FactBody:
    if kind == "observation":
        if value is None:
            raise InvalidInput("a measurement needs a value", field="value")
        return Observation(code=name, value=value, unit=unit)
    if kind == "condition":
        return Condition(text=name, code=catalogue().condition_of(name))
    if kind == "allergy":
        return AllergyIntolerance(substance=name)
    return MedicationStatement(name=name, dose=dose, per_day=per_day)
