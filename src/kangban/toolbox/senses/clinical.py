"""Tool: read a FHIR server. What names or finds a person is taken away before anybody, or any model, sees it."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from kangban.kernel.errors import InvalidInput, Unavailable
from kangban.ports.outside import outside_of
from kangban.ports.tool import ToolContext, ToolResult, tool

FhirKind = Literal[
    "AllergyIntolerance", "CarePlan", "Condition", "DiagnosticReport", "DocumentReference", "Encounter",
    "FamilyMemberHistory", "Goal", "Immunization", "Medication", "MedicationAdministration", "MedicationDispense",
    "MedicationRequest", "MedicationStatement", "Observation", "Patient", "Procedure", "ServiceRequest", "Specimen",
]  # fmt: skip


@tool("fhir_query", group="clinical_server", permissions=("network", "record"), needs=("url:fhir",),
      foreign=True, timeout_s=120.0,
      examples=({"kind": "Observation", "terms": {"patient": "p1", "code": "718-7", "_sort": "-date"}},))  # fmt: skip
async def fhir_query(
    context: ToolContext,
    kind: FhirKind,
    id: Annotated[str, msgspec.Meta(max_length=64)] = "",
    terms: dict[str, str] = {},  # noqa: B006 - msgspec copies it
    most: Annotated[int, msgspec.Meta(ge=1, le=200)] = 20,
) -> ToolResult:
    """Read an electronic health record over FHIR R4: one resource, or a search; it never writes. 查电子病历（FHIR）。

    kind: the type of resource
    id: of one resource; left out, a search
    terms: search parameters of FHIR, e.g. patient, code, date, category, _sort
    most: how many resources at most
    """
    server = outside_of(context).clinical
    if server is None:
        raise Unavailable(
            "no FHIR server is set: set KANGBAN_TOOL_URL_FHIR to its base address, e.g. …/fhir",
            field="KANGBAN_TOOL_URL_FHIR",
        )
    if id and terms:
        raise InvalidInput("either one resource by its id, or a search", field="id")
    found = await (server.read(kind, id) if id else server.search(kind, terms, most))
    content = {
        "resources": found.resources, "total_on_server": found.total, "more": found.more, "left_out": found.left_out,
        "issues": found.issues,
        "note": "names, identifiers, addresses and contacts were taken away; left_out broke FHIR's rules or held a "
        "modifier that changes their meaning",
    }  # fmt: skip
    return ToolResult(content)
