"""Sessions at the door, without a browser: what is closed, what a cookie opens, what ends at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.web_guest import PASSWORD, Guest, administrator, first_token, invited
from tests.support.web_server import WebServer, running_server, start_server

CLOSED = ("/", "/family", "/cabinet", "/account", "/account/totp", "/people", "/nope", "/export?who=x")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    with running_server(tmp_path_factory.mktemp("home")) as server:
        yield server


@pytest.fixture(scope="module")
def mama(home: WebServer) -> Guest:
    return administrator(home)


def test_before_there_is_an_account_every_address_leads_to_the_link_and_the_link_works_once(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        stranger = Guest(server)
        assert {stranger.get(path).to for path in CLOSED} == {"/first"}
        where = stranger.get("/first")
        assert (where.status, "first administrator" in where.text) == (403, True)
        token = first_token(server)
        assert token not in where.text
        wrong = stranger.send("/first", page=f"/first?token={token}", token="guessed", login="eve", name="Eve",
                              password=PASSWORD, again=PASSWORD)  # fmt: skip
        assert wrong.status == 404
        mother = administrator(server)
        assert mother.get("/account").status == 200
        again = stranger.send("/first", page="/login", token=token, login="eve", name="Eve", password=PASSWORD,
                              again=PASSWORD)  # fmt: skip
        assert again.status == 404
        assert stranger.get(f"/first?token={token}").to == "/login"
        assert stranger.get("/account").to == "/login?back=%2Faccount"


def test_without_a_session_pages_lead_to_the_login_and_everything_else_is_refused(home: WebServer, mama: Guest) -> None:
    stranger = Guest(home)
    for path in CLOSED[1:]:
        answer = stranger.get(path)
        assert (answer.status, answer.to.startswith("/login?back=%2F")) == (303, True)
    for path in ("/_nicegui_ws/socket.io/?EIO=4&transport=polling", "/export?who=x", "/_nicegui/client/a/upload/1"):
        assert home.get(path)[0] == 401
    assert home.get("/_nicegui/client/a/upload/1", body=b"x")[0] == 401
    assert stranger.post("/logout").status == 401
    for path in ("/health", "/static/kangban.css", "/manifest.webmanifest", "/login"):
        assert stranger.get(path).status == 200
    assert stranger.get("/", Cookie="kangban_session=made-up").to == "/login"


def test_a_login_hands_out_a_fresh_closed_cookie_and_never_keeps_one_it_was_given(home: WebServer, mama: Guest) -> None:
    guest = Guest(home)
    guest.cookies["kangban_session"] = "foisted-by-somebody"
    answer = guest.log_in("mama", back="/family?who=x")
    cookie = next(c for c in answer.headers.get_all("Set-Cookie") if c.startswith("kangban_session="))
    assert (answer.status, answer.to) == (303, "/family?who=x")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "foisted" not in cookie
    assert guest.cookies["kangban_session"] != mama.cookies["kangban_session"]
    assert guest.get("/account").status == 200
    assert Guest(home).log_in("mama", back="//evil.example").to == "/"


def test_logout_ends_the_session_and_not_only_the_cookie(home: WebServer, mama: Guest) -> None:
    guest = Guest(home)
    guest.log_in("mama")
    kept = dict(guest.cookies)
    assert guest.send("/logout", page="/account").to == "/login?left=1"
    assert "kangban_session" not in guest.cookies
    guest.cookies = kept
    assert guest.get("/account").to.startswith("/login")


def test_a_form_of_nobody_or_of_another_session_is_refused(home: WebServer, mama: Guest) -> None:
    other = Guest(home)
    other.log_in("mama")
    foreign = re.search(r'name="form" value="([^"]+)"', other.get("/account").text)
    assert foreign
    for form in ("", "x.y", foreign.group(1)):
        answer = mama.post("/account/name", form=form, name="Eve")
        assert answer.status == 403
    assert "Eve" not in mama.get("/account").text
    assert mama.post("/logout", form="").status == 403
    assert mama.get("/account").status == 200


def test_wrong_logins_say_the_same_and_lock(home: WebServer, mama: Guest) -> None:
    invited(mama, "locked-out", "helper")
    guest = Guest(home)
    said = {
        guest.log_in(login, "not the password").text.count("账号或密码不对") for login in ("locked-out", "nobody-there")
    }
    assert said == {1}
    last = ""
    for _ in range(12):
        last = guest.log_in("locked-out", "not the password").text
        if "锁" in last:
            break
    assert guest.log_in("locked-out").status == 403


def test_names_of_people_are_text_on_every_page(home: WebServer, mama: Guest) -> None:
    evil = "<script>alert(1)</script>"
    guest = invited(mama, "scripted", "helper", name=evil)
    for answer in (mama.get("/people"), guest.get("/account"), guest.get("/"), guest.get("/family")):
        assert answer.status == 200
        assert evil not in answer.text
    wrong = Guest(home).send("/login", login='"><script>x', password="y")
    assert "<script>x" not in wrong.text


def test_a_carer_manages_nothing(home: WebServer, mama: Guest) -> None:
    helper = invited(mama, "only-helps", "helper")
    assert helper.get("/people").status == 403
    for path, fields in (
        ("/people/invite", {"role": "manager", "family": "home"}), ("/people/lock", {"account": "x"}),
        ("/people/reset", {"account": "x"}), ("/people/places", {"place_name": "x", "kind": "family"}),
        ("/people/end", {"membership": "x"}),
    ):  # fmt: skip
        assert helper.send(path, page="/account", **fields).status in (403, 404)


def test_an_ended_place_is_over_at_the_next_request(home: WebServer, mama: Guest) -> None:
    helper = invited(mama, "going", "helper", name="要走的人")
    assert helper.get("/").status == 200
    row = next(r for r in mama.get("/people").text.split("<li>") if "要走的人" in r and 'name="membership"' in r)
    membership = re.search(r'name="membership" value="([^"]+)"', row)
    assert membership
    assert mama.send("/people/end", page="/people", membership=membership.group(1)).status == 303
    assert helper.get("/").to == "/login"
    assert helper.get("/export?who=x").to.startswith("/login")


def test_everything_personal_is_kept_by_nobody(home: WebServer, mama: Guest) -> None:
    for path in ("/", "/family", "/account", "/people", "/login", "/export?who=nobody", "/nope", "/account/totp"):
        answer = mama.get(path)
        assert answer.headers.get_all("Cache-Control") == ["no-store"], path
        assert "server" not in answer.headers
        assert "Access-Control-Allow-Origin" not in answer.headers
    assert "max-age" in mama.get("/", **{"X-Forwarded-Proto": "https"}).headers["Strict-Transport-Security"]
    assert "Strict-Transport-Security" not in mama.get("/login").headers


def test_the_demo_listens_on_this_machine_only_and_its_visitor_has_no_account(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="demo"):
        start_server(tmp_path, "--demo", "--host", "0.0.0.0", KANGBAN_ACCESS_CODE="long-enough-code")
    with running_server(tmp_path, "--demo") as server:
        guest = Guest(server)
        assert guest.get("/").status == 200
        assert guest.get("/account").status == 403
        assert guest.get("/people").status == 403
        guest.cookies["kangban_family"] = "home"
        assert guest.get("/").to == "/first"
        assert guest.get("/export?who=nainai").to == "/first"
        assert guest.get("/first").status == 403
        assert guest.get(f"/first?token={first_token(server)}").status == 200


def test_nothing_typed_or_asked_for_is_printed(home: WebServer, mama: Guest) -> None:
    Guest(home).log_in("planted-login", "planted-password")
    mama.get("/family?who=planted-member")
    mama.get("/nope?planted-query=1")
    said = home.whole("ready")
    assert "planted" not in said
    assert mama.cookies["kangban_session"] not in said


def test_whoever_keeps_the_server_sees_no_record(home: WebServer, mama: Guest) -> None:
    keeper = Guest(home)
    keeper.log_in("mama")
    assert keeper.send("/account/family", page="/account", family="").to == "/people"
    for path in ("/", "/family", "/cabinet"):
        assert keeper.get(path).to == "/people"
    assert keeper.get("/export?who=x").status in (403, 404)
    assert keeper.get("/sharing").status == 403
    page = keeper.get("/people")
    assert (page.status, 'name="place_name"' in page.text) == (200, True)
    assert keeper.get("/account").status == 200
    assert mama.get("/family").status == 200


def test_one_account_two_families_one_in_view(home: WebServer, mama: Guest) -> None:
    papa = invited(mama, "papa", "adult", name="爸爸")
    assert mama.send("/people/places", page="/people", place_name="外婆家", kind="family").status == 303
    other = next(v for v in re.findall(r'<option value="([^"]+)"[^>]*>外婆家', mama.get("/people").text))
    told = mama.send("/people/invite", page="/people", role="manager", family=other).text
    found = re.search(r"/invite\?token=([\w-]+)", told)
    assert found
    offered = papa.get(f"/invite?token={found.group(1)}")
    assert "家庭健康管理人" in offered.text
    assert "用现在的账号加入" in offered.text
    assert papa.send("/invite/join", page=f"/invite?token={found.group(1)}", token=found.group(1)).status == 303
    assert papa.get(f"/invite?token={found.group(1)}").status == 404
    places = papa.get("/account").text
    assert "外婆家" in places
    assert papa.get("/people").status == 200
    assert papa.send("/account/family", page="/account", family="home").to == "/"
    assert papa.get("/people").status == 403
    assert papa.send("/account/family", page="/account", family="somebody-elses").status == 403
    assert papa.send("/account/family", page="/account", family="").status == 403


def test_a_reset_link_sets_a_password_once_and_ends_every_session(home: WebServer, mama: Guest) -> None:
    guest = invited(mama, "forgets", "helper", name="健忘")
    row = next(r for r in mama.get("/people").text.split("<li>") if "健忘" in r and "/people/reset" in r)
    account = re.search(r'name="account" value="([^"]+)"', row)
    assert account
    told = mama.send("/people/reset", page="/people", account=account.group(1))
    found = re.search(r"/reset\?token=([\w-]+)", told.text)
    assert found
    assert found.group(1) not in mama.get("/people").text
    assert guest.send("/people/reset", page="/account", account=account.group(1)).status == 403
    stranger, token, new = Guest(home), found.group(1), "another long way home"
    page = f"/reset?token={token}"
    assert stranger.send("/reset", page=page, token=token, password=new, again="else").status == 422
    assert stranger.send("/reset", page=page, token=token, password=new, again=new).status == 200
    assert stranger.send("/reset", page=page, token=token, password=new, again=new).status == 404
    assert guest.get("/account").to.startswith("/login")
    assert Guest(home).log_in("forgets").status == 403
    assert Guest(home).log_in("forgets", new).status == 303


def test_a_clinics_doctor_is_let_in_and_sees_nothing_unshared(home: WebServer, mama: Guest) -> None:
    mama.send("/people/places", page="/people", place_name="社区诊所", kind="clinic")
    clinic = re.findall(r'<option value="([^"]+)"[^>]*>社区诊所', mama.get("/people").text)[0]
    chief = invited(mama, "chief", "manager", name="所长", family=clinic)
    assert 'value="helper"' not in chief.get("/people").text
    fields = {"licence_number": "110105200001234", "licence_until": "2099-01-01", "topic.medicines": "yes"}
    bare = chief.send("/people/invite", page="/people", role="doctor", family=clinic)
    assert (bare.status, "invite?token=" in bare.text) == (422, False)
    doctor = invited(chief, "doctor-li", "doctor", name="李医生", family=clinic, **fields)
    assert doctor.get("/people").status == 403
    row = mama.get("/people").text.split('id="professionals"')[1]
    account = re.search(r'name="account" value="([^"]+)"', row)
    assert account
    assert mama.send("/people/assign", page="/people", account=account.group(1)).status == 303
    assert chief.send("/people/assign", page="/people", account="nobody").status in (403, 404)
    assert "李医生" in mama.get("/people").text.split('id="accounts"')[1].split("</section>")[0]
    assert doctor.send("/account/family", page="/account", family="home").to == "/"
    assert "还没有人把健康信息分享给你" in doctor.get("/family").text


def test_a_notification_address_is_kept_and_never_shown(home: WebServer, mama: Guest) -> None:
    guest = Guest(home)
    guest.log_in("mama")
    for bad in ("file:///etc/passwd", "nothing", "dbus://x"):
        assert guest.send("/account/notify", page="/account", notify_url=bad).status == 422
    assert guest.send("/account/notify", page="/account", notify_url="ntfy://planted-topic").status == 303
    page = guest.get("/account").text
    assert "已经设了一个地址" in page
    assert "planted-topic" not in page
    assert guest.send("/account/notify", page="/account").status == 303
    assert "已经设了一个地址" not in guest.get("/account").text
