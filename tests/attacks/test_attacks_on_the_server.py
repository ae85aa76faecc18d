"""More written attacks on the running server: paths, uploads, logins, links, smuggling, slow and endless talk, caches."""

from __future__ import annotations

import concurrent.futures
import json
import re
import socket
import statistics
import time
from collections.abc import Iterator

import pytest

from tests.support.raw_http import ask, send, websocket
from tests.support.web_guest import PASSWORD, Guest, administrator, invited
from tests.support.web_server import WebServer, running_server

SOCKET = "/_nicegui_ws/socket.io/?EIO=4&transport=websocket"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    folder = tmp_path_factory.mktemp("attacked")
    (folder / "secret.txt").write_text("the key of the house")
    with running_server(folder) as one:
        yield one


@pytest.fixture(scope="module")
def mama(server: WebServer) -> Guest:
    return administrator(server)


def cookies(guest: Guest) -> str:
    return "; ".join(f"{name}={value}" for name, value in guest.cookies.items())


# --- paths ---------------------------------------------------------------------------------------

UP = ["../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..\\", "..%5c", "....//", "%252e%252e%252f", "..%c0%af", "..;/"]
ROOTS = ["/static/{}pyproject.toml", "/static/{}server.py", "/export?who={}record.sqlite3", "/calendar/{}secret.txt",
         "/api/v1/members/{}secret.txt", "/files/{}secret.txt", "/_nicegui/3.18.0/static/{}nicegui.py"]  # fmt: skip


@pytest.mark.parametrize("root", ROOTS)
def test_path_traversal_reaches_no_file(server: WebServer, mama: Guest, root: str) -> None:
    for up in UP:
        for deep in (1, 3, 8):
            got = ask(server, "GET", root.format(up * deep), Cookie=cookies(mama))
            assert got.status in (0, 303, 400, 401, 403, 404, 405, 422), (up, got.status)
            for held in ("[project]", "import asyncio", "SQLite format", "key of the house"):
                assert held not in got.text


@pytest.mark.parametrize("path", ["/record.sqlite3", "/home/record.sqlite3", "/.git/config", "/.env", "/files/", "/static/", "/backup.zip", "/docs", "/openapi.json", "/redoc", "/metrics", "/debug", "/admin"])  # fmt: skip
def test_what_often_lies_about_is_not_there(server: WebServer, mama: Guest, path: str) -> None:
    got = ask(server, "GET", path, Cookie=cookies(mama))
    assert got.status == 404, got.text[:200]


@pytest.mark.parametrize("name", ["x", "", "a" * 5000, "%00", "..", "kb_x", "%0d%0aX-Evil:1", "*"])
def test_a_guessed_calendar_is_not_there(server: WebServer, mama: Guest, name: str) -> None:
    got = ask(server, "GET", f"/calendar/{name}.ics", Cookie=cookies(mama))
    assert got.status in (400, 404)
    assert "BEGIN:VCALENDAR" not in got.text
    assert not got.header("x-evil")


# --- logins and links ----------------------------------------------------------------------------


def test_an_unknown_login_takes_as_long_and_says_the_same(server: WebServer, mama: Guest) -> None:
    times: dict[str, list[float]] = {"known": [], "unknown": []}
    words: dict[str, set[str]] = {"known": set(), "unknown": set()}
    for who in ("zhou", "li", "wang"):
        invited(mama, f"{who}1", "adult")
    for n, login in enumerate(("zhou1", "li1", "wang1")):
        for kind, name in (("known", login), ("unknown", f"nobody{n}")):
            guest = Guest(server)
            form = _form(guest, "/login")
            begun = time.monotonic()
            answer = guest.post("/login", form=form, login=name, password="a wrong password")
            times[kind].append(time.monotonic() - begun)
            words[kind].add(re.sub(r'(value|nonce)="[^"]*"', "", answer.text))
            assert answer.status in (401, 403)
    assert words["known"] == words["unknown"]
    known, unknown = (statistics.median(times[kind]) for kind in ("known", "unknown"))
    assert 0.2 < known / unknown < 5, times


def _form(guest: Guest, page: str) -> str:
    found = re.search(r'name="form" value="([^"]+)"', guest.get(page).text)
    assert found
    return found.group(1)


def test_a_lock_is_not_got_round_by_other_spellings(server: WebServer, mama: Guest) -> None:
    invited(mama, "sunny", "adult")
    spellings = ["sunny", "SUNNY", "Sunny", " sunny ", "ｓｕｎｎｙ", "sUNNY"]
    guest = Guest(server)
    form = _form(guest, "/login")
    said = ""
    for n in range(14):
        answer = guest.post("/login", form=form, login=spellings[n % 6], password=f"wrong password {n}")
        said = answer.text
        if n < 3:
            assert answer.status in (401, 403)
        time.sleep(0.05)
    right = guest.post("/login", form=form, login="sunny", password=PASSWORD)
    assert right.status != 303, "the right password opens nothing while the door is shut"
    assert said


@pytest.mark.parametrize("login", ["mаma", "mama\u200b", "mama\u202e", "mama\0", "mama'--", "mama/*", "%", "m_ma", "*"])
def test_a_look_alike_login_is_somebody_else(server: WebServer, mama: Guest, login: str) -> None:
    guest = Guest(server)
    assert guest.post("/login", form=_form(guest, "/login"), login=login, password=PASSWORD).status != 303
    assert "kangban_session" not in guest.cookies


def test_an_invitation_works_once_and_for_nothing_else(server: WebServer, mama: Guest) -> None:
    told = mama.send("/people/invite", page="/people", role="adult", family="home")
    found = re.search(r"/invite\?token=([\w-]+)", told.text)
    assert found
    token = found.group(1)
    for path in ("/reset", "/first"):
        other = Guest(server)
        fields = {"token": token, "login": "hack", "name": "x", "password": PASSWORD, "again": PASSWORD}
        got = other.post(path, form=_form(other, "/login"), **fields)
        assert got.status in (303, 404), "a link for something else is no link"
        assert "kangban_session" not in other.cookies
    guest = Guest(server)
    page = f"/invite?token={token}"
    fields = {"token": token, "login": "chen", "name": "陈", "password": PASSWORD, "again": PASSWORD}
    done = guest.send("/invite", page=page, role="manager", operator="1", family="other", **fields)
    assert done.status == 303
    me = json.loads(ask(server, "GET", "/api/v1/me", Cookie=cookies(guest)).text)
    assert (me["role"], me["family"]) == ("adult", "home"), "the inviter's words count, not the form's"
    again = Guest(server)
    again.get("/login")
    form = _form(again, "/login")
    assert again.post("/invite", form=form, **{**fields, "login": "chen2"}).status == 404
    assert ask(server, "GET", f"/calendar/{token}.ics").status == 404


def test_a_reset_link_works_once(server: WebServer, mama: Guest) -> None:
    guest = invited(mama, "huang", "adult")
    account = json.loads(ask(server, "GET", "/api/v1/me", Cookie=cookies(guest)).text)["account"]
    told = mama.send("/people/reset", page="/people", account=account)
    found = re.search(r"/reset\?token=([\w-]+)", told.text)
    assert found, told.status
    token, fresh = found.group(1), "nine tall larches"
    other = Guest(server)
    done = other.send("/reset", page=f"/reset?token={token}", token=token, password=fresh, again=fresh)
    assert done.status == 200
    assert ask(server, "GET", "/api/v1/me", Cookie=cookies(guest)).status == 401, "old sessions end with it"
    third = Guest(server)
    form = _form(third, "/login")
    assert (
        third.post("/reset", form=form, token=token, password="other tall larches", again="other tall larches").status
        == 404
    )
    assert third.log_in("huang", fresh).status == 303


# --- the wire ------------------------------------------------------------------------------------


def _head(server: WebServer, *lines: str, first: str = "POST /api/v1/triage HTTP/1.1") -> bytes:
    return "\r\n".join((first, f"Host: 127.0.0.1:{server.port}", *lines, "", "")).encode("latin-1")


SMUGGLED = b"GET /api/v1/me HTTP/1.1\r\nHost: x\r\n\r\n"
SHAPES = [
    ("Content-Length: 4", "Transfer-Encoding: chunked"),
    ("Transfer-Encoding: chunked", "Content-Length: 4"),
    ("Content-Length: 4", "Content-Length: 40"),
    ("Content-Length: 4, 40",),
    ("Content-Length: +4",),
    ("Content-Length: -1",),
    ("Content-Length: 0x4",),
    ("Transfer-Encoding: xchunked",),
    ("Transfer-Encoding: chunked, identity",),
    ("Transfer-Encoding : chunked",),
    ("Transfer-Encoding:\x0bchunked",),
]


@pytest.mark.parametrize("lines", SHAPES, ids=lambda lines: " | ".join(lines).encode("unicode_escape").decode())
def test_a_request_that_can_be_read_two_ways_is_read_by_nobody(server: WebServer, lines: tuple[str, ...]) -> None:
    got = send(server, _head(server, *lines) + b"0\r\n\r\n" + SMUGGLED, 1.5)
    statuses = [int(one) for one in re.findall(rb"HTTP/1\.1 (\d{3})", got)]
    assert statuses, "it is answered"
    assert all(status >= 400 for status in statuses), statuses


def test_an_oversized_header_is_refused(server: WebServer) -> None:
    got = send(server, _head(server, "X-Long: " + "a" * 200_000, first="GET /health HTTP/1.1"), 3)
    assert not got.startswith(b"HTTP/1.1 200")


def test_an_endless_address_is_refused(server: WebServer) -> None:
    got = send(server, _head(server, first=f"GET /{'a' * 200_000} HTTP/1.1"), 3)
    assert not got.startswith(b"HTTP/1.1 200")


def test_a_body_that_is_too_big_is_refused_before_it_is_sent(server: WebServer, mama: Guest) -> None:
    for path in ("/login", "/api/v1/triage", "/account/name"):
        got = send(server, _head(server, "Content-Length: 99999999999", first=f"POST {path} HTTP/1.1"), 3)
        assert got.startswith((b"HTTP/1.1 413", b"HTTP/1.1 400")), got[:100]


def test_slow_bodies_keep_nobody_else_waiting(server: WebServer, mama: Guest) -> None:
    lines: list[socket.socket] = []
    try:
        for _ in range(40):
            line = socket.create_connection(("127.0.0.1", server.port), timeout=5)
            line.sendall(
                _head(server, "Content-Length: 1000", "Content-Type: application/json", f"Cookie: {cookies(mama)}")
                + b"{"
            )
            lines.append(line)
        begun = time.monotonic()
        assert ask(server, "GET", "/health").status == 200
        assert time.monotonic() - begun < 3
    finally:
        for line in lines:
            line.close()


def test_many_websockets_of_nobody_keep_nobody_waiting(server: WebServer, mama: Guest) -> None:
    with concurrent.futures.ThreadPoolExecutor(20) as many:
        opened = list(many.map(lambda _: websocket(server, SOCKET), range(60)))
    assert 101 not in opened
    assert ask(server, "GET", "/health").status == 200


# --- caches and types ----------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/family", "/account", "/people", "/api/v1/me", "/api/v1/members", "/api/v1/audit", "/login", "/api/v1/nothing"])  # fmt: skip
def test_nothing_of_a_family_is_kept_by_a_cache(server: WebServer, mama: Guest, path: str) -> None:
    got = ask(server, "GET", path, Cookie=cookies(mama), Accept="text/html")
    assert "no-store" in got.header("cache-control")
    assert not got.header("etag")
    assert not got.header("last-modified")


def test_an_old_answer_is_not_confirmed_to_somebody_else(server: WebServer, mama: Guest) -> None:
    for path in ("/api/v1/members", "/family"):
        got = ask(
            server,
            "GET",
            path,
            If_None_Match="*",
            If_Modified_Since="Fri, 01 Jan 2100 00:00:00 GMT",
            Accept="text/html",
        )
        assert got.status in (303, 401)


@pytest.mark.parametrize("path", ["/", "/login", "/api/v1/me", "/static/kangban.css", "/calendar/x.ics", "/nothing"])
def test_every_answer_wears_its_armour(server: WebServer, mama: Guest, path: str) -> None:
    got = ask(server, "GET", path, Cookie=cookies(mama), Accept="text/html")
    assert got.header("x-content-type-options") == "nosniff"
    assert got.header("x-frame-options") == "DENY"
    assert "default-src 'none'" in got.header("content-security-policy")
    assert "frame-ancestors 'none'" in got.header("content-security-policy")
    assert not got.header("server")
    assert not got.header("x-powered-by")
