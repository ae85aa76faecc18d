"""Passkeys and an organisation's accounts, over HTTP as a browser does it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import unescape
from urllib.parse import quote, urlencode

import pytest

from tests.support.identity_provider import CLIENT, SECRET, Provider
from tests.support.soft_passkey import SoftPasskey
from tests.support.web_guest import PASSWORD, Guest, administrator
from tests.support.web_server import WebServer, running_server


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    one = Provider()
    yield one
    one.close()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, provider: Provider) -> Iterator[WebServer]:
    organisation = {
        "KANGBAN_OIDC_ISSUER": provider.issuer, "KANGBAN_OIDC_CLIENT_ID": CLIENT, "KANGBAN_OIDC_CLIENT_SECRET": SECRET,
    }  # fmt: skip
    with running_server(tmp_path_factory.mktemp("ways"), **organisation) as server:
        server.address = server.address.replace("127.0.0.1", "localhost")  # passkeys want a name
        yield server


@pytest.fixture(scope="module")
def mama(home: WebServer) -> Guest:
    return administrator(home)


def _token(guest: Guest, page: str) -> str:
    return guest.get(page).text.split('name="form" value="')[1].split('"')[0]


def test_a_passkey_is_made_and_opens_the_door(home: WebServer, mama: Guest) -> None:
    device = SoftPasskey(origin=home.address)
    form = _token(mama, "/account")
    assert mama.post("/account/passkeys/options", form=form, password="wrong").status == 403
    options = mama.post("/account/passkeys/options", form=form, password=PASSWORD)
    answer = device.make(options.text)
    kept = mama.post("/account/passkeys", form=form, passkey_name="<i>手机</i>", answer=answer)
    assert json.loads(kept.text)["go"].startswith("/account")
    assert "&lt;i&gt;手机" in mama.get("/account").text
    assert mama.post("/account/passkeys", form=form, passkey_name="再来", answer=answer).status == 403

    guest = Guest(home)
    assert "data-passkey" in guest.get("/login").text
    form = _token(guest, "/login")
    asked = guest.post("/login/passkey/options", form=form).text
    answer = device.answer(asked)
    entered = guest.post("/login/passkey", form=form, back="/family", answer=answer)
    assert json.loads(entered.text) == {"go": "/family"}
    assert "HttpOnly" in (entered.headers["Set-Cookie"] or "")
    assert guest.get("/account").status == 200

    thief = Guest(home)
    form = _token(thief, "/login")
    assert thief.post("/login/passkey", form=form, answer=answer).status == 403
    assert thief.post("/login/passkey", form=form, answer="{}").status in (403, 422)
    assert thief.post("/login/passkey", form="x.y", answer=answer).status == 403
    assert thief.get("/account").to.startswith("/login")


def test_an_identity_is_linked_and_opens_the_door(home: WebServer, mama: Guest, provider: Provider) -> None:
    stranger = Guest(home)
    back = provider.visit(stranger.get("/login/oidc").to)
    refused = stranger.get(f"/login/oidc/back?{urlencode(back)}")
    assert (refused.status, "kangban_session" in stranger.cookies) == (403, False)

    # A page elsewhere can lead her browser to an address, but does not know what her own page says.
    for foreign in ("1", "x.y", _token(Guest(home), "/login")):
        assert mama.get(f"/login/oidc?link={foreign}").status == 403
    own = unescape(mama.get("/account").text).split('href="/login/oidc?link=')[1].split('"')[0]
    begun = mama.get(f"/login/oidc?link={own}")
    linked = mama.get(f"/login/oidc/back?{urlencode(provider.visit(begun.to))}")
    assert linked.to.startswith("/account")
    guest = Guest(home)
    page = unescape(guest.get("/login?back=/family").text)
    assert f"/login/oidc?back={quote('/family', safe='')}" in page
    begun = guest.get("/login/oidc?back=%2Ffamily")
    cookie = next(c for c in begun.headers.get_all("Set-Cookie") if c.startswith("kangban_oidc="))
    assert "HttpOnly" in cookie
    assert "Path=/login/oidc" in cookie
    entered = guest.get(f"/login/oidc/back?{urlencode(provider.visit(begun.to))}")
    assert entered.to == "/family"
    assert guest.get("/account").status == 200


def test_an_answer_begun_in_another_browser_logs_nobody_in(home: WebServer, mama: Guest, provider: Provider) -> None:
    attacker, victim = Guest(home), Guest(home)
    back = provider.visit(attacker.get("/login/oidc").to)
    victim.get("/login/oidc")
    for guest in (victim, Guest(home)):
        answer = guest.get(f"/login/oidc/back?{urlencode(back)}")
        assert answer.status == 403
        assert "kangban_session" not in guest.cookies
    for bad in ("", "?state=&code=", "?state=x&code=y", "?error=access_denied"):
        assert victim.get(f"/login/oidc/back{bad}").status == 403
    away = attacker.get("/login/oidc?back=//evil.example").to
    assert attacker.get(f"/login/oidc/back?{urlencode(provider.visit(away))}").to in ("/", "")
