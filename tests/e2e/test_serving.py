"""`kangban serve` as a program: ready, health, exit codes, who may come in. No browser."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import kangban
from tests.support.web_guest import administrator
from tests.support.web_server import ROOT, WebServer, clean_environment, running_server, serve_command

CODE = "long-enough-code"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    with running_server(tmp_path_factory.mktemp("serving")) as one:
        yield one


@pytest.fixture(scope="module")
def mama(server: WebServer) -> dict[str, str]:
    """The cookie of somebody who is logged in."""
    cookies = administrator(server).cookies
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[WebServer]:
    with running_server(tmp_path, KANGBAN_ACCESS_CODE=CODE) as one:
        yield one


def _run(data_dir: Path, *arguments: str, port: int = 0, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        serve_command(data_dir, *arguments, port=port), capture_output=True, text=True, cwd=ROOT, timeout=60,
        env=clean_environment(**environment), check=False,
    )  # fmt: skip


def test_it_says_when_it_is_ready_and_answers_then(server: WebServer) -> None:
    assert f"ready {server.address}" in server.said.splitlines()
    status, headers, text = server.get("/health")
    assert status == 200
    assert json.loads(text) == {"status": "ok", "version": kangban.__version__}
    assert headers["Cache-Control"] == "no-store"


def test_it_stops_in_order_when_asked_to(tmp_path: Path) -> None:
    with running_server(tmp_path) as one:
        one.get("/")
        assert one.stop() == 0


def test_a_taken_port_ends_with_6(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = _run(tmp_path, port=taken.getsockname()[1])
    assert done.returncode == 6
    assert done.stdout == ""


def test_a_second_server_on_the_same_directory_ends_with_5(tmp_path: Path) -> None:
    with running_server(tmp_path):
        assert _run(tmp_path).returncode == 5
    assert _run(tmp_path, "--host", "0.0.0.0").returncode == 7


def test_beyond_this_machine_it_needs_a_code(tmp_path: Path) -> None:
    done = _run(tmp_path, "--host", "0.0.0.0")
    assert done.returncode == 7
    assert "KANGBAN_ACCESS_CODE" in done.stderr


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1.evil.example"}, 421),
        ({"Host": "192.168.1.5"}, 421),
        ({"Host": "[::1"}, 421),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 403),
        ({"Host": "localhost"}, 200),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 200),
    ],
)
def test_foreign_hosts_and_origins_stay_outside(
    server: WebServer, mama: dict[str, str], headers: dict[str, str], status: int
) -> None:
    assert server.get("/health", headers)[0] == status
    assert server.get("/", {**headers, **mama})[0] == status


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1"])
async def test_a_websocket_from_elsewhere_is_refused(server: WebServer, mama: dict[str, str], origin: str) -> None:
    assert await _websocket(server, origin, mama["Cookie"]) == 403


async def test_a_websocket_from_our_page_is_let_in(server: WebServer, mama: dict[str, str]) -> None:
    assert await _websocket(server, server.address, mama["Cookie"]) == 101
    assert await _websocket(server, server.address) == 403


async def _websocket(server: WebServer, origin: str, cookie: str = "") -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    lines = [
        "GET /_nicegui_ws/socket.io/?EIO=4&transport=websocket HTTP/1.1", f"Host: 127.0.0.1:{server.port}",
        "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", f"Origin: {origin}", *([f"Cookie: {cookie}"] if cookie else []),
    ]  # fmt: skip
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
    answer = await reader.readline()
    writer.close()
    return int(answer.split()[1])


def test_every_answer_carries_safe_headers(server: WebServer, mama: dict[str, str]) -> None:
    for path in ("/", "/health", "/static/kangban.css", "/nope", "/login"):
        headers = server.get(path, mama)[1]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "server" not in headers
    policy = server.get("/", mama)[1]["Content-Security-Policy"]
    assert "script-src 'self' 'nonce-" in policy
    assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
    assert "http" not in policy


def test_two_pages_never_share_a_nonce(server: WebServer) -> None:
    assert server.get("/")[1]["Content-Security-Policy"] != server.get("/")[1]["Content-Security-Policy"]


def test_too_big_a_body_is_refused_before_it_is_read(server: WebServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as plug:
        head = f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nContent-Length: {64 * 1024 * 1024}\r\n\r\n"
        plug.sendall(head.encode())
        assert plug.recv(64).startswith(b"HTTP/1.1 413")


def test_the_code_is_asked_once_and_kept_in_a_closed_cookie(locked: WebServer) -> None:
    html = {"Accept": "text/html"}
    for path in ("/", "/family", "/export?who=x", "/nope"):
        assert locked.get(path, html)[0] == 401
    assert 'type="password"' in locked.get("/", html)[2]
    assert locked.get("/health")[0] == 200
    status, headers, _ = locked.get("/code", body=f"code={CODE}&back=/family".encode())
    assert status == 303
    assert headers["Location"] == "/family"
    cookie = headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert CODE not in cookie
    assert locked.get("/", {**html, "Cookie": cookie.split(";")[0]})[0] == 303  # past the code: on to the login
    assert locked.get("/", {**html, "Cookie": "kangban_code=made.up"})[0] == 401


async def test_the_websocket_needs_the_code_too(locked: WebServer) -> None:
    assert await _websocket(locked, locked.address) == 403
    cookie = locked.get("/code", body=f"code={CODE}".encode())[1]["Set-Cookie"].split(";")[0]
    assert await _websocket(locked, locked.address, cookie) == 403  # and a session besides


def test_guessing_is_slowed_and_never_leads_elsewhere(locked: WebServer) -> None:
    answers = [locked.get("/code", body=b"code=wrong")[0] for _ in range(10)]
    assert answers[:8] == [403] * 8
    assert answers[8:] == [429, 429]
    assert locked.get("/code", body=f"code={CODE}".encode())[0] == 429


def test_a_way_back_stays_in_the_house(locked: WebServer) -> None:
    for back in ("//evil.example", "https://evil.example", "/\\evil.example"):
        assert locked.get("/code", body=f"code={CODE}&back={back}".encode())[1]["Location"] == "/"
