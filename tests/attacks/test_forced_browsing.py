"""Forced browsing, generated from the application's own route table: a new address without a door fails here."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.support.raw_http import ask, websocket
from tests.support.stores import child_environment
from tests.support.web_guest import Guest, administrator, invited
from tests.support.web_server import ROOT, WebServer, running_server

# Every address that answers somebody unknown, each with its reason. Nothing is added here without one.
OPEN = {
    "/health": "a supervisor asks it",
    "/manifest.webmanifest": "a browser asks it before the login",
    "/login": "the way in", "/login/oidc": "the way in", "/login/oidc/back": "the way in",
    "/login/passkey": "the way in", "/login/passkey/options": "the way in",
    "/first": "a one-time link", "/invite": "a one-time link", "/reset": "a one-time link",
    "/invite/join": "answers nobody without a session", "/language": "the language of the login page",
    "/static/x": "styles of the login page", "/api/v1/openapi.json": "names no family",
}  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    """A server with an administrator and a helper."""
    with running_server(tmp_path_factory.mktemp("browsing")) as one:
        yield one


@pytest.fixture(scope="module")
def aunt(server: WebServer) -> Guest:
    """Somebody with a place to whom nothing was lent."""
    return invited(administrator(server), "ayi", "helper")


def routes() -> list[tuple[str, str]]:
    listed = subprocess.run(
        [sys.executable, "-m", "tests.support.all_routes"], capture_output=True, text=True, check=True, cwd=ROOT,
        env=child_environment(),
    )  # fmt: skip
    found = [tuple(json.loads(line)) for line in listed.stdout.splitlines() if line.startswith("[")]
    return [(method, path) for methods, path in found for method in methods]


def test_nobody_gets_in_anywhere(server: WebServer, aunt: Guest) -> None:
    found = routes()
    assert len(found) > 200
    seen: set[str] = set()
    for method, path in found:
        address = re.sub(r"\{\w+(:path)?\}", "x", path)
        got = ask(server, method, address, b"" if method in ("POST", "PUT", "PATCH", "DELETE") else None)
        to_login = got.status == 303 and got.header("location").startswith("/login")
        refused = got.status in (401, 403, 404, 405) or to_login
        if path in OPEN:
            seen.add(path)
            assert got.status < 500 or (path.startswith("/login/oidc") and got.status == 503), (
                method,
                path,
                got.status,
            )
        else:
            assert refused, (method, path, got.status, got.text[:200])
            if path.startswith(("/api/", "/v1/")):
                assert got.status == 401, (method, path, got.status)
    assert seen == set(OPEN), "an address that is no longer there stands in the list"


def test_an_open_address_shows_nothing_of_the_family(server: WebServer, aunt: Guest) -> None:
    for path in OPEN:
        got = ask(server, "GET", path, Accept="text/html")
        for secret in ("妈妈", "帮手", "mama", "ayi", "home"):
            told = re.sub(r"(?s)<(script|style).*?</\1>|homepage|/static/[^\"]*", "", got.text)
            assert secret not in told or path == "/api/v1/openapi.json", (path, secret)


@pytest.mark.parametrize("path", ["/people", "/account/audit", "/export?who=x"])
def test_an_aunt_does_not_reach_what_is_for_who_looks_after_all(server: WebServer, aunt: Guest, path: str) -> None:
    answer = aunt.get(path)
    assert answer.status in (303, 403, 404), (path, answer.status)


@pytest.mark.parametrize(
    "path",
    ["/_nicegui_ws/socket.io/?EIO=4&transport=websocket", "/api/v1/me", "/api/v1/members", "/", "/calendar/x.ics"],
)
def test_no_websocket_opens_for_nobody(server: WebServer, path: str) -> None:
    assert websocket(server, path) not in (101, 200)
