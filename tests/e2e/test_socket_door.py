"""A page's websocket belongs to the session the page was handed to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import websockets

from tests.support.raw_socket import page_clicks, page_words, raw_socket
from tests.support.web_guest import Guest, administrator, invited
from tests.support.web_server import WebServer, running_server


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    with running_server(tmp_path_factory.mktemp("sockets")) as server:
        yield server


@pytest.fixture(scope="module")
def mama(home: WebServer) -> Guest:
    return administrator(home)


@pytest.fixture(scope="module")
def carer(home: WebServer, mama: Guest) -> Guest:
    return invited(mama, "socket-helper", "helper")


async def test_the_owner_of_a_page_is_let_in(home: WebServer, mama: Guest) -> None:
    async with raw_socket(home, mama.cookies, **page_words(mama.get("/family").text)) as own:
        assert own.accepted


async def test_without_a_session_there_is_no_websocket(home: WebServer, mama: Guest) -> None:
    words = page_words(mama.get("/family").text)
    for cookies in ({}, {"kangban_session": "guessed"}):
        with pytest.raises(websockets.InvalidStatus) as refused:
            async with raw_socket(home, cookies, **words):
                pass
        assert refused.value.response.status_code == 403


async def test_another_session_cannot_take_over_a_page(home: WebServer, mama: Guest, carer: Guest) -> None:
    words = page_words(mama.get("/family").text)
    async with raw_socket(home, carer.cookies, **words) as thief:
        assert not thief.accepted
    # The same with the handshake apart from the connection.
    own = page_words(carer.get("/family").text)
    async with raw_socket(home, carer.cookies, **{**own, "implicit_handshake": "false"}) as thief:
        assert thief.accepted
        await thief.emit("handshake", {**words, "next_message_id": 0}, answer=True)
        assert "false" in await thief.heard()


async def test_two_logins_of_one_account_do_not_share_pages(home: WebServer, mama: Guest) -> None:
    elsewhere = Guest(home)
    elsewhere.log_in("mama")
    async with raw_socket(home, elsewhere.cookies, **page_words(mama.get("/family").text)) as other:
        assert not other.accepted


async def test_a_socket_cannot_press_buttons_on_another_page(home: WebServer, mama: Guest, carer: Guest) -> None:
    html = mama.get("/family").text
    target, clicks = page_words(html), page_clicks(html)
    async with (
        raw_socket(home, mama.cookies, **target) as own,
        raw_socket(home, carer.cookies, **page_words(carer.get("/family").text)) as thief,
    ):
        assert own.accepted
        assert thief.accepted
        await own.heard(0.5)
        for click in clicks:
            await thief.emit("event", click)
        await thief.emit("javascript_response", {"request_id": "x", "client_id": target["client_id"], "result": 1})
        await thief.emit("log", {"client_id": target["client_id"], "level": "error", "message": "planted-line"})
        for bad in (None, 1, [], {}, {"client_id": 5}):
            await thief.emit("event", bad)
        assert await own.heard(1.5) == ""
        for click in clicks:
            await own.emit("event", click)
        assert "record-form" in await own.heard(1.5)  # the same clicks from the page's own socket open the form
    assert "planted-line" not in home.whole("ready")


async def test_an_upload_belongs_to_its_page(home: WebServer, mama: Guest, carer: Guest) -> None:
    client = page_words(mama.get("/").text)["client_id"]
    path = f"/_nicegui/client/{client}/upload/1"
    assert carer.post(path, x="1").status == 404
    assert Guest(home).post(path, x="1").status == 401
    assert carer.get("/_nicegui/client/made-up/upload/1").status == 404


async def test_a_page_of_an_ended_session_is_sent_away_and_hears_nothing_more(home: WebServer, mama: Guest) -> None:
    guest = Guest(home)
    guest.log_in("mama")
    html = guest.get("/family").text
    words, clicks = page_words(html), page_clicks(html)
    async with raw_socket(home, guest.cookies, **words) as page:
        assert page.accepted
        await page.heard(0.5)
        assert guest.send("/logout", page="/account").status == 303
        assert "/login?ended=1" in await page.heard(2.0)
        for click in clicks:
            await page.emit("event", click)
        assert await page.heard(1.0) == ""
    with pytest.raises(websockets.InvalidStatus):
        async with raw_socket(home, {"kangban_session": "gone"}, **words):
            pass
