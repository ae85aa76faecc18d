"""Who may come in, by host, address and code."""

from __future__ import annotations

import pytest

from kangban.web.doors import TRIES, AccessCode, Doors, is_loopback, own_names, policy


async def _nothing(*_: object) -> None:
    raise AssertionError("must not be reached")


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("[::1]", True), ("localhost", True), ("LOCALHOST", True),
     ("0.0.0.0", False), ("::", False), ("192.168.1.2", False), ("localhost.evil.example", False), ("", False)],
)  # fmt: skip
def test_only_this_machine_is_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


@pytest.mark.parametrize(
    ("bound", "called", "expected"),
    [
        ("127.0.0.1", "127.0.0.1:8000", True), ("127.0.0.1", "localhost:8000", True), ("127.0.0.1", "[::1]:8000", True),
        ("127.0.0.1", "evil.example:8000", False), ("127.0.0.1", "10.0.0.1:8000", False), ("127.0.0.1", "", False),
        ("127.0.0.1", "localhost.evil.example", False), ("0.0.0.0", "192.168.1.2:8000", True),
        ("0.0.0.0", "rebound.example:8000", False), ("0.0.0.0", "localhost", True), ("127.0.0.1", "[", False),
    ],
)  # fmt: skip
def test_a_name_that_is_not_ours_is_refused(bound: str, called: str, expected: bool) -> None:
    doors = Doors(_nothing, host=bound, code="", lang="zh")
    assert doors._may_be_called(called) is expected


def test_own_names_never_hold_the_wildcard() -> None:
    assert not own_names("0.0.0.0") & {"0.0.0.0", "::", ""}


def test_a_cookie_of_another_server_is_unknown() -> None:
    one, other = AccessCode("code"), AccessCode("code")
    assert one.knows(one.cookie())
    assert not other.knows(one.cookie())
    assert not one.knows("")
    assert not one.knows(".")
    assert one.cookie() != one.cookie()


def test_wrong_codes_are_counted_and_right_ones_are_not() -> None:
    code = AccessCode("right")
    for _ in range(TRIES - 1):
        assert not code.right("wrong")
    assert code.right("right")
    assert not code.busy()
    code.right("密码")
    assert code.busy()


def test_no_code_is_no_lock() -> None:
    assert not AccessCode("")


def test_the_policy_names_no_outside_and_no_inline_script() -> None:
    text = policy("abc")
    assert "http" not in text
    assert "*" not in text
    script = next(part for part in text.split(";") if part.strip().startswith("script-src"))
    assert "'unsafe-inline'" not in script
    assert "'nonce-abc'" in script
    assert "script-src 'none'" in policy("")


async def test_what_breaks_inside_is_told_by_its_kind_only(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("planted value")

    sent: list[dict[str, object]] = []

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b""}

    doors = Doors(broken, host="127.0.0.1", code="", lang="zh")  # type: ignore[arg-type]
    headers = [(b"host", b"localhost")]
    scope = {"type": "http", "method": "GET", "path": "/", "scheme": "http", "headers": headers, "query_string": b"",
             "server": ("localhost", 80)}  # fmt: skip
    await doors(scope, receive, send)  # type: ignore[arg-type]
    assert sent[0]["status"] == 500
    assert "planted" not in caplog.text
    assert "planted" not in str(sent)
    assert "RuntimeError" in caplog.text
    await doors({**scope, "type": "websocket"}, receive, send)  # type: ignore[arg-type]
    assert "a websocket failed: RuntimeError" in caplog.text


def test_a_public_name_is_ours_and_no_other() -> None:
    doors = Doors(_nothing, host="127.0.0.1", code="", lang="zh", public_url="https://kangban.example.org")
    assert doors._may_be_called("kangban.example.org")
    assert not doors._may_be_called("evil.example.org")
    assert not doors._may_be_called("kangban.example.org.evil.example")
