"""The audit as a FHIR R4B Bundle of AuditEvent resources, checked by fhir.resources and against the codes we use.

The library checks shapes, not codes: those come from the table in clinical/audit_codes.py and the lists here
(value sets audit-event-type, audit-event-sub-type, audit-event-action, audit-event-outcome, v3-PurposeOfUse,
object-role and audit-entity-type of HL7 FHIR R4B, http://hl7.org/fhir/R4B/auditevent.html).
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from kangban.clinical.audit import AuditEvent, ChainedEvent
from kangban.clinical.audit_codes import HAPPENINGS, Coding, Happening
from kangban.kernel.clock import aware
from kangban.kernel.errors import Broken

# No address of ours can be looked up, so our own codes and ids are URNs.
OUR_CODES: Final = "urn:kangban:audit"
OUR_ROLES: Final = "urn:kangban:role"
ACCOUNT, MEMBER, ENTRY, RULE, MODEL = (
    f"urn:kangban:{what}" for what in ("account", "member", "entry", "rule", "model")
)
CHAIN_NUMBER, CHAIN_HASH = "urn:kangban:chain-number", "urn:kangban:chain-hash"
CHAIN_PREVIOUS = "urn:kangban:chain-previous"

_SYSTEMS: Final = {
    "dcm": "http://dicom.nema.org/resources/ontology/DCM",
    "iso": "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle",
    "rest": "http://hl7.org/fhir/restful-interaction",
    "type": "http://terminology.hl7.org/CodeSystem/audit-event-type",
}
# code → display; a code that is not here is refused, because the library would let it through.
DISPLAYS: Final[dict[tuple[str, str], str]] = {
    ("type", "rest"): "RESTful Operation",
    ("rest", "read"): "read",
    ("rest", "create"): "create",
    ("rest", "update"): "update",
    ("iso", "amend"): "Amend (Update) Record Lifecycle Event",
    ("iso", "attest"): "Attest Record Lifecycle Event",
    ("iso", "deprecate"): "Deprecate Record Lifecycle Event",
    ("iso", "destroy"): "Destroy/Delete Record Lifecycle Event",
    ("iso", "disclose"): "Disclose Record Lifecycle Event",
    ("iso", "encrypt"): "Encrypt Record Lifecycle Event",
    ("iso", "originate"): "Originate/Retain Record Lifecycle Event",
    ("iso", "report"): "Report (Output) Record Lifecycle Event",
    ("iso", "restore"): "Restore Record Lifecycle Event",
    ("iso", "transmit"): "Transmit Record Lifecycle Event",
    ("dcm", "110100"): "Application Activity",
    ("dcm", "110101"): "Audit Log Used",
    ("dcm", "110106"): "Export",
    ("dcm", "110107"): "Import",
    ("dcm", "110113"): "Security Alert",
    ("dcm", "110114"): "User Authentication",
    ("dcm", "110120"): "Application Start",
    ("dcm", "110121"): "Application Stop",
    ("dcm", "110122"): "Login",
    ("dcm", "110123"): "Logout",
    ("dcm", "110126"): "Node Authentication",
    ("dcm", "110127"): "Emergency Override Started",
    ("dcm", "110129"): "Security Configuration",
    ("dcm", "110132"): "Use of Restricted Function",
    ("dcm", "110136"): "Security Roles Changed",
    ("dcm", "110137"): "User Security Attributes Changed",
}
_ACTIONS: Final = frozenset("CRUDE")
_OUTCOMES: Final = {"ok": "0", "refused": "4", "failed": "8"}
_PURPOSE_SYSTEM: Final = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
_PURPOSES: Final = {
    "view": "FAMRQT", "ask": "FAMRQT", "write": "FAMRQT", "confirm": "FAMRQT", "export": "FAMRQT", "erase": "FAMRQT",
    "notify": "CAREMGT", "model": "CAREMGT", "review": "TREAT", "consent": "PATADMIN", "audit": "HCOMPL",
    "administer": "HSYSADMIN", "training": "HRESCH",
}  # fmt: skip
_EMERGENCY: Final = "BTG"
_SOURCE_TYPE = {
    "system": "http://terminology.hl7.org/CodeSystem/security-source-type",
    "code": "4",
    "display": "Application Server",
}
_ENTITY_TYPE = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
_OBJECT_ROLE = "http://terminology.hl7.org/CodeSystem/object-role"


def write_bundle(links: Sequence[ChainedEvent], names: Mapping[str, str], at: datetime) -> str:
    """A Bundle (collection) as JSON, one AuditEvent a link, number and hash of the chain as extensions.

    Raises Broken for a code that is in none of the lists.
    """
    from fhir.resources.R4B.bundle import Bundle

    entries = [{"fullUrl": _urn(link), "resource": resource_of(link, names)} for link in links]
    bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "collection", "timestamp": aware(at).isoformat()}
    if entries:  # FHIR knows no empty lists
        bundle["entry"] = entries
    try:
        return Bundle.model_validate(bundle).model_dump_json()
    except ValueError:
        # `from None`: the library's message quotes the resource.
        raise Broken("an event of the audit does not fit FHIR R4B") from None


def resource_of(link: ChainedEvent, names: Mapping[str, str]) -> dict[str, Any]:
    """One AuditEvent as plain values."""
    event = link.event
    row = HAPPENINGS.get(event.what)
    # What was damaged or comes from a newer version is told as such, never left out.
    row = row or Happening("E", Coding("dcm", "110100"))
    if event.action not in _ACTIONS or event.outcome not in _OUTCOMES:
        raise Broken("a code of the audit is not FHIR's", field="action")
    made: dict[str, Any] = {
        "resourceType": "AuditEvent",
        "extension": [
            {"url": CHAIN_NUMBER, "valueInteger": link.number},
            {"url": CHAIN_HASH, "valueString": link.hash},
            {"url": CHAIN_PREVIOUS, "valueString": link.previous},
        ],
        "type": coding(row.type),
        "subtype": [*([coding(row.subtype)] if row.subtype else []), {"system": OUR_CODES, "code": event.what}],
        "action": event.action,
        "recorded": aware(event.at).isoformat(),
        "outcome": _OUTCOMES[event.outcome],
        "agent": [_agent(event, names)],
        "source": {"observer": {"display": "Kangban"}, "type": [_SOURCE_TYPE]},
    }
    purposes = _purposes(event)
    if purposes:
        made["purposeOfEvent"] = purposes
    entities = _entities(event)
    if entities:
        made["entity"] = entities
    if event.reason:
        made["outcomeDesc"] = event.reason
    return made


def coding(of: Coding) -> dict[str, str]:
    """A code of the table with system and display; raises Broken for one that is in no list."""
    display = DISPLAYS.get((of.system, of.code))
    if display is None:
        raise Broken("a code of the audit is not FHIR's", field="code")
    return {"system": _SYSTEMS[of.system], "code": of.code, "display": display}


def _agent(event: AuditEvent, names: Mapping[str, str]) -> dict[str, Any]:
    system = event.account_id == "system"
    agent: dict[str, Any] = {"requestor": bool(event.account_id) and not system}
    if event.account_id:
        agent["who"] = {"identifier": {"system": ACCOUNT, "value": event.account_id}}
    name = "Kangban" if system else names.get(event.account_id, "")
    if name:
        agent["name"] = name
    if event.role:
        agent["role"] = [{"coding": [{"system": OUR_ROLES, "code": event.role}]}]
    if event.door:
        agent["media"] = {"system": "urn:kangban:door", "code": event.door}
    return agent


def _purposes(event: AuditEvent) -> list[dict[str, Any]]:
    if not event.purpose:
        return []
    code = _EMERGENCY if event.what.startswith("break_glass") else _PURPOSES.get(event.purpose)
    standard = [{"system": _PURPOSE_SYSTEM, "code": code}] if code else []
    return [{"coding": [*standard, {"system": "urn:kangban:purpose", "code": event.purpose}]}]


def _entities(event: AuditEvent) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if event.member_id:
        found.append(_entity(MEMBER, event.member_id, ("1", "Person"), ("1", "Patient")))
    found += [_entity(ENTRY, each, ("2", "System Object"), ("4", "Domain Resource")) for each in event.entries]
    if event.kinds:
        found.append(_details("kinds", [("kind", kind) for kind in event.kinds]))
    found += [_entity(RULE, rule, ("2", "System Object"), ("13", "Security Resource")) for rule in event.rules]
    if event.model:
        found.append(_entity(MODEL, event.model, ("2", "System Object"), ("16", "Data Destination")))
    return found


def _entity(system: str, value: str, kind: tuple[str, str], role: tuple[str, str]) -> dict[str, Any]:
    return {
        "what": {"identifier": {"system": system, "value": value}},
        "type": {"system": _ENTITY_TYPE, "code": kind[0], "display": kind[1]},
        "role": {"system": _OBJECT_ROLE, "code": role[0], "display": role[1]},
    }


def _details(name: str, values: list[tuple[str, str]]) -> dict[str, Any]:
    return {"name": name, "detail": [{"type": kind, "valueString": value} for kind, value in values]}


def _urn(link: ChainedEvent) -> str:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{OUR_CODES}:{link.event.id}").urn
