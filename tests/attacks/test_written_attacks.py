"""Written attacks on the running server: sessions, cookies, forms, links, hosts, paths, headers, sockets, slow talk."""

from __future__ import annotations

import hashlib
import json
import re
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.raw_http import Got, ask, websocket
from tests.support.web_guest import PASSWORD, Guest, administrator, invited
from tests.support.web_server import WebServer, running_server

COOKIE = "kangban_session"
SOCKET = "/_nicegui_ws/socket.io/?EIO=4&transport=websocket"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    with running_server(tmp_path_factory.mktemp("attacked")) as one:
        yield one


@pytest.fixture(scope="module")
def mama(server: WebServer) -> Guest:
    return administrator(server)


@pytest.fixture(scope="module")
def ayi(mama: Guest) -> Guest:
    return invited(mama, "ayi", "helper")


def cookies(guest: Guest) -> str:
    return "; ".join(f"{name}={value}" for name, value in guest.cookies.items())


def api(guest: Guest, method: str, path: str, body: Any = None, **headers: str) -> Got:
    if method != "GET":
        told = json.loads(ask(guest.server, "GET", "/api/v1/me", Cookie=cookies(guest)).text)
        headers = {"X_Kangban_CSRF": told["csrf"], "Content_Type": "application/json", **headers}
    raw = None if body is None else json.dumps(body).encode()
    return ask(guest.server, method, f"/api/v1{path}", raw, Cookie=cookies(guest), **headers)


@pytest.fixture(scope="module")
def nainai(mama: Guest) -> str:
    made = api(mama, "POST", "/members", {"name": "奶奶<img src=x onerror=alert(1)>", "consent": True})
    assert made.status == 201, made.text
    return json.loads(made.text)["id"]


# --- sessions and cookies ------------------------------------------------------------------------


def test_session_fixation_a_cookie_set_before_the_login_is_worth_nothing(server: WebServer, mama: Guest) -> None:
    guest = Guest(server)
    guest.cookies[COOKIE] = "fixed-by-the-attacker-0123456789abcdef"
    guest.log_in("mama")
    assert guest.cookies[COOKIE] != "fixed-by-the-attacker-0123456789abcdef"
    got = ask(server, "GET", "/api/v1/me", Cookie=f"{COOKIE}=fixed-by-the-attacker-0123456789abcdef")
    assert got.status == 401


def test_session_fixation_a_login_never_takes_over_the_session_at_hand(
    server: WebServer, mama: Guest, ayi: Guest
) -> None:
    guest = Guest(server)
    guest.log_in("ayi")
    first = guest.cookies[COOKIE]
    form = _form(guest, "/account")
    assert guest.post("/login", form=form, login="mama", password=PASSWORD).status == 303
    assert guest.cookies[COOKIE] != first
    told = ask(server, "GET", "/api/v1/me", Cookie=f"{COOKIE}={first}")
    assert "妈妈" not in told.text, "whoever knows the old cookie is not the one who logged in"


@pytest.mark.parametrize("change", ["flip", "cut", "longer", "case", "other name", "hash", "two cookies"])
def test_a_tampered_cookie_is_nobodys(server: WebServer, mama: Guest, change: str) -> None:
    token = mama.cookies[COOKIE]
    sent = {
        "flip": f"{COOKIE}={token[:-1]}{'A' if token[-1] != 'A' else 'B'}", "cut": f"{COOKIE}={token[:-1]}",
        "longer": f"{COOKIE}={token}a", "case": f"{COOKIE}={token.swapcase()}", "other name": f"session={token}",
        "hash": f"{COOKIE}={hashlib.sha256(token.encode()).hexdigest()}",  # what the store keeps
        "two cookies": f"{COOKIE}={token}; {COOKIE}=x",
    }[change]  # fmt: skip
    assert ask(server, "GET", "/api/v1/me", Cookie=sent).status == 401


def test_a_session_that_was_ended_does_not_come_back(server: WebServer, mama: Guest) -> None:
    guest = Guest(server)
    guest.log_in("mama")
    kept = cookies(guest)
    assert ask(server, "GET", "/api/v1/me", Cookie=kept).status == 200
    guest.send("/logout", page="/account")
    assert ask(server, "GET", "/api/v1/me", Cookie=kept).status == 401


def test_the_session_cookie_is_out_of_reach_of_scripts(server: WebServer, mama: Guest) -> None:
    answer = Guest(server).log_in("mama")
    told = next(line for line in answer.headers.get_all("Set-Cookie") if line.startswith(f"{COOKIE}="))
    assert "httponly" in told.lower()
    assert re.search(r"samesite=(lax|strict)", told.lower())
    assert mama.cookies[COOKIE] not in mama.get("/account").text


# --- forms, origins, sockets ---------------------------------------------------------------------

FORMS = ["/account/name", "/account/password", "/people/invite", "/logout", "/account/sessions/end-all", "/language"]


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("token", ["", "0.0", "stolen"])
def test_a_form_without_this_browsers_token_does_nothing(
    server: WebServer, mama: Guest, ayi: Guest, path: str, token: str
) -> None:
    found = re.search(r'name="form" value="([^"]+)"', ayi.get("/account").text)
    assert found
    answer = mama.post(path, form=found.group(1) if token == "stolen" else token, name="偷改", role="manager")
    assert answer.status == 403
    assert "偷改" not in mama.get("/account").text


def test_a_foreign_origin_posts_nothing(server: WebServer, mama: Guest) -> None:
    for origin in (
        "https://evil.example",
        "null",
        f"http://127.0.0.1:{server.port}.evil.example",
        "http://localhost:1",
    ):
        got = ask(
            server, "POST", "/account/name", b"name=x", Cookie=cookies(mama), Origin=origin,
            Content_Type="application/x-www-form-urlencoded",
        )  # fmt: skip
        assert got.status == 403, origin


def test_no_foreign_page_is_told_that_it_may_read(server: WebServer, mama: Guest) -> None:
    for method, path in (
        ("OPTIONS", "/api/v1/members"),
        ("GET", "/api/v1/me"),
        ("OPTIONS", "/"),
        ("GET", "/export?who=x"),
    ):
        got = ask(
            server, method, path, Cookie=cookies(mama), Origin="https://evil.example",
            Access_Control_Request_Method="POST", Access_Control_Request_Headers="x-kangban-csrf",
        )  # fmt: skip
        assert got.status in (403, 405), (method, path)
        assert not [name for name in got.headers if name.startswith("access-control")]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://127.0.0.1"])
def test_websocket_hijack_a_foreign_page_with_our_cookie_gets_no_socket(
    server: WebServer, mama: Guest, origin: str
) -> None:
    assert websocket(server, SOCKET, Cookie=cookies(mama), Origin=origin) != 101


def test_websocket_hijack_a_socket_does_not_speak_for_anothers_page(server: WebServer, mama: Guest, ayi: Guest) -> None:
    page = mama.get("/family").text
    found = re.search(r"'client_id': '([\w-]+)', 'next_message_id': (\d+)", page)
    assert found, "the page names its client"
    theirs = f"{SOCKET}&client_id={found.group(1)}&next_message_id={found.group(2)}&implicit_handshake=true&tab_id=t&document_id=d"
    assert _namespace(server, theirs, cookies(mama)) == "open"
    assert _namespace(server, theirs, cookies(ayi)) == "refused"


def _namespace(server: WebServer, path: str, cookie: str) -> str:
    """Open a socket and ask for the one namespace there is; what Socket.IO answers."""
    head = (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nCookie: {cookie}\r\nUpgrade: websocket\r\n"
        f"Origin: http://127.0.0.1:{server.port}\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    masked = bytes([0x81, 0x82, 0, 0, 0, 0]) + b"40"
    got = _talk(server, head.encode(), masked)
    return "open" if b"40{" in got else "refused"


def _talk(server: WebServer, head: bytes, then: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", server.port), timeout=2) as line:
        line.sendall(head)
        found, until = b"", time.monotonic() + 3
        while time.monotonic() < until and b"0{" not in found:
            try:
                found += line.recv(65536)
            except TimeoutError:
                break
        line.sendall(then)
        rest = b""
        while time.monotonic() < until and b"40{" not in rest and b"44{" not in rest:
            try:
                part = line.recv(65536)
            except TimeoutError:
                break
            if not part:
                break
            rest += part
        return rest


# --- hosts, redirects, headers -------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "[::1", "a@b", "192.168.1.1"]
)
def test_a_host_that_is_not_ours_gets_nothing(server: WebServer, host: str) -> None:
    got = ask(server, "GET", "/login", Host=host)
    assert got.status in (400, 421)
    assert not host or host not in got.text


def test_a_forwarded_host_makes_no_link(server: WebServer, mama: Guest) -> None:
    answer = ask(
        server, "POST", "/people/reset", f"form={_form(mama, '/people')}&account=x".encode(), Cookie=cookies(mama),
        X_Forwarded_Host="evil.example", Forwarded="host=evil.example", X_Original_URL="/admin",
        Content_Type="application/x-www-form-urlencoded",
    )  # fmt: skip
    assert "evil.example" not in answer.text


def _form(guest: Guest, page: str) -> str:
    found = re.search(r'name="form" value="([^"]+)"', guest.get(page).text)
    assert found
    return found.group(1)


BACKS = ["https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example",
         "javascript:alert(1)", "/%0d%0aSet-Cookie:x=1", "/\r\nSet-Cookie: x=1", "http:evil.example", "/@evil.example/.."]  # fmt: skip


@pytest.mark.parametrize("back", BACKS)
def test_a_login_leads_nowhere_else(server: WebServer, mama: Guest, back: str) -> None:
    answer = Guest(server).log_in("mama", back=back)
    assert answer.status == 303
    assert answer.to.startswith("/")
    assert not answer.to.startswith(("//", "/\\"))
    assert "\n" not in answer.to
    assert not [line for line in answer.headers.get_all("Set-Cookie") if line.startswith("x=")]


@pytest.mark.parametrize(
    "name", ["奶奶\r\nX-Evil: 1", '"; filename="evil.html', "../../etc/passwd", "<script>alert(1)</script>"]
)
def test_a_name_never_becomes_a_header(mama: Guest, name: str) -> None:
    made = api(mama, "POST", "/members", {"name": name, "consent": True})
    if made.status == 422:
        return
    got = api(mama, "GET", f"/members/{json.loads(made.text)['id']}/export")
    assert got.header("content-disposition") == 'attachment; filename="kangban-member.json"'
    assert not got.header("x-evil")
    assert got.header("content-type") == "application/json"


def test_markup_in_a_name_stays_text(mama: Guest, nainai: str) -> None:
    page = mama.get(f"/family?who={nainai}").text
    assert "<img src=x" not in page
    assert "奶奶" in page
