"""`kangban labs resolve` on the command line."""

from __future__ import annotations

from tests.cli.script import Script, has_shape

SHAPE = {"loinc": (str, type(None)), "canonical": str, "unit": str, "candidates": list, "confidence": float}
CANDIDATE = {"id": str, "name": str, "name_en": str, "loinc": (str, type(None)), "unit": str, "specimen": str}


def test_lines_are_answered_in_the_documented_shape(script: Script) -> None:
    asked = [
        {"name": "肌酐", "unit": "μmol/L"}, {"name": "肌酐", "unit": "mg/dL", "specimen": "血清"}, {"name": "GLU"},
        {"name": "GLU", "specimen": "尿", "unit": None}, {"name": "银河蛋白"}, {"name": "丙氨酸氨基转栘酶"}, {"name": "白" * 100_000},
        {"name": "ALT", "unit": "🙂" * 5000, "specimen": "月亮"},
    ]  # fmt: skip
    ran = script.lines("labs resolve", asked)
    assert (ran.code, len(ran.answers)) == (0, len(asked))
    for answer in ran.answers:
        assert set(answer) == set(SHAPE)
        assert isinstance(answer["loinc"], (str, type(None)))
        assert 0 <= answer["confidence"] <= 1
        for one in answer["candidates"]:
            assert set(one) == set(CANDIDATE)
    assert [a["loinc"] for a in ran.answers] == ["14682-9", "2160-0", None, "25428-4", None, None, None, None]
    assert {c["id"] for c in ran.answers[2]["candidates"]} == {"glucose_blood", "u_glucose"}
    assert ran.answers[5]["candidates"][0]["id"] == "alt"
    assert ran.answers[4]["candidates"] == []


def test_bad_lines_are_refused_and_the_others_go_on(script: Script) -> None:
    ran = script.lines(
        "labs resolve", [{"name": ""}, {"name": "ALT", "colour": 1}, {"name": "白" * 300_000}, {"name": "ALT"}]
    )
    assert ran.code == 2
    assert [a["error"]["field"] for a in ran.answers[:3]] == ["name", "colour", "name"]
    has_shape(ran.answers[0]["error"], {"code": str, "message": str, "field": str})
    assert ran.answers[3]["loinc"] == "1742-6"
