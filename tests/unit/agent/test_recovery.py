"""Broken calls: read exactly, or not executed. The corpus is benchmarks/sets/calls."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.bench_recovery import SETS, rows
from kangban.agent.recovery import parse_output
from kangban.agent.recovery.fitting import fit
from kangban.agent.recovery.loose_json import read_value
from kangban.agent.recovery.quoting import Cut, Unreadable
from kangban.ports.agents import ProtocolName
from kangban.ports.chat_model import ToolDescription
from kangban_evals.calls import mark_calls, read_tools

TOOLS = read_tools(SETS / "tools.json")
PROTOCOLS: list[ProtocolName] = ["native", "react_text", "internlm2", "json_object"]
UNITS = ["µmol/L", "μmol/L", "10⁹/L", "m²", "℃", "mL/min/1.73 m²", "%", "‰", "mmHg", "½", "Å", "一天3次，饭后"]


@pytest.mark.parametrize("name", ["dev", "held_out", "second_held_out"])
def test_clear_calls_are_read_exactly_and_ambiguous_ones_are_never_executed(name: str) -> None:
    marks = mark_calls(rows()[name], TOOLS)
    assert marks.executed == ()
    assert marks.wrong == ()
    assert marks.right >= 0.95 * marks.clear, marks.missed


def test_the_corpus_is_wide_enough() -> None:
    everything = [row for each in rows().values() for row in each]
    assert len(everything) >= 300
    assert len({row.kind for row in everything}) >= 12
    assert {row.protocol for row in everything} == set(PROTOCOLS)
    assert len({(row.protocol, row.text) for row in everything}) == len(everything)


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_units_survive_every_byte(protocol: ProtocolName, unit: str) -> None:
    arguments = f"{{'test': 'x', 'value': '5.60', 'unit': '{unit}',}}"
    said = {
        "native": f'<tool_call>{{"name": "lab_value", "arguments": {arguments}}}</tool_call>',
        "react_text": f"Action: lab_value\nAction Input: {arguments}",
        "internlm2": f'<|action_start|><|plugin|>{{"name": "lab_value", "parameters": {arguments}}}<|action_end|>',
        "json_object": f'{{"name": "lab_value", "arguments": {arguments}}}',
    }[protocol]
    (call,) = parse_output(protocol, said, TOOLS).calls
    assert call.arguments == {"test": "x", "value": 5.6, "unit": unit}


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**15), 10**15)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(value=json_values, ascii_only=st.booleans())
def test_what_is_json_is_read_as_json(value: Any, ascii_only: bool) -> None:
    read = read_value(json.dumps(value, ensure_ascii=ascii_only), closed=True)
    assert read.value == value
    assert read.repaired is False


@settings(max_examples=150, deadline=None)
@given(value=st.dictionaries(st.from_regex(r"[a-z_]{1,8}", fullmatch=True), st.text(), max_size=4))
def test_python_literals_are_read_as_python(value: dict[str, str]) -> None:
    try:
        read = read_value(repr(value), closed=True)
    except (Cut, Unreadable):
        return  # in doubt it is sent back
    assert read.value == value


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([row for each in rows().values() for row in each]), st.randoms(use_true_random=False))
def test_a_damaged_message_is_never_worse_than_sent_back(row: Any, random: Any) -> None:
    text = list(row.text)
    for _ in range(random.randint(1, 5)):
        at = random.randrange(len(text) + 1)
        text[at : at + random.randint(0, 3)] = random.choice(
            ["", "}", '"', "'", "：", "```", "\n", "<|plugin|>", "\ud800", "{"]
        )
    parsed = parse_output(row.protocol, "".join(text), TOOLS)
    known = {each.name: each for each in TOOLS}
    for call in parsed.calls:
        assert fit(call.arguments, known[call.name].parameters).faults == ()
    assert not (parsed.calls and parsed.correction)


@pytest.mark.parametrize(
    "text", ["{" * 150_000, '{"a":"' + '"x' * 60_000, "<|plugin|>" * 10_000, "Action: x\n" * 10_000, "{/*" * 40_000]
)
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_wall_of_signs_is_read_to_its_end(protocol: ProtocolName, text: str) -> None:
    assert parse_output(protocol, text, TOOLS).calls == ()


@pytest.mark.parametrize(
    ("value", "kind", "made"),
    [
        ("5", "integer", 5), (5.0, "integer", 5), ("-3", "integer", -3), ("5.5", "number", 5.5), ("1e3", "number", 1000.0),
        ("true", "boolean", True), ("False", "boolean", False), (5, "string", "5"), ("[1]", "array", [1]), ("{'a': 1}", "object", {"a": 1}),
    ],
)  # fmt: skip
def test_types_are_turned_where_nothing_is_lost(value: Any, kind: str, made: Any) -> None:
    fitted = fit({"x": value}, {"type": "object", "properties": {"x": {"type": kind}}})
    assert (fitted.value, fitted.faults) == ({"x": made}, ())
    assert fitted.changed


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("5.5", "integer"), (5.5, "integer"), ("yes", "boolean"), (1, "boolean"), ("是", "boolean"), ("5 mg", "number"), ("007", "integer"),
        ("1,000", "number"), (True, "integer"), (True, "string"), ("a, b", "array"), ("", "number"), ("nan", "number"), (None, "string"),
    ],
)  # fmt: skip
def test_types_are_left_where_something_would_be_lost(value: Any, kind: str) -> None:
    fitted = fit({"x": value}, {"type": "object", "properties": {"x": {"type": kind}}, "required": ["x"]})
    assert len(fitted.faults) == 1


def test_references_and_alternatives_of_a_schema_are_followed() -> None:
    schema = {
        "type": "object",
        "properties": {"at": {"$ref": "#/$defs/Place"}, "n": {"anyOf": [{"type": "integer"}, {"type": "null"}]}},
        "required": ["at"],
        "$defs": {"Place": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}},
    }
    assert fit({"at": {"city": 5}, "n": "3"}, schema).value == {"at": {"city": "5"}, "n": 3}
    assert fit({"at": {"town": "x"}}, schema).faults == (
        "arguments.at.town is no argument of this tool", "arguments.at.city is missing",
    )  # fmt: skip


def test_a_correction_names_the_tools_the_nearest_and_the_schema() -> None:
    unknown = parse_output("native", '{"name": "wether", "arguments": {"city": "x"}}', TOOLS)
    assert unknown.correction is not None
    assert "nearest is weather" in unknown.correction
    assert all(each.name in unknown.correction for each in TOOLS)
    wrong = parse_output("native", '{"name": "weather", "arguments": {"city": "x", "person": "y"}}', TOOLS)
    assert wrong.correction is not None
    assert '"required":["city"]' in wrong.correction


def test_without_tools_nothing_is_executed() -> None:
    parsed = parse_output("internlm2", '<|action_start|><|plugin|>{"name": "x", "parameters": {}}<|action_end|>', [])
    assert parsed.calls == ()
    assert parsed.correction == "There are no tools; answer in words."


def test_one_unclear_call_holds_back_the_others() -> None:
    said = '[{"name": "weather", "arguments": {"city": "x"}}, {"name": "weather", "arguments": {"town": "y"}}]'
    parsed = parse_output("json_object", said, TOOLS)
    assert parsed.calls == ()
    assert parsed.correction is not None


def test_a_tool_without_arguments_needs_none() -> None:
    ping = ToolDescription("ping", "", {"type": "object", "properties": {}})
    assert [each.name for each in parse_output("react_text", "Action: ping\nAction Input: {}", [ping]).calls] == [
        "ping"
    ]
    assert [each.name for each in parse_output("react_text", "Action: ping", [ping]).calls] == ["ping"]
