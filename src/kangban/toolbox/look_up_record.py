"""Tool: what is on the record of the person in view."""

from __future__ import annotations

from typing import Any

import msgspec

from kangban.clinical.record import (
    AllergyIntolerance,
    Condition,
    MedicationRequest,
    MedicationStatement,
    Observation,
)
from kangban.ports.tool import ToolContext, ToolResult, tool
from kangban.toolbox.names import observation_name
from kangban.toolbox.services import services_of


@tool()
async def look_up_record(context: ToolContext) -> ToolResult:
    """Read the record of the person in view: age, conditions, allergies, medicines, measurements with dates.
    A fact that is not there is unknown, never "no".
    """
    rows: list[dict[str, Any]] = []
    for entry in services_of(context).entries:
        body = entry.body
        if isinstance(body, (Observation, Condition, AllergyIntolerance, MedicationStatement, MedicationRequest)):
            row: dict[str, Any] = {"kind": entry.kind, "at": entry.true_at.date().isoformat(), "id": entry.id}
            row |= msgspec.to_builtins(body)
            if isinstance(body, Observation):
                row["name"] = observation_name(body.code, context.lang)
            rows.append(row)
    person = msgspec.to_builtins(context.person)
    person.pop("member_id", None)
    return ToolResult(
        content={"person": person, "entries": rows[-200:]},
        step="step.read_record",
        step_values={"count": str(len(rows))},
    )
