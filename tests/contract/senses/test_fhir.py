"""A FHIR server is read: pages, broken resources, what names a person, and where a page may lead."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kangban.kernel.errors import InvalidInput, NotFound, Unavailable
from tests.contract.senses.conftest import Look

GOOD = {"fhir_token": "good"}


async def test_a_search_goes_over_pages_and_keeps_to_the_number(look: Look) -> None:
    found = (
        await look("fhir_query", secrets=GOOD, kind="Observation", terms={"patient": "p1", "_sort": "-date"}, most=10)
    ).content
    assert [each["id"] for each in found["resources"]] == [f"o{n}" for n in range(10)]
    assert (found["total_on_server"], found["more"], found["left_out"]) == (11, True, 0)
    first = found["resources"][0]
    assert first["valueQuantity"] == {
        "value": 120.5,
        "unit": "g/L",
        "system": "http://unitsofmeasure.org",
        "code": "g/L",
    }
    assert first["code"]["coding"][0]["display"] == "Hemoglobin"
    assert first["code"]["text"] == "血红蛋白"
    assert first["note"] == [{"text": "fasting"}]
    every = (await look("fhir_query", secrets=GOOD, kind="Observation", most=50)).content
    assert (len(every["resources"]), every["more"]) == (11, False)


@pytest.mark.parametrize(("kind", "id"), [("Patient", "p1"), ("Observation", "o0"), ("MedicationRequest", "m1")])
async def test_nothing_that_names_a_person_comes_out(look: Look, kind: str, id: str) -> None:
    found = (await look("fhir_query", secrets=GOOD, kind=kind, id=id)).content
    (one,) = found["resources"]
    assert one["resourceType"] == kind
    assert "SECRET" not in json.dumps(found, ensure_ascii=False)
    if kind == "Patient":
        assert (one["birthYear"], one["gender"]) == ("1958", "female")
        assert one["generalPractitioner"] == [{"reference": "Practitioner/7"}]
    if kind == "MedicationRequest":
        assert one["medicationReference"]["display"] == "阿司匹林 100 mg"
        assert one["dosageInstruction"] == [{"text": "每日一次"}]


async def test_broken_and_not_understood_resources_are_counted(look: Look) -> None:
    found = (await look("fhir_query", secrets=GOOD, kind="Observation", terms={"code": "mixed"})).content
    assert [each["id"] for each in found["resources"]] == ["o0", "o1"]
    assert found["left_out"] == 3  # a modifier, a broken one, a practitioner
    one = (await look("fhir_query", secrets=GOOD, kind="Observation", id="odd")).content
    assert (one["resources"], one["left_out"]) == ((), 1)


async def test_a_resource_nested_without_end_is_left_out(look: Look) -> None:
    found = (await look("fhir_query", secrets=GOOD, kind="Observation", terms={"code": "deep"})).content
    assert ([each["id"] for each in found["resources"]], found["left_out"]) == (["o2"], 1)


async def test_pages_end_somewhere_and_lead_nowhere_else(look: Look) -> None:
    endless = (await look("fhir_query", secrets=GOOD, kind="Observation", terms={"code": "endless"}, most=200)).content
    assert (len(endless["resources"]), endless["more"]) == (40, True)
    away = (await look("fhir_query", secrets=GOOD, kind="Observation", terms={"code": "away"}, most=200)).content
    assert len(away["resources"]) == 4


async def test_warnings_are_told_without_the_servers_words(look: Look) -> None:
    found = (await look("fhir_query", secrets=GOOD, kind="MedicationRequest", terms={"category": "warned"})).content
    assert found["issues"] == ("warning not-supported",)


async def test_a_wrong_token_a_missing_one_and_a_missing_resource(look: Look) -> None:
    with pytest.raises(Unavailable, match="fhir_token"):
        await look("fhir_query", kind="Patient", id="p1")
    with pytest.raises(NotFound):
        await look("fhir_query", secrets=GOOD, kind="Patient", id="p2")
    with pytest.raises(InvalidInput):
        await look("fhir_query", secrets=GOOD, kind="Patient", terms={"no-such-parameter": "1"})


@pytest.mark.parametrize(
    "arguments",
    [{"kind": "Account"}, {"kind": "Patient", "id": "../metadata"}, {"kind": "Patient", "id": "p1", "terms": {"a": "b"}},
     {"kind": "Patient", "terms": {"_include": "x"}}, {"kind": "Patient", "terms": {"a&b": "x"}}, {"kind": "Patient", "terms": {"name": ""}},
     {"kind": "Patient", "terms": {"name": "a\nb"}}, {"kind": "Patient", "terms": {f"a{n}": "x" for n in range(13)}},
     {"kind": "Patient", "most": 0}, {"kind": "Patient", "terms": {"name": "x" * 301}}, {"kind": "Patient", "terms": {"name": 3}}],
)  # fmt: skip
async def test_what_is_not_asked(look: Look, arguments: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        await look("fhir_query", secrets=GOOD, **arguments)


@pytest.mark.parametrize(
    "words", ["half a stream", "too much", "slow down", "fall over", "garbage", "wrong shape", "elsewhere"]
)
async def test_a_server_that_fails_is_unavailable_and_not_quoted(look: Look, words: str) -> None:
    with pytest.raises(Unavailable) as told:
        await look("fhir_query", secrets=GOOD, kind="Observation", terms={"code": words})
    assert "SECRET" not in told.value.message


async def test_a_server_outside_is_asked_over_https_only(look: Look, settings_of: Any) -> None:
    away = settings_of({}, KANGBAN_TOOL_URL_FHIR="http://fhir.example.org/r4")
    with pytest.raises(Unavailable, match="https"):
        await look("fhir_query", settings=away, secrets=GOOD, kind="Patient", id="p1")
    with pytest.raises(Unavailable, match="KANGBAN_TOOL_URL_FHIR"):
        await look("fhir_query", files={}, secrets=GOOD, kind="Patient", id="p1")
