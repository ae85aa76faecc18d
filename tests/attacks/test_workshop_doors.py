"""The workshop's addresses: what is somebody else's is not there, and hostile words are no more than words."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.support.web_guest import Guest, administrator, invited
from tests.support.web_server import WebServer, running_server

COOKIE = "kangban_bench"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    with running_server(tmp_path_factory.mktemp("bench"), "--demo") as one:
        yield one


def test_a_browser_gets_a_secret_of_its_own_once_and_a_script_cannot_read_it(demo: WebServer) -> None:
    first, second = Guest(demo), Guest(demo)
    for guest in (first, second):
        led = guest.get("/workshop/new?copy=companion")
        assert led.status == 303
        assert led.to == "/workshop/new?copy=companion&seat=1"
        told = led.headers["Set-Cookie"]
        assert "HttpOnly" in told
        assert "SameSite=lax" in told
    assert first.cookies[COOKIE] != second.cookies[COOKIE]
    kept = first.cookies[COOKIE]
    assert first.get("/workshop").status == 200
    assert first.cookies[COOKIE] == kept
    assert kept not in first.get("/workshop").text


def test_a_browser_that_keeps_no_cookie_is_not_led_in_a_circle(demo: WebServer) -> None:
    assert Guest(demo).get("/workshop?seat=1").status == 200
    assert Guest(demo).get("/workshop/runs?seat=1").status == 200


@pytest.mark.parametrize("token", ["", "x", "a" * 31, "a" * 33, "a" * 4000, "../../etc/passwd", "ä" * 16, "a b" * 10])
def test_a_made_up_secret_opens_nothing(demo: WebServer, token: str) -> None:
    guest = Guest(demo)
    guest.cookies[COOKIE] = token.encode("utf-8").decode("latin-1")
    assert guest.get("/workshop").status in (303, 400)


@pytest.mark.parametrize(
    "path",
    [
        "/workshop/agents/nobody", "/workshop/agents/..%2f..%2fetc", "/workshop/agents/%00", "/workshop/runs/run-0",
        "/workshop/runs/%3Cscript%3E", "/workshop/new?draft=draft-0", "/workshop/new?copy=nobody",
        "/workshop/try?agent=nobody", "/workshop/try?draft=x", "/workshop/tools/rm", "/workshop/made?ref=media:0",
        "/workshop/made", "/workshop/export?name=nobody", "/workshop/export?name=../../x", "/workshop/export-run",
        "/workshop/agents/nobody/versions", f"/workshop/agents/{'a' * 3000}",
    ],
)  # fmt: skip
def test_what_is_not_there_is_said_so_and_nothing_breaks(demo: WebServer, path: str) -> None:
    guest = Guest(demo)
    guest.get("/workshop")
    answer = guest.get(path)
    assert answer.status == 404, (path, answer.status)
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize("version", ["x", "-1", "1e9", "9" * 40, "%C2%B2"])
def test_a_version_is_a_number(demo: WebServer, version: str) -> None:
    guest = Guest(demo)
    guest.get("/workshop")
    assert guest.get(f"/workshop/export?name=companion&version={version}").status in (404, 422)


def test_paper_of_a_shipped_agent_is_a_file_and_holds_no_owner(demo: WebServer) -> None:
    guest = Guest(demo)
    guest.get("/workshop")
    answer = guest.get("/workshop/export?name=companion")
    assert answer.status == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Type"].startswith("text/yaml")
    assert "owner" not in answer.text


def test_children_and_guests_of_the_house_stay_out_and_the_account_is_the_owner(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with running_server(tmp_path_factory.mktemp("own")) as server:
        mama = administrator(server)
        aunt = invited(mama, "ayi", "helper")
        for path in ("/workshop", "/workshop/new", "/workshop/tools", "/workshop/try", "/workshop/runs"):
            assert mama.get(path).status == 200, path
            shown = aunt.get(path)
            assert "seat=1" not in shown.to
            assert not re.search("data_agent|data-agent|check_medication", shown.text), path
        for path in ("/workshop/export?name=companion", "/workshop/made?ref=media:0", "/workshop/export-run?run=x"):
            assert aunt.get(path).status == 403, path
            assert Guest(server).get(path).status in (303, 401), path
        assert COOKIE not in mama.cookies
