"""The workshop's forms without a browser: fields to a definition, schemas to fields, typed words to arguments."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from kangban.journeys.workshop.papers import write_yaml
from kangban.kernel.errors import InvalidInput
from kangban.ports.agents import AgentDefinition, Limits, ModelChoice
from kangban.toolbox.shelf import all_tools
from kangban.web.workshop.reading import Fields, definition_of, edges_text, per_tool_text
from kangban.web.workshop.schema_form import arguments_of, fields_of


def pairs(**told: str) -> list[list[str]]:
    return [[name.replace("__", "."), value] for name, value in told.items()]


def test_an_empty_form_is_an_agent_with_everything_usual() -> None:
    made = definition_of([])
    assert made == AgentDefinition("")
    assert write_yaml(made).splitlines()[0] == "name: ''"
    assert "paradigm" not in write_yaml(made)


def test_every_field_comes_through() -> None:
    told = pairs(
        name=" a ", title="T", paradigm="graph", model__url="http://m", model__name="m", model__protocol="react_text",
        model__place="mainland", model__secret="k", model__temperature="0.5", fallback__0__url="http://n",
        fallback__0__name="n", prompt="one\n two", parts="x\n\ny", edges="x -> y: yes\ny → x：no",
        limits__rounds="3", limits__seconds="2.5", limits__money="", limits__per_tool="calculator 2",
        memory__window="4", memory__summarise="yes",
    )  # fmt: skip
    made = definition_of([*told, ["tools", "calculator"], ["tools", "triage"], ["approve", "triage"]])
    assert made.name == "a"
    assert made.prompt == "one\n two"
    back = ModelChoice(url="http://n", name="n")
    assert made.model == ModelChoice(
        url="http://m", name="m", secret="k", place="mainland", protocol="react_text", temperature=0.5, fallback=(back,)
    )
    assert made.edges == (("x", "y", "yes"), ("y", "x", "no"))
    assert made.limits == Limits(rounds=3, seconds=2.5, per_tool={"calculator": 2})
    assert (made.memory.window, made.memory.summarise, made.memory.notes) == (4, True, False)
    assert definition_of(pairs(edges=edges_text(made.edges), parts="x\ny")).edges == made.edges
    assert per_tool_text(made.limits) == "calculator 2"


def test_what_the_form_does_not_show_stays_as_it_was() -> None:
    from_paper = AgentDefinition("a", model=ModelChoice(url="http://m", name="m", per_minute=7), policy="acts_only")
    told = pairs(name="b", model__url="http://m", model__name="m", model__per_minute="7")
    assert definition_of(told, from_paper) == msgspec.structs.replace(from_paper, name="b")


@pytest.mark.parametrize(
    ("told", "field"),
    [
        (pairs(limits__rounds="many"), "limits.rounds"),
        (pairs(limits__tokens="9" * 30), "limits.tokens"),
        (pairs(model__temperature="warm"), "model.temperature"),
        (pairs(paradigm="magic"), "paradigm"),
        (pairs(model__place="moon"), "model.place"),
        (pairs(edges="no arrow"), "edges"),
        (pairs(limits__per_tool="calculator"), "limits.per_tool"),
        (pairs(limits__per_tool="calculator -1"), "limits.per_tool"),
        (pairs(prompt="x" * 300_000), "form"),
        ("name=a", "form"),
        ([["name"]], "form"),
        ([["name", 3]], "form"),
        ([{"name": "a"}], "form"),
        ([["a", "b"]] * 3_000, "form"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_names_its_field(told: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        definition_of(told)
    assert refused.value.field == field


def typed(**told: str) -> Fields:
    return Fields([[f"arg.{name}", value] for name, value in told.items()])


SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["text", "rows", "picture"],
    "properties": {
        "text": {"type": "string", "maxLength": 20, "description": "what to say"},
        "much": {"type": "string"},
        "n": {"type": "integer", "minimum": 1, "maximum": 5, "default": 2},
        "x": {"anyOf": [{"type": "number"}, {"type": "null"}], "default": None},
        "how": {"enum": ["a", "b"]},
        "on": {"type": "boolean", "default": True},
        "words": {"type": "array", "items": {"type": "string"}},
        "numbers": {"type": "array", "items": {"type": "number"}},
        "rows": {"type": "array", "items": {"$ref": "#/$defs/Row"}},
        "picture": {"type": "string", "x-media": "image"},
    },
    "$defs": {"Row": {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}, "b": {}}}},
}


def test_a_schema_becomes_fields() -> None:
    found = {one.name: one for one in fields_of(SCHEMA)}
    assert {name: one.kind for name, one in found.items()} == {
        "text": "text", "much": "long", "n": "integer", "x": "number", "how": "choice", "on": "boolean",
        "words": "lines", "numbers": "lines", "rows": "json", "picture": "media",
    }  # fmt: skip
    assert (found["n"].least, found["n"].most, found["n"].default) == (1, 5, 2)
    assert found["text"].required
    assert found["text"].about == "what to say"
    assert json.loads(found["rows"].example) == [{"a": ""}]


def test_typed_words_become_arguments_and_what_is_empty_is_left_out() -> None:
    fields = fields_of(SCHEMA)
    told = typed(text="hi", n="3", x="", how="b", words="a\n b \n", numbers="1\n2.5", rows='[{"a": "1"}]', picture="@1")
    assert arguments_of(fields, told) == {
        "text": "hi", "n": 3, "how": "b", "on": False, "words": ["a", "b"], "numbers": [1.0, 2.5],
        "rows": [{"a": "1"}], "picture": "@1",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"text": ""}, "arg.text"), ({"n": "two"}, "arg.n"), ({"n": "2.5"}, "arg.n"), ({"x": "nan"}, "arg.x"),
        ({"x": "1" * 60}, "arg.x"), ({"rows": "[{"}, "arg.rows"), ({"rows": "[" * 90_000}, "arg.rows"),
        ({"rows": ""}, "arg.rows"), ({"numbers": "1\nx"}, "arg.numbers"),
    ],
)  # fmt: skip
def test_what_does_not_fit_names_its_argument(told: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        arguments_of(fields_of(SCHEMA), typed(**{"text": "hi", "rows": "[]", **told}))
    assert refused.value.field == field


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": "x"}, {"properties": {str(n): {} for n in range(100)}}, {"properties": {"a": 3}},
        {"properties": {"a": {"$ref": "#/$defs/a"}}, "$defs": {"a": {"$ref": "#/$defs/a"}}},
        {"properties": {"a": {"anyOf": [{"anyOf": []}]}}, "required": 7}, {"properties": {"a": {}}, "$defs": []},
    ],
)  # fmt: skip
def test_a_strangers_schema_gives_a_form_all_the_same(schema: dict[str, Any]) -> None:
    assert fields_of(schema)


def test_a_whole_object_is_asked_for_where_the_schema_is_none() -> None:
    fields = fields_of({"properties": "x"})
    assert arguments_of(fields, Fields([["arg.", '{"a": 1}']])) == {"a": 1}
    with pytest.raises(InvalidInput):
        arguments_of(fields, Fields([["arg.", "[1]"]]))


@pytest.mark.parametrize("spec", all_tools(), ids=lambda spec: spec.name)
def test_the_examples_of_every_tool_can_be_typed(spec: Any) -> None:
    fields = fields_of(spec.parameters)
    assert {one.name for one in fields} == set(spec.parameters["properties"])
    for example in spec.examples:
        words: list[list[str]] = []
        for one in fields:
            value = example.get(one.name)
            if one.kind == "boolean" and value in (None, False):
                continue
            text = "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            words.append([f"arg.{one.name}", "\n".join(map(str, value)) if one.kind == "lines" and value else text])
        given = arguments_of(fields, Fields(words))
        assert {name: given[name] for name in example} == example
