"""Real clients: openai 1.x, 2.x and 3.x in environments of their own, curl, and a gRPC client made from the proto."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.compare_agents import Skipped, python_of
from tests.support.v1_house import Agents, calls, says
from tests.support.web_server import ROOT

TALK = Path(__file__).with_name("client_talk.py")


def python_for(major: int) -> str:
    """The interpreter with that major version of the client; ours has 3."""
    if major == 3:
        return sys.executable
    try:
        return str(python_of(f"openai_{major}"))
    except Skipped as why:
        pytest.skip(f"openai {major}.x: {why}")


def bare_environment() -> dict[str, str]:
    """Without proxies and without keys of a developer's own."""
    return {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy") and not k.startswith("OPENAI_")}


@pytest.mark.parametrize("major", [1, 2, 3])
def test_the_openai_client_works(major: int, house: Agents) -> None:
    house.models.plays("plain", says("我可以查资料，", "也可以聊天。"))
    house.models.plays("other", calls(("get_weather", {"city": "北京"})), says("北京现在 21 度，晴。"))
    done = subprocess.run(
        [python_for(major), str(TALK), house.base, house.key], capture_output=True, text=True, timeout=120,
        env=bare_environment(), check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert told["version"].startswith(f"{major}.")
    assert {"kangban", "plain"} <= set(told["models"])
    assert told["model"] == "kangban"
    for text in (told["text"], told["streamed"], told["response"]):
        assert text.startswith("我可以查资料，也可以聊天。")
    assert (told["finish"], told["about"], told["streamed_about"]) == ("stop", "release", "release")
    assert (told["usage"], told["streamed_usage"]) == (48, 48)
    assert told["calls"] == [["get_weather", '{"city":"北京"}']]
    assert told["after"].startswith("北京现在 21 度，晴。")
    assert told["errors"] == [
        ["NotFoundError", 404, "model_not_found"],
        ["AuthenticationError", 401, "invalid_api_key"],
    ]
    assert told["events"][0] == "response.created"
    assert told["events"][-1] == "response.completed"
    assert "response.output_text.delta" in told["events"]


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl on this machine")
def test_curl_works_as_the_manual_shows(house: Agents) -> None:
    house.models.plays("plain", says("我可以查资料。"))
    curl = ["curl", "-sS", "--noproxy", "*", "-m", "60", "-H", f"Authorization: Bearer {house.keys['spare']}"]
    body = json.dumps({"model": "plain", "messages": [{"role": "user", "content": "你好"}]})
    post = [*curl, "-H", "Content-Type: application/json", "-d", body, f"{house.base}/chat/completions"]
    told = json.loads(subprocess.run(post, capture_output=True, text=True, check=True, timeout=90).stdout)
    assert told["choices"][0]["message"]["content"].startswith("我可以查资料。")
    stream = [*post[:-2], json.dumps({**json.loads(body), "stream": True}), post[-1]]
    lines = subprocess.run(stream, capture_output=True, text=True, check=True, timeout=90).stdout.splitlines()
    assert lines[-2] == "data: [DONE]" or lines[-1] == "data: [DONE]"
    assert any(line.startswith(": ") for line in lines)


GRPC_TALK = """
import json, sys
sys.path.insert(0, sys.argv[1])
import grpc
import kangban_pb2 as pb, kangban_pb2_grpc as rpc
channel = grpc.insecure_channel(sys.argv[2], options=[("grpc.enable_http_proxy", 0)])
agents, meta = rpc.AgentsStub(channel), (("authorization", "Bearer " + sys.argv[3]),)
models = [one.id for one in agents.ListModels(pb.ListModelsRequest(), metadata=meta, timeout=60).models]
asked = pb.ChatRequest(model="plain", messages=[pb.Message(role="user", content="你好，能做什么？")])
text = "".join(one.choice.content for one in agents.StreamChat(asked, metadata=meta, timeout=60))
print(json.dumps({"models": models, "text": text}))
"""


def test_a_grpc_client_made_from_the_proto_alone(house: Agents, tmp_path: Path) -> None:
    house.models.plays("plain", says("我可以查资料。"))
    source = tmp_path / "proto"
    made = tmp_path / "made"
    source.mkdir(parents=True)
    made.mkdir()
    shutil.copy(ROOT / "src/kangban/api/grpc/kangban.proto", source)
    command = [
        sys.executable, "-m", "grpc_tools.protoc", f"-I{source}", f"--python_out={made}",
        f"--grpc_python_out={made}", str(source / "kangban.proto"),
    ]  # fmt: skip
    subprocess.run(command, check=True, timeout=60, cwd=tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", GRPC_TALK, str(made), house.grpc, house.keys["spare"]], capture_output=True, text=True,
        timeout=90, cwd=tmp_path, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout)
    assert "plain" in told["models"]
    assert told["text"].startswith("我可以查资料。")


def test_the_made_messages_are_those_of_the_proto() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/make_grpc.py", "--check"], capture_output=True, text=True, timeout=60, cwd=ROOT,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
