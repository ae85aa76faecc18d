"""What stands before the tools: Host and Origin, keys beyond this machine, sizes, ports."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import pytest

from kangban.api.mcp.events import EventRing
from tests.api.mcp.processes import Served, made_keys, served
from tests.cli.script import Script

ACCEPT = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
HELLO: dict[str, Any] = {
    "jsonrpc": "2.0", "id": 1, "method": "initialize",
    "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
}  # fmt: skip


class Keyed(msgspec.Struct):
    server: Served
    asks: str
    looks: str


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(Script(tmp_path_factory.mktemp("here"))) as one:
        yield one


@pytest.fixture(scope="module")
def beyond(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keyed]:
    """Listens everywhere, so every request needs a key."""
    script = Script(tmp_path_factory.mktemp("beyond"))
    asks, looks = made_keys(script, ("ask", "medicines"), ("view", "medicines"))
    with served(script, "--host", "0.0.0.0") as one:
        yield Keyed(one, asks, looks)


def post(server: Served, body: Any = HELLO, path: str = "/mcp", **headers: str) -> httpx.Response:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    url = f"http://127.0.0.1:{server.port}{path}"
    return httpx.post(url, content=raw, headers={**ACCEPT, **headers}, timeout=30, trust_env=False)


def told(answer: httpx.Response) -> Any:
    """The message in a stream's first event with something in it, or in the body."""
    if answer.headers["content-type"].startswith("application/json"):
        return answer.json()
    lines = [line.removeprefix("data: ") for line in answer.text.splitlines() if line.startswith("data: {")]
    return json.loads(lines[0])


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421), ({"Host": "evil.example:8100"}, 421), ({"Host": "127.0.0.1.evil.example"}, 421),
        ({"Host": "10.0.0.7"}, 421), ({"Host": "[::1"}, 421), ({"Host": "a@127.0.0.1"}, 421), ({"Host": ""}, 421),
        ({"Origin": "http://evil.example"}, 403), ({"Origin": "null"}, 403), ({"Origin": "file://"}, 403),
        ({"Origin": "https://localhost.evil.example"}, 403), ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "http://localhost:3000"}, 200), ({"Host": "localhost:1"}, 200), ({"Host": "[::1]:80"}, 200), ({}, 200),
        ({"Authorization": "Bearer kb_none"}, 401), ({"Authorization": "Basic eA=="}, 401),
    ],
)  # fmt: skip
def test_names_origins_and_wrong_keys(here: Served, headers: dict[str, str], status: int) -> None:
    assert post(here, **headers).status_code == status


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'{"jsonrpc":"2.0"}', b"\xff" * 100, b'{"a":' * 5_000, b"9" * 10_000]
)
def test_no_message_is_no_message(here: Served, body: bytes) -> None:
    assert post(here, body).status_code in (400, 422)
    assert post(here).status_code == 200


def test_too_big_a_request_is_not_read(here: Served) -> None:
    assert post(here, b" " * (16 * 1024 * 1024 + 1)).status_code == 413
    assert post(here).status_code == 200


def test_nothing_else_is_served(here: Served) -> None:
    for path in ("/", "/mcp/x", "/docs", "/openapi.json", "/.well-known/oauth-protected-resource"):
        assert post(here, path=path).status_code == 404


def test_beyond_this_machine_every_request_needs_a_key(beyond: Keyed) -> None:
    assert post(beyond.server).status_code == 401
    assert post(beyond.server, Authorization="Bearer kb_wrong").status_code == 401
    assert post(beyond.server, Authorization=f"Bearer {beyond.asks}").status_code == 200
    # A name that is not its own, although the key is good.
    assert post(beyond.server, Authorization=f"Bearer {beyond.asks}", Host="evil.example").status_code == 421


def test_a_session_belongs_to_the_key_that_opened_it(beyond: Keyed) -> None:
    opened = post(beyond.server, Authorization=f"Bearer {beyond.asks}")
    session = {"Mcp-Session-Id": opened.headers["mcp-session-id"], "Mcp-Protocol-Version": "2025-11-25"}
    listing = {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}
    mine = post(beyond.server, listing, Authorization=f"Bearer {beyond.asks}", **session)
    assert "check_medication" in mine.text
    assert post(beyond.server, listing, **session).status_code == 401
    # The same person's other key stands for the same person; a session without a key stands for nobody.
    assert post(beyond.server, {**listing, "id": 3}, Authorization="Bearer kb_wrong", **session).status_code == 401


def test_only_a_key_that_may_ask_asks(beyond: Keyed) -> None:
    def ask(key: str) -> Any:
        headers = {"Authorization": f"Bearer {key}"}
        opened = post(beyond.server, **headers)
        session = {"Mcp-Session-Id": opened.headers["mcp-session-id"], "Mcp-Protocol-Version": "2025-11-25"}
        params = {"name": "ask_kangban", "arguments": {"question": "布洛芬和阿司匹林能一起吃吗"}}
        call = {"jsonrpc": "2.0", "id": 5, "method": "tools/call", "params": params}
        return told(post(beyond.server, call, **headers, **session))["result"]

    refused = ask(beyond.looks)
    assert refused["isError"] is True
    assert refused["structuredContent"]["error"]["code"] == "not_permitted"
    assert ask(beyond.asks)["structuredContent"]["content"]["text"]


def test_where_there_are_accounts_nobody_asks_without_a_key(script: Script) -> None:
    made_keys(script, ("ask", "medicines"))
    with served(script) as one:
        opened = post(one)
        session = {"Mcp-Session-Id": opened.headers["mcp-session-id"], "Mcp-Protocol-Version": "2025-11-25"}
        params = {"name": "ask_kangban", "arguments": {"question": "头疼怎么办"}}
        call = {"jsonrpc": "2.0", "id": 5, "method": "tools/call", "params": params}
        assert told(post(one, call, **session))["result"]["isError"] is True


def test_the_demo_stays_on_this_machine_and_a_taken_port_is_told(script: Script, here: Served) -> None:
    assert script.run("mcp", "serve", "--http", "--host", "0.0.0.0", "--demo").code == 7
    assert script.run("mcp", "serve", "--http", "--port", str(here.port)).code == 6
    assert script.run("mcp", "serve", "--http", "--host", "no.such.host.invalid").code == 6


async def test_kept_events_are_bounded_and_only_of_their_stream() -> None:
    from mcp_types import JSONRPCNotification

    ring, seen = EventRing(most_events=3, most_bytes=10_000), []

    async def send(event: Any) -> None:
        seen.append(event.message.method)

    first = await ring.store_event("a", None)
    await ring.store_event("a", JSONRPCNotification(jsonrpc="2.0", method="one"))
    await ring.store_event("b", JSONRPCNotification(jsonrpc="2.0", method="other"))
    assert await ring.replay_events_after(first, send) == "a"
    assert seen == ["one"]
    await ring.store_event("a", JSONRPCNotification(jsonrpc="2.0", method="two"))
    assert await ring.replay_events_after(first, send) is None
    big = await ring.store_event("a", JSONRPCNotification(jsonrpc="2.0", method="x" * 20_000))
    assert await ring.replay_events_after(big, send) == "a"
