"""Agents of five other frameworks use Kangban's tools: the framework itself, its own loop, a real server behind it."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.examples.environments import clean, python_of
from tests.examples.stub_model import PRESCRIBED, SCENES
from tests.support.web_server import ROOT, WebServer, running_server

FRAMEWORKS = ("langchain", "pydantic_ai", "openai_agents", "smolagents", "lagent")
RUN_S = 120


@pytest.fixture(scope="module")
def kangban(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    with running_server(tmp_path_factory.mktemp("examples"), "--demo") as server:
        yield server


@contextlib.contextmanager
def stub() -> Iterator[str]:
    child = subprocess.Popen([sys.executable, "-m", "tests.examples.stub_model"], stdout=subprocess.PIPE, cwd=ROOT)
    try:
        assert child.stdout is not None
        yield f"http://127.0.0.1:{int(child.stdout.readline())}"
    finally:
        child.kill()
        child.communicate()


@pytest.fixture(scope="module")
def model() -> Iterator[str]:
    with stub() as address:
        yield address


def run(framework: str, scene: str, kangban: str, model: str, *tools: str, key: str = "demo") -> str:
    """What the example prints; raises AssertionError with what it complained of."""
    told = {
        "KANGBAN_URL": kangban, "KANGBAN_KEY": key, "OPENAI_BASE_URL": f"{model}/{scene}/v1", "OPENAI_API_KEY": "none",
        "MODEL": "gpt-4", "LAGENT_TELEMETRY": "0",
    }  # fmt: skip
    script = ROOT / "examples" / f"{framework}_tools.py"
    command = [str(python_of(framework)), str(script), "奶奶在吃华法林，能吃布洛芬吗？", *tools]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=RUN_S, check=False, cwd=ROOT / "examples", env=clean() | told
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    return done.stdout


def seen(model: str) -> list[dict[str, Any]]:
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"{model}/seen", timeout=10) as got:
        return json.load(got)


def shown(body: dict[str, Any]) -> str:
    """What the model was told of the tools."""
    return json.dumps(body, ensure_ascii=False)


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_its_agent_calls_our_tools(framework: str, kangban: WebServer, model: str) -> None:
    before = len(seen(model))
    said = run(framework, "interaction", kangban.address, model)
    assert "TOOL SAID" in said
    assert "出血" in said, "the finding of the rule packs came back through the framework"
    requests = [each["body"] for each in seen(model)[before:]]
    assert len(requests) == 2
    for name in ("check_medication", "calculator", "triage", "arxiv_search"):
        assert name in shown(requests[0]), "every tool that needs nobody's yes was offered"
    for name in ("add_to_record", "look_up_record"):
        assert name not in shown(requests[0])


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_prescription_does_not_get_out_through_it(framework: str, kangban: WebServer, model: str) -> None:
    said = run(framework, "prescription", kangban.address, model, "calendar_event")
    assert "TOOL SAID" in said
    assert "withheld" in said
    told = said.split("TOOL SAID", 1)[1]
    assert PRESCRIBED not in told
    assert "made" not in told, "no file with those words in it is given either"


def test_a_tool_that_refuses_tells_the_model_why(kangban: WebServer, model: str) -> None:
    said = run("pydantic_ai", "wrong", kangban.address, model, "calculator")
    assert '"error"' in said
    assert "422" in said


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_an_example_is_short(framework: str) -> None:
    lines = (ROOT / "examples" / f"{framework}_tools.py").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 40


def client(folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    """The client alone, in an interpreter without any package."""
    whole = f"import sys; sys.path.insert(0, {str(ROOT / 'examples')!r})\nfrom kangban_tools import *\n{code}"
    command = [sys.executable, "-I", "-S", "-c", whole]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=folder, env=clean())


def test_the_client_needs_nothing_but_python(kangban: WebServer, tmp_path: Path) -> None:
    code = f"""
tools = {{tool.name: tool for tool in Kangban({kangban.address!r}, "demo").tools()}}
print(tools["calculator"](expression="15 mg/kg * 20 kg"))
print(sorted(tools["check_medication"].parameters["$defs"]))
for key, url, names in (("wrong", {kangban.address!r}, ()), ("demo", "http://127.0.0.1:9", ()), ("demo", {kangban.address!r}, ("nothing",))):
    try:
        Kangban(url, key).tools(names)
    except ToolError as error:
        print(error.status)
"""
    ran = client(tmp_path, code)
    assert ran.returncode == 0, ran.stderr
    lines = ran.stdout.splitlines()
    assert json.loads(lines[0])["content"]["value"] == "300"
    assert "MedicineUse" in lines[1]
    assert lines[2:] == ["401", "0", "404"]


def test_the_scenes_name_tools_there_are() -> None:
    from kangban.toolbox.shelf import get_tool

    for name, _ in SCENES.values():
        assert get_tool(name).effect == "reads"
