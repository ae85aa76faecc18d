"""`kangban accounts` and `kangban keys`: documented shapes, exit codes, and no secret where none belongs."""

from __future__ import annotations

import asyncio
import re

import pytest

from kangban.app import close_house, open_doors
from kangban.journeys.accounts.first import claim_first, first_token
from kangban.journeys.accounts.inviting import accept
from kangban.journeys.accounts.keys import actor_of_key
from kangban.journeys.accounts.resetting import reset_password
from kangban.journeys.gate import Gate
from kangban.settings import read_settings
from tests.cli.script import Script, has_shape

GOOD, OTHER = "梧桐树下 seven herons", "eleven quiet 白鹭 walk"
NONE = type(None)
ACCOUNT = {
    "id": str, "login": str, "name": str, "operator": bool, "active": bool, "locked": bool, "second_factor": bool,
    "oidc": bool, "places": list,
}  # fmt: skip
PLACE = {
    "id": str, "family": str, "role": str, "member": (str, NONE), "licence_until": (str, NONE), "until": (str, NONE),
}  # fmt: skip
KEY = {
    "id": str, "hint": str, "name": str, "family": str, "scopes": list, "created_at": str, "expires_at": str,
    "last_used_at": (str, NONE), "revoked_at": (str, NONE),
}  # fmt: skip
TOKEN = re.compile(r"^http://127\.0\.0\.1:8000/(first|invite|reset)\?token=([\w-]{43})$")


def token_of(link: str, kind: str) -> str:
    found = TOKEN.match(link)
    assert found is not None, link
    assert found[1] == kind
    return found[2]


def with_gate(script: Script, work: object) -> object:
    """What the pages do with a link, in this process."""

    async def do() -> object:
        opened = await open_doors(read_settings(data_dir=script.data_dir, environ=script.environment()))
        try:
            return await work(opened.gate)  # pyright: ignore[reportCallIssue]
        finally:
            await close_house(opened.house)

    return asyncio.run(do())


async def _first(gate: Gate) -> None:
    await claim_first(gate, await first_token(gate) or "", login="zhang", name="张敏", password=GOOD)


@pytest.fixture
def started(script: Script) -> Script:
    """A directory with its administrator."""
    with_gate(script, _first)
    return script


def test_the_first_link_makes_the_administrator(script: Script) -> None:
    ran = script.run("accounts", "first", "--json")
    has_shape(ran.answer, {"link": str, "hours": int})
    token = token_of(ran.answer["link"], "first")
    with_gate(script, lambda gate: claim_first(gate, token, login="zhang", name="张敏", password=GOOD))
    assert script.run("accounts", "first", "--json").error[0] == "conflict"


def test_an_invitation_makes_a_second_account(started: Script) -> None:
    ran = started.run("accounts", "invite", "--role", "helper", "--name", "王阿姨", "--json")
    has_shape(ran.answer, {"link": str, "hours": int, "role": str, "family": str})
    token = token_of(ran.answer["link"], "invite")
    with_gate(started, lambda gate: accept(gate, token, login="wang", name="王阿姨", password=GOOD))
    listed = started.run("accounts", "list", "--json")
    assert b"argon2" not in listed.out
    found = {each["login"]: each for each in listed.answer["accounts"]}
    for each in found.values():
        has_shape(each, ACCOUNT)
        for place in each["places"]:
            has_shape(place, PLACE)
    assert found["zhang"]["operator"]
    assert [place["role"] for place in found["wang"]["places"]] == ["helper"]
    assert "王阿姨" in started.run("accounts", "list").out.decode()


def test_before_the_administrator_nobody_is_invited(script: Script) -> None:
    assert script.run("accounts", "list", "--json").answer == {"accounts": []}
    ran = script.run("accounts", "invite", "--role", "helper", "--json")
    assert (ran.code, ran.error[0]) == (5, "conflict")


def test_reset_lock_unlock_and_end(started: Script) -> None:
    invited = started.run("accounts", "invite", "--role", "adult", "--json").answer
    token = token_of(invited["link"], "invite")
    with_gate(started, lambda gate: accept(gate, token, login="mama", name="妈妈", password=GOOD))
    reset = started.run("accounts", "reset", "mama", "--second-factor", "--json")
    has_shape(reset.answer, {"link": str, "hours": int, "account": str})
    link = token_of(reset.answer["link"], "reset")
    with_gate(started, lambda gate: reset_password(gate, link, OTHER))
    for command, status in (("lock", "locked"), ("unlock", "unlocked"), ("end", "ended")):
        ran = started.run("accounts", command, "mama", "--json")
        assert ran.answer == {"account": reset.answer["account"], "status": status}
    assert started.run("accounts", "reset", "mama", "--json").error[0] == "not_found"
    assert started.run("accounts", "lock", "zhang", "--json").error[0] == "conflict"
    assert started.run("accounts", "end", "nobody", "--json").code == 4


def test_families_and_clinics(started: Script) -> None:
    made = started.run("accounts", "families", "add", "社区诊所", "--kind", "clinic", "--json")
    has_shape(made.answer, {"id": str, "kind": str, "name": str})
    listed = started.run("accounts", "families", "list", "--json").answer["families"]
    assert {"home", made.answer["id"]} == {each["id"] for each in listed}
    words = ["--family", made.answer["id"], "--json"]
    assert started.run("accounts", "invite", "--role", "adult", *words).code == 3
    licence = ["--licence", "110", "--topics", "medicines,triage", "--until", "2031-01-01"]
    assert started.run("accounts", "invite", "--role", "doctor", *licence, *words).code == 0
    assert started.run("accounts", "invite", "--role", "doctor", *words).error == ("invalid_input", "licence.number")
    assert started.run("accounts", "families", "add", "x", "--kind", "palace", "--json").error == (
        "invalid_input",
        "kind",
    )


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (["--role", "king"], "role"),
        (["--role", "doctor", "--licence", "1", "--topics", "all", "--until", "soon"], "until"),
        (["--role", "doctor", "--licence", "1", "--topics", "magic", "--until", "2031-01-01"], "licence.scope"),
        (["--role", "child"], "member_id"),
    ],
)
def test_words_that_are_wrong_name_the_field(started: Script, words: list[str], field: str) -> None:
    ran = started.run("accounts", "invite", *words, "--json")
    assert (ran.code, ran.error) == (2, ("invalid_input", field))


def test_a_key_is_made_shown_once_used_and_revoked(started: Script) -> None:
    words = ["--account", "zhang", "--json"]
    made = started.run("keys", "add", "--name", "脚本", "--scopes", "view,medicines", "--days", "7", *words)
    has_shape(made.answer, {"secret": str, **KEY})
    secret = made.answer["secret"]
    actor = with_gate(started, lambda gate: actor_of_key(gate, secret, door="api"))
    assert getattr(actor, "scopes", None) == ("medicines", "view")
    listed = started.run("keys", "list", *words)
    (one,) = listed.answer["keys"]
    has_shape(one, KEY)
    assert secret.encode() not in listed.out
    assert one["last_used_at"] is not None
    assert started.run("keys", "revoke", one["hint"], *words).answer == {"id": one["id"], "status": "revoked"}
    assert with_gate(started, lambda gate: actor_of_key(gate, secret, door="api")) is None


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["keys", "add", "--account", "nobody", "--name", "x", "--scopes", "view,medicines"], 4),
        (["keys", "add", "--account", "zhang", "--name", "x", "--scopes", "administer,medicines"], 2),
        (["keys", "add", "--account", "zhang", "--name", "x", "--scopes", "view,medicines", "--days", "400"], 2),
        (
            ["keys", "add", "--account", "zhang", "--family", "elsewhere", "--name", "x", "--scopes", "view,medicines"],
            3,
        ),
        (["keys", "revoke", "kb_nothing", "--account", "zhang"], 4),
    ],
)
def test_keys_that_cannot_be(started: Script, words: list[str], code: int) -> None:
    assert started.run(*words, "--json").code == code


def test_links_begin_with_the_address_the_family_types(started: Script) -> None:
    ran = started.run("accounts", "reset", "zhang", "--json", KANGBAN_PUBLIC_URL="https://kangban.example.org")
    assert ran.answer["link"].startswith("https://kangban.example.org/reset?token=")
    ran = started.run("accounts", "reset", "zhang", "--json", "--base-url", "http://10.0.0.2:8000")
    assert ran.answer["link"].startswith("http://10.0.0.2:8000/reset?token=")
