"""The free words of a single tool: what no door lets out."""

from __future__ import annotations

import json

import pytest

from kangban.journeys.workshop.tool_words import MOST_CHARACTERS, are_judged, released_words
from kangban.ports.tool import ToolSpec
from kangban.toolbox.shelf import all_tools

PRESCRIBED = (
    "处方：阿莫西林胶囊 0.5g，每天三次口服，连用 7 天。",
    "Take amoxicillin 500 mg three times a day for 7 days.",
    "你得的是肺炎。",
)


@pytest.mark.parametrize("words", PRESCRIBED)
@pytest.mark.parametrize(
    "shape", [lambda w: w, lambda w: {"stdout": w}, lambda w: [{"a": ["好的。", w]}], lambda w: {w: 1}]
)
def test_prescribing_words_are_withheld_wherever_they_stand(words: str, shape) -> None:
    shown = json.dumps(released_words(shape(words), "zh"), ensure_ascii=False)
    assert words[:12] not in shown
    assert "没有通过核对" in shown


def test_taken_apart_it_is_still_what_it_was() -> None:
    shown = released_words(["阿莫西林胶囊", "每次 0.5g，每天三次口服，连用 7 天。"], "zh")
    assert "0.5g" not in json.dumps(shown, ensure_ascii=False)


@pytest.mark.parametrize(
    "content", [{"value": 42}, "多喝水。", [], None, {"stdout": "3.14\n", "figures": 2}, "BMI 22.5 kg/m²"]
)
def test_harmless_words_stay_as_they_are(content) -> None:
    assert released_words(content, "zh") == content


def test_what_is_too_long_to_be_read_is_not_shown() -> None:
    assert "withheld" in released_words("好" * (MOST_CHARACTERS + 1), "zh")


def test_which_tools_are_judged() -> None:
    judged = {each.name for each in all_tools() if are_judged(each)}
    assert {"python_interpreter", "write_report", "translate"} <= judged
    assert not {"check_medication", "triage", "search_knowledge", "pubmed_search", "read_page"} & judged


def test_no_example_of_a_tool_of_ours_is_withheld(subtests: pytest.Subtests) -> None:
    def of(spec: ToolSpec) -> list:
        return [example for example in spec.examples if are_judged(spec)]

    for each in all_tools():
        for example in of(each):
            with subtests.test(each.name):
                assert released_words(example, "zh") == example
