"""`kangban agents …` as a script: shapes, YAML in and out, a run stopped by hand, and the guard on this door."""

from __future__ import annotations

import json
import signal

import pytest

from tests.cli.script import Script, has_shape
from tests.support.model_server import ModelServer, play, running_model_server

RUN = {
    "text": str, "steps": list, "usage": dict, "stopped_by": str, "run": str, "agent": str, "version": int,
    "brain": str, "verdict": str, "urgency": str, "citations": list, "notes": list,
}  # fmt: skip
USAGE = {
    "prompt_tokens": int, "completion_tokens": int, "cached_tokens": int, "estimated": bool, "rounds": int,
    "tool_calls": int, "seconds": (int, float), "money": (int, float),
}  # fmt: skip
MINE = "name: mine\nparadigm: rewoo\ntools: [check_medication, search_knowledge]\n"


@pytest.fixture(scope="module")
def server():
    with running_model_server() as running:
        yield running


def says(server: ModelServer, name: str, text: str, **more) -> dict[str, str]:
    """The environment in which the model says this, again and again."""
    delta = {"id": "c", "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]}
    end = {"id": "c", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    pieces = [f"data: {json.dumps(one)}\n\n".encode() for one in (delta, end)] + [b"data: [DONE]\n\n"]
    url = server.plays(name, play(pieces if not more else pieces[:1], **more))
    return {"KANGBAN_MODEL_URL": url, "KANGBAN_MODEL_NAME": "m"}


def test_a_run_answers_with_steps_and_is_kept(script: Script):
    ran = script.run("agents", "run", "companion", "布洛芬和阿司匹林能一起吃吗", "--json")
    assert ran.code == 0, ran
    has_shape(ran.answer, RUN)
    has_shape(ran.answer["usage"], USAGE)
    assert ran.answer["stopped_by"] == "answered"
    assert "check_medication" in [step["name"] for step in ran.answer["steps"]]
    assert "tool check_medication" in ran.err
    kept = script.run("agents", "runs", "--json").answer["runs"]
    assert [one["id"] for one in kept] == [ran.answer["run"]]
    shown = script.run("agents", "runs", "--show", ran.answer["run"], "--json").answer["runs"][0]
    assert shown["text"] == ran.answer["text"]
    script.run("agents", "runs", "--erase", ran.answer["run"])
    assert script.run("agents", "runs", "--json").answer["runs"] == []


def test_yaml_in_and_out_and_versions(script: Script, tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(MINE)
    assert script.run("agents", "import", str(file), "--json").answer["version"] == 1
    assert script.run("agents", "import", str(file), "--json").code == 5
    assert script.run("agents", "save", str(file), "--json").answer["version"] == 2
    assert script.run("agents", "save", str(file), "--from", "1", "--json").code == 5
    out = script.run("agents", "export", "mine").out
    assert script.run("agents", "import", "-", "--json", stdin=out.replace(b"mine", b"other")).answer["version"] == 1
    listed = {one["name"]: one["shipped"] for one in script.run("agents", "list", "--json").answer["agents"]}
    assert listed["mine"] is False
    assert listed["companion"] is True
    assert script.run("agents", "remove", "mine", "--json").code == 0
    assert script.run("agents", "run", "mine", "x", "--json").code == 4


@pytest.mark.parametrize(
    ("yaml", "field"),
    [("name: d\nmodel: {at_once: 0}", "model.at_once"), ("name: d\ncolour: red", "yaml"), ("name: d\ntools: [nothing]", "tools"),
     ("- 1", "yaml"), ("name: a\nparadigm: sequence\nparts: [a]", "parts")],
)  # fmt: skip
def test_bad_definitions_are_refused_by_field(script: Script, yaml, field):
    ran = script.run("agents", "import", "-", "--json", stdin=yaml.encode())
    assert (ran.code, ran.error) == (2, ("invalid_input", field))


def test_a_prescription_does_not_leave_by_this_door(script: Script, server):
    env = says(server, "pills", "请每天三次，每次口服阿莫西林胶囊 0.5 g，连用 7 天。")
    ran = script.run("agents", "run", "companion", "孩子扁桃体发炎怎么办", "--json", **env)
    assert ran.code == 0, ran
    assert ran.answer["verdict"] != "release"
    assert "0.5 g" not in ran.out.decode()
    assert "每天三次" not in ran.out.decode()


def test_ctrl_c_stops_the_run_which_says_so(script: Script, server):
    env = says(server, "slow", "慢", then="hang")
    with script.start("agents", "run", "companion", "感冒怎么办", "--json", **env) as running:
        assert running.stderr is not None
        assert b"model" in running.stderr.readline()
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert b"Traceback" not in err
    assert (running.returncode, json.loads(out)["stopped_by"]) == (0, "cancelled")


def test_a_dead_model_ends_as_failed_with_an_answer(script: Script):
    env = {"KANGBAN_MODEL_URL": "http://127.0.0.1:9", "KANGBAN_MODEL_NAME": "m"}
    ran = script.run("agents", "run", "companion", "感冒怎么办", "--json", **env)
    assert (ran.code, ran.answer["stopped_by"]) == (0, "failed")
    assert ran.answer["text"]
