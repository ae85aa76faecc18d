"""With an access code before the server, programs bring a secret of their own instead; pages still need the code."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from kangban.kernel.clock import SystemClock
from tests.support.raw_http import ask
from tests.support.web_guest import administrator
from tests.support.web_server import WebServer, running_server

CODE = "seven quiet owls"


def enter(server: WebServer) -> str:
    """The cookie of whoever typed the code."""
    got = ask(
        server, "POST", "/code", b"code=seven+quiet+owls&back=/", Content_Type="application/x-www-form-urlencoded"
    )
    return got.header("set-cookie").split(";")[0]


def test_a_key_and_a_calendar_pass_the_code_and_nothing_else_does(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:  # the administrator is made before the code is set
        mama = administrator(server)
        cookie = "; ".join(f"{name}={value}" for name, value in mama.cookies.items())
        proof = json.loads(ask(server, "GET", "/api/v1/me", Cookie=cookie).text)["csrf"]
        sent = {"Cookie": cookie, "X_Kangban_CSRF": proof, "Content_Type": "application/json"}
        key_body = {
            "name": "k",
            "scopes": ["view", "medicines"],
            "expires_at": (SystemClock().now() + timedelta(days=30)).isoformat(),
        }
        made = ask(server, "POST", "/api/v1/keys", json.dumps(key_body).encode(), **sent)
        key = json.loads(made.text)["secret"]
        feed = json.loads(ask(server, "POST", "/api/v1/calendars", b'{"name":"phone"}', **sent).text)["path"]
        assert server.stop() == 0
    with running_server(tmp_path, KANGBAN_ACCESS_CODE=CODE) as server:
        assert ask(server, "GET", "/api/v1/members", Authorization=f"Bearer {key}").status == 200
        assert ask(server, "GET", feed).status == 200
        assert ask(server, "GET", "/calendar/guessed.ics").status == 404
        for wrong in ("kb_guessed", "", key.removeprefix("kb_")):
            assert ask(server, "GET", "/api/v1/members", Authorization=f"Bearer {wrong}").status == 401
        for path in ("/api/v1/me", "/api/v1/openapi.json", "/family", "/account"):
            assert ask(server, "GET", path, Cookie=cookie).status == 401, path
            assert (
                ask(server, "GET", path if path[1] == "f" else "/people", Authorization=f"Bearer {key}").status == 401
            )
        both = f"{cookie}; {enter(server)}"
        assert ask(server, "GET", "/api/v1/me", Cookie=both).status == 200
