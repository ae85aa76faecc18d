"""A FHIR R4 server, read only: HL7 FHIR R4 (4.0.1) "RESTful API" (read, search, paging by links, OperationOutcome) and
the resources' own pages, hl7.org/fhir/R4, from memory of the published specification; a search with a warning as its
page bundle-search-warning.json (4.0.1, read 2026-11-21). Everybody in it is invented.
"""

from __future__ import annotations

from typing import Any

from tests.support.senses_stubs.server import Said, Sent

PATIENT: dict[str, Any] = {
    "resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1958-03-02", "active": True,
    "name": [{"family": "NAME-SECRET", "given": ["测试"]}], "telecom": [{"system": "phone", "value": "PHONE-SECRET"}],
    "identifier": [{"system": "urn:x", "value": "ID-SECRET"}], "address": [{"text": "ADDRESS-SECRET"}],
    "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">NARRATIVE-SECRET</div>'},
    "contact": [{"name": {"text": "CONTACT-SECRET"}}], "extension": [{"url": "urn:m", "valueString": "EXT-SECRET"}],
    "generalPractitioner": [{"reference": "Practitioner/7", "display": "DOCTOR-SECRET"}],
}  # fmt: skip


def observation(number: int) -> dict[str, Any]:
    return {
        "resourceType": "Observation", "id": f"o{number}", "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "718-7", "display": "Hemoglobin"}], "text": "血红蛋白"},
        "subject": {"reference": "Patient/p1", "display": "NAME-SECRET"}, "effectiveDateTime": f"2026-01-{number + 1:02}",
        "valueQuantity": {"value": 120.5 + number, "unit": "g/L", "system": "http://unitsofmeasure.org", "code": "g/L"},
        "performer": [{"display": "DOCTOR-SECRET"}], "note": [{"text": "fasting", "authorString": "DOCTOR-SECRET"}],
    }  # fmt: skip


MEDICINE: dict[str, Any] = {
    "resourceType": "MedicationRequest", "id": "m1", "status": "active", "intent": "order",
    "subject": {"reference": "Patient/p1"}, "medicationReference": {"reference": "Medication/9", "display": "阿司匹林 100 mg"},
    "dosageInstruction": [{"text": "每日一次"}],
}  # fmt: skip
ODD = {**observation(90), "modifierExtension": [{"url": "urn:not-true", "valueBoolean": True}]}
BROKEN = {"resourceType": "Observation", "id": "bad", "code": {"text": "no status"}}
PAGE = 4


def answer(sent: Sent) -> Said:
    if sent.headers.get("authorization") != "Bearer good":
        return Said({"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "login"}]}, 401)
    if sent.method != "GET":
        return Said({}, 405)
    query = dict(sent.query)
    kind, _, which = sent.path.strip("/").partition("/")
    if which:
        found = {
            "Patient/p1": PATIENT,
            "Observation/o0": observation(0),
            "Observation/odd": ODD,
            "MedicationRequest/m1": MEDICINE,
        }
        return Said(
            found.get(f"{kind}/{which}", {}), 200 if f"{kind}/{which}" in found else 404, "application/fhir+json"
        )
    if "no-such-parameter" in query:
        return Said({"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "invalid"}]}, 400)
    every: list[dict[str, Any]] = [observation(n) for n in range(11)] if kind == "Observation" else [MEDICINE]
    if query.get("code") == "deep":
        note: Any = "x"
        for _ in range(400):
            note = {"extension": [{"url": "u", "valueString": "x"}], "item": [note]}
        every = [{**observation(1), "note": [note]}, observation(2)]
    if query.get("code") == "mixed":
        every = [observation(0), ODD, BROKEN, {"resourceType": "Practitioner", "id": "d"}, observation(1)]
    start = int(query.get("_offset", "0"))
    here = every[start : start + PAGE]
    bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset", "total": len(every),
                              "entry": [{"resource": each, "search": {"mode": "match"}} for each in here]}  # fmt: skip
    if start + PAGE < len(every) or query.get("code") in ("endless", "away"):
        nxt = f"{sent.base}/{kind}?code={query.get('code', '')}&_offset={start + PAGE}"
        if query.get("code") == "endless":
            nxt = f"{sent.base}/{kind}?code=endless&_offset=0"
        if query.get("code") == "away":
            nxt = f"http://127.0.0.1:1/fhir/{kind}?_offset=4"
        bundle["link"] = [{"relation": "self", "url": "x"}, {"relation": "next", "url": nxt}]
    if query.get("category") == "warned":
        issue = {"severity": "warning", "code": "not-supported", "diagnostics": "WORDS-SECRET"}
        outcome = {"resourceType": "OperationOutcome", "issue": [issue]}
        bundle["entry"].append({"resource": outcome, "search": {"mode": "outcome"}})
    return Said(bundle, kind="application/fhir+json")
