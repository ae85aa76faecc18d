"""`kangban tools …` and `kangban secrets …`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.script import Script, are_citations, has_shape
from tests.support.web_stubs import serving

TOOL = {
    "name": str, "group": str, "description": str, "parameters": dict, "effect": str, "permissions": list, "cost": str,
    "needs": list, "missing": list, "gives": list, "examples": list,
}  # fmt: skip
RESULT = {"name": str, "ok": bool, "content": object, "citations": list, "media": list}


def test_every_tool_is_listed_and_the_right_one_found(script: Script) -> None:
    tools = script.run("tools", "list", "--json").answer["tools"]
    for one in tools:
        has_shape(one, TOOL)
        assert one["parameters"]["type"] == "object"
    names = [one["name"] for one in tools]
    assert len(names) == len(set(names))
    assert {"check_medication", "arxiv_search", "weather", "find_tools"} <= set(names)
    assert {one["group"] for one in script.run("tools", "list", "--group", "papers", "--json").answer["tools"]} == {
        "papers"
    }
    found = script.run("tools", "list", "--find", "附近哪里有药店", "--json").answer["tools"]
    assert len(found) <= 5
    assert "nearby" in [one["name"] for one in found]


def test_a_tool_is_called_by_words_by_file_and_by_line(script: Script, tmp_path: Path) -> None:
    one = script.run("tools", "call", "triage", '{"text": "胸口压着疼，出冷汗"}', "--json").answer
    has_shape(one, RESULT)
    are_citations(one["citations"])
    assert one["content"]["urgency"] == "emergency"
    file = tmp_path / "asked.json"
    file.write_text('{"text": "胸口压着疼，出冷汗"}', encoding="utf-8")
    assert script.run("tools", "call", "triage", "--input", str(file), "--json").answer == one
    lines = [
        {"name": "triage", "arguments": {"text": "胸口压着疼，出冷汗"}},
        {"name": "nothing", "arguments": {}},
        {"text": "x"},
        {"name": "triage", "arguments": {"txt": 1}},
    ]
    ran = script.lines("tools call", lines)
    assert ran.answers[0] == one
    assert [a["error"]["code"] for a in ran.answers[1:]] == ["not_found", "invalid_input", "invalid_input"]
    assert ran.code == 4


def test_a_record_is_not_read_past_its_doors(script: Script) -> None:
    ran = script.run("tools", "call", "look_up_record", "{}", "--person", "somebody", "--json")
    assert ran.error == ("unavailable", "person")


def test_a_web_tool_through_the_operators_settings(script: Script) -> None:
    with serving() as port:
        env = {"KANGBAN_TOOL_URL_ARXIV": f"http://127.0.0.1:{port}/arxiv", "KANGBAN_FETCH_ALLOW": f"127.0.0.1:{port}"}
        ran = script.run("tools", "call", "arxiv_search", '{"query": "attention is all you need"}', "--json", **env)
        assert ran.answer["content"]["papers"][0]["id"] == "1706.03762v7"
        refused = script.run(
            "tools", "call", "arxiv_search", '{"query": "x"}', "--json", **{**env, "KANGBAN_FETCH_ALLOW": ""}
        )
        assert refused.code == 2


def test_a_secret_goes_in_and_never_comes_out(script: Script) -> None:
    assert script.run("tools", "call", "weather", '{"city": "上海"}', "--json").code == 6
    ran = script.run("secrets", "set", "qweather_key", "--json", stdin=b"hidden-value\n")
    assert ran.answer == {"name": "qweather_key", "set": True}
    listed = script.run("secrets", "list", "--json", KANGBAN_SECRET_BING_KEY="other-value")
    assert listed.answer == {
        "secrets": [{"name": "bing_key", "from": "environment"}, {"name": "qweather_key", "from": "file"}]
    }
    tools = script.run("tools", "list", "--group", "weather", "--json")
    assert tools.answer["tools"][0]["missing"] == ["url:qweather"]
    assert b"hidden-value" not in ran.out + listed.out + tools.out
    assert script.run("secrets", "remove", "qweather_key", "--json").code == 0
    assert script.run("secrets", "remove", "qweather_key", "--json").code == 4
    assert script.run("secrets", "set", "No", "--json", stdin=b"x\n").error == ("invalid_input", "name")


@pytest.mark.parametrize("words", [["[]"], ["{"], ["not json"]])
def test_arguments_are_one_object(script: Script, words: list[str]) -> None:
    assert script.run("tools", "call", "triage", *words, "--json").code == 2
