"""Cookies of a login, tokens of forms, and text of people in HTML."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from starlette.requests import Request
from starlette.responses import Response

from kangban.web.account.markup import Safe, el, joined
from kangban.web.cookies import (
    form_token,
    is_own_form,
    keep_session,
    safe_back,
    session_key,
    session_token,
)
from kangban.web.sessions import is_open


def _request(scheme: str = "http", **cookies: str) -> Request:
    text = "; ".join(f"{k}={v}" for k, v in cookies.items())
    headers = [(b"host", b"localhost"), (b"cookie", text.encode())]
    return Request({"type": "http", "method": "POST", "path": "/", "scheme": scheme, "headers": headers,
                    "query_string": b"", "server": ("localhost", 443)})  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "given"),
    [("/family?who=a", "/family?who=a"), ("/", "/"), ("", "/"), ("//evil.example", "/"), ("https://evil.example", "/"),
     ("/\\evil.example", "/"), ("/a\\b", "/"), ("/a\r\nSet-Cookie: x=1", "/"), ("javascript:alert(1)", "/"),
     ("/" + "a" * 600, "/"), ("family", "/")],
)  # fmt: skip
def test_a_way_back_stays_in_the_house(wanted: str, given: str) -> None:
    assert safe_back(wanted) == given


def test_on_tls_only_the_cookie_counts_that_no_other_host_can_set() -> None:
    plain, strict = {"kangban_session": "foisted"}, {"__Host-kangban_session": "own"}
    assert session_token(_request("https", **plain)) == ""
    assert session_token(_request("https", **plain, **strict)) == "own"
    assert session_token(_request("http", **plain)) == "foisted"


def test_the_session_cookie_is_closed() -> None:
    for scheme, name in (("https", "__Host-kangban_session="), ("http", "kangban_session=")):
        answer = Response()
        keep_session(_request(scheme), answer, "token", datetime(2026, 12, 1, tzinfo=UTC))
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith(name)
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Path=/" in cookie
        assert ("Secure" in cookie) is (scheme == "https")
        assert "Domain" not in cookie


def test_a_form_belongs_to_one_session_and_never_looks_the_same_twice() -> None:
    mine = _request(kangban_session="mine")
    token = form_token("mine")
    assert is_own_form(mine, token)
    assert not is_own_form(_request(kangban_session="other"), token)
    assert not is_own_form(_request(), token)
    assert token != form_token("mine")
    for bad in ("", ".", "x", "x.", f"x{token}", token[:-1], "密.码"):
        assert not is_own_form(mine, bad)


def test_what_tells_sessions_apart_is_not_the_cookie() -> None:
    assert "secret" not in session_key("secret")
    assert session_key("a") != session_key("b")


def test_text_of_people_is_text() -> None:
    html = el("p", "<script>alert('x')</script>", title='"><img src=x onerror=alert(1)>')
    assert "<script" not in html
    assert "<img" not in html
    assert html.startswith('<p title="&quot;&gt;')
    assert joined("<b>", Safe("<i>")) == "&lt;b&gt;<i>"
    assert el("input", hidden=True, value=None, required=False) == "<input hidden>"
    assert el("label", for_="a", data_do="b") == '<label for="a" data-do="b"></label>'


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/login", True), ("/login/passkey", True), ("/loginx", False), ("/first", True), ("/static/kangban.css", True),
     ("/statics", False), ("/", False), ("/family", False), ("/export", False), ("/account", False), ("/people", False),
     ("/_nicegui_ws/socket.io/", False), ("//login", False), ("/LOGIN", False), ("/logout", False)],
)  # fmt: skip
def test_what_is_not_named_open_is_closed(path: str, expected: bool) -> None:
    assert is_open(path) is expected
