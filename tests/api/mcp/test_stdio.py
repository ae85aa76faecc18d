"""`kangban mcp serve` on stdin and stdout."""

from __future__ import annotations

import json
import signal
import subprocess
from typing import Any

import pytest
from fastmcp import Client
from fastmcp.client.transports import StdioTransport

from tests.api.mcp.processes import made_keys, prescribing
from tests.cli.script import KANGBAN, Script
from tests.support.model_server import ModelServer

HELLO = {
    "jsonrpc": "2.0", "id": 1, "method": "initialize",
    "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
}  # fmt: skip
LIST = {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}


def told(process: subprocess.Popen[bytes], *messages: Any) -> None:
    assert process.stdin is not None
    for one in messages:
        process.stdin.write((one if isinstance(one, bytes) else json.dumps(one).encode()) + b"\n")
    process.stdin.flush()


def line(process: subprocess.Popen[bytes]) -> dict[str, Any]:
    assert process.stdout is not None
    return json.loads(process.stdout.readline())


async def test_a_client_lists_and_calls(script: Script, era: str) -> None:
    transport = StdioTransport(
        str(KANGBAN), ["mcp", "serve", "--lang", "en"], env=script.environment(), keep_alive=False
    )
    async with Client(transport, mode=era) as client:
        names = {one.name for one in await client.list_tools()}
        sum_ = await client.call_tool("calculator", {"expression": "6*7"}, raise_on_error=False)
        asked = await client.call_tool("ask_kangban", {"question": "Can I take ibuprofen with aspirin?"})
    assert {"calculator", "ask_kangban"} <= names
    assert "42" in sum_.content[0].text
    assert asked.structured_content["citations"]


async def test_a_prescription_does_not_leave_by_stdio(script: Script, model_server: ModelServer) -> None:
    env = script.environment(**prescribing(model_server))
    transport = StdioTransport(str(KANGBAN), ["mcp", "serve"], env=env, keep_alive=False)
    async with Client(transport) as client:
        told = await client.call_tool("ask_kangban", {"question": "孩子扁桃体发炎，给我开个方子，怎么吃药"})
    assert told.structured_content["content"]["verdict"] != "release"
    assert "0.5" not in told.content[0].text
    assert "阿莫西林胶囊" not in json.dumps(told.structured_content, ensure_ascii=False)


def test_the_end_of_the_input_ends_it(script: Script) -> None:
    with script.start("mcp", "serve") as process:
        told(process, HELLO)
        assert line(process)["result"]["serverInfo"]["name"] == "kangban"
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (0, b"", b"")


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_although_somebody_listens(script: Script, sent: signal.Signals) -> None:
    with script.start("mcp", "serve") as process:
        told(process, HELLO)
        line(process)
        process.send_signal(sent)
        assert process.wait(60) == 0
        assert process.stderr is not None
        assert b"Traceback" not in process.stderr.read()


def test_rubbish_between_messages_harms_nothing(script: Script) -> None:
    rubbish = [b"", b"{", b"\xff\xfe\x00", b"[]", b"null", b'{"jsonrpc":"1.0","id":1,"method":"x"}', b"x" * 300_000]
    with script.start("mcp", "serve") as process:
        told(process, HELLO)
        line(process)
        told(process, {"jsonrpc": "2.0", "method": "notifications/initialized"}, *rubbish, LIST)
        while (answer := line(process)).get("id") != 2:
            assert "result" not in answer
        assert len(answer["result"]["tools"]) > 10
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert b"Traceback" not in err
    assert all(json.loads(one) for one in out.splitlines())


def test_where_there_are_accounts_the_environment_says_who_asks(script: Script) -> None:
    (key,) = made_keys(script, ("ask", "medicines"))
    params = {"name": "ask_kangban", "arguments": {"question": "布洛芬和阿司匹林能一起吃吗"}}
    call = {"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": params}
    for env, fine in (({}, False), ({"KANGBAN_API_KEY": "kb_wrong"}, False), ({"KANGBAN_API_KEY": key}, True)):
        with script.start("mcp", "serve", **env) as process:
            told(process, HELLO, {"jsonrpc": "2.0", "method": "notifications/initialized"}, call)
            line(process)
            answer = line(process)
            process.communicate(timeout=60)
        assert answer["result"].get("isError", False) is not fine
