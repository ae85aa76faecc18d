"""`kangban models probe` against a server in a process of its own, and `kangban tools parse`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.script import Ran, Script, has_shape
from tests.support.chatty_server import running_chatty_server

TOOLS = [
    {"name": "lab_value", "description": "Judge.", "parameters": {
        "type": "object",
        "properties": {"test": {"type": "string"}, "value": {"type": "number"}, "unit": {"type": "string"}},
        "required": ["test", "value", "unit"]}},
    {"type": "function", "function": {"name": "search", "parameters": {
        "type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]}}},
]  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_chatty_server() as base:
        yield base


def probed(script: Script, base: str, kind: str, *more: str) -> Ran:
    return script.run("models", "probe", f"{base}/{kind}", "--json", "--seconds", "5", *more)


def test_a_server_that_can_everything(script: Script, server: str) -> None:
    ran = probed(script, server, "full")
    found = ran.answer
    assert ran.code == 0
    assert [
        found[key] for key in ("chat", "stream", "tools", "parallel_tools", "strict_tools", "json_mode", "images")
    ] == [True] * 7
    assert (found["usage"], found["model"], found["context_length"]) == (True, "tiny-full", 4096)
    assert found["protocol"] == "native"
    assert found["problems"] == {}
    assert found["speed"]["first_token_s"] > 0
    assert found["speed"]["tokens_per_s"] > 0


def test_a_server_without_tools_is_spoken_to_in_text(script: Script, server: str) -> None:
    found = probed(script, server, "plain").answer
    assert [found[key] for key in ("tools", "parallel_tools", "strict_tools", "json_mode", "images", "usage")] == [
        False
    ] * 6
    assert found["protocol"] == "react_text"
    assert found["speed"]["estimated"] is True
    internlm = probed(script, server, "plain", "--model", "internlm2_5-7b-chat").answer
    assert internlm["protocol"] == "internlm2"


def test_a_server_that_never_streams(script: Script, server: str) -> None:
    found = probed(script, server, "whole").answer
    assert (found["chat"], found["stream"], found["tools"]) == (True, False, True)


@pytest.mark.parametrize("kind", ["busy", "broken"])
def test_a_storm_of_refusals_ends_soon_and_says_so(script: Script, server: str, kind: str) -> None:
    ran = probed(script, server, kind)
    assert ran.code == 6
    assert ran.error[0] == "unavailable"


def test_half_a_stream_is_reported_and_the_other_checks_go_on(script: Script, server: str) -> None:
    found = probed(script, server, "half").answer
    assert found["problems"]["chat"] == "model.broken_answer"
    assert found["models"][0]["id"] == "tiny-half"


def test_nobody_there(script: Script) -> None:
    ran = script.run("models", "probe", "http://127.0.0.1:9/v1", "--json", "--seconds", "5")
    assert (ran.code, ran.error[0]) == (6, "unavailable")


def test_a_person_reads_words(script: Script, server: str) -> None:
    ran = script.run("models", "probe", f"{server}/full", "--lang", "en", "--seconds", "5")
    assert "Recommended protocol: native" in ran.out.decode()


def test_calls_are_read_line_by_line(script: Script) -> None:
    lines = [
        {"protocol": "react_text", "text": "Action: lab_value\nAction Input: {'test': '尿酸', 'value': '420', 'unit': 'µmol/L'}", "tools": TOOLS},
        {"protocol": "native", "text": '{"tool_calls":[{"function":{"name":"search","arguments":"{\\"query\\":\\"x\\"}"}}]}', "tools": TOOLS},
        {"protocol": "json_object", "text": '{"name": "find", "arguments": {}}', "tools": TOOLS},
        {"protocol": "internlm2", "text": "血糖正常。", "tools": TOOLS},
        {"protocol": "telepathy", "text": "", "tools": TOOLS},
        {"protocol": "native", "text": "", "tools": [{"description": "nameless"}]},
        {"protocol": "native", "text": "", "tools": [{"name": "x", "parameters": {"type": "array"}}]},
    ]  # fmt: skip
    ran = script.lines("tools parse", lines)
    assert ran.code == 2
    repaired, plain, unknown, words, *refused = ran.answers
    for each in (repaired, plain, unknown, words):
        has_shape(each, {"calls": list, "repaired": bool, "correction": (str, type(None))})
    assert repaired["calls"] == [{"name": "lab_value", "arguments": {"test": "尿酸", "value": 420, "unit": "µmol/L"}}]
    assert repaired["repaired"] is True
    assert plain == {"calls": [{"name": "search", "arguments": {"query": "x"}}], "repaired": False, "correction": None}
    assert unknown["calls"] == []
    assert "lab_value, search" in unknown["correction"]
    assert words == {"calls": [], "repaired": False, "correction": None}
    assert [each["error"]["field"] for each in refused] == ["protocol", "tools[0].name", "tools[0].parameters"]


def test_a_person_gives_tools_as_a_file(script: Script, tmp_path: Path) -> None:
    tools = tmp_path / "tools.json"
    tools.write_text(json.dumps(TOOLS), encoding="utf-8")
    ran = script.run(
        "tools", "parse", "Action: search\nAction Input: 发热", "--protocol", "react_text", "--tools", str(tools)
    )
    assert ran.out.decode().strip() == "search {'query': '发热'}"
