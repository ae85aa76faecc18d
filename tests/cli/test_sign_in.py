"""Who types a command: the person at the machine, a login with its password, an API key; else exit 3 and a way out."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from kangban.app import close_house, open_doors
from kangban.cli.main import app
from kangban.journeys.accounts.first import claim_first, first_token
from kangban.journeys.accounts.keys import make_key
from kangban.journeys.accounts.login import find_actor, log_in
from kangban.settings import read_settings
from tests.cli.script import Ran, Script

PASSWORD = "梧桐树下 seven herons"
RECORD = ("members", "list", "--json"), ("record", "show", "{}", "--json"), ("record", "export", "{}", "--json")


Run = Callable[..., Ran]


@pytest.fixture
def run(script: Script, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The commands in this process: cheaper than the script, and passwords can be typed."""
    for name in [name for name in os.environ if name.startswith("KANGBAN_") and name != "KANGBAN_PACKS_DEV"]:
        monkeypatch.delenv(name)
    for name, value in script.environment().items():
        monkeypatch.setenv(name, value)

    def do(*asked: str, typed: str = "", **env: str) -> Ran:
        done = CliRunner().invoke(app, list(asked), input=typed, env=env)
        # The runner's own stand-in for a hidden prompt writes a blank line.
        said = [line for line in done.stdout_bytes.splitlines() if line.strip()]
        return Ran(done.exit_code, b"\n".join(said), done.stderr)

    return do


@pytest.fixture
def gran(run: Run) -> str:
    """Added by the person at the machine, while nobody has an account."""
    ran = run("members", "add", "沈桂兰", "--born-on", "1950-03-01", "--consent", "--json")
    assert ran.code == 0
    return ran.answer["id"]


@pytest.fixture
def key(script: Script, gran: str) -> str:
    """After the first account was made: a key of its owner that may view medicines."""

    async def do() -> str:
        opened = await open_doors(read_settings(data_dir=script.data_dir, environ=script.environment()))
        gate = opened.gate
        token = await first_token(gate)
        assert token is not None
        await claim_first(gate, token, login="mum", name="妈妈", password=PASSWORD)
        session = await log_in(gate, login="mum", password=PASSWORD)
        actor = await find_actor(gate, session.token, door="page")
        assert actor is not None
        until = gate.clock.now() + timedelta(days=3)
        secret, _ = await make_key(gate, actor, name="k", scopes=["view", "medicines"], expires_at=until)
        await close_house(opened.house)
        return secret

    return asyncio.run(do())


def words(asked: tuple[str, ...], gran: str) -> list[str]:
    return [word.format(gran) for word in asked]


@pytest.mark.parametrize("asked", RECORD)
def test_without_accounts_whoever_sits_here_is_the_family(run: Run, gran: str, asked: tuple[str, ...]) -> None:
    ran = run(*words(asked, gran))
    assert ran.code == 0
    assert "沈桂兰" in ran.out.decode()


@pytest.mark.parametrize("asked", [*RECORD, ("consents", "list", "{}", "--json"), ("case", "replay", "{}", "--json")])
def test_with_accounts_nobody_comes_in_unnamed(run: Run, key: str, gran: str, asked: tuple[str, ...]) -> None:
    ran = run(*words(asked, gran))
    assert ran.code == 3
    assert ran.error == ("not_permitted", "as")
    assert "--as LOGIN" in ran.answer["error"]["message"]
    assert "KANGBAN_API_KEY" in ran.answer["error"]["message"]
    assert "沈桂兰" not in ran.out.decode() + ran.err


@pytest.mark.parametrize("person", ["ask", "triage", "medicines check", "guard check"])
def test_no_command_reads_a_member_for_nobody(run: Run, key: str, gran: str, person: str) -> None:
    asked: dict[str, dict[str, Any]] = {
        "ask": {"text": "头疼"}, "triage": {"text": "头疼"}, "medicines check": {"medicines": ["布洛芬"]},
        "guard check": {"question": "头疼", "draft": "多喝水。"},
    }  # fmt: skip
    line = {**asked[person], "person": gran}
    ran = run(*person.split(), "--jsonl", typed=json.dumps(line) + "\n")
    assert ran.code == 3
    assert ran.error == ("not_permitted", "as")


def test_a_key_does_what_it_was_made_for_and_no_more(run: Run, key: str, gran: str) -> None:
    seen = run("members", "list", "--json", KANGBAN_API_KEY=key)
    assert [one["id"] for one in seen.answer["members"]] == [gran]
    for asked in (("record", "export", gran), ("consents", "list", gran), ("members", "add", "X", "--consent")):
        ran = run(*asked, "--json", KANGBAN_API_KEY=key)
        assert ran.code in (3, 4), ran.answer
        assert "沈桂兰" not in ran.out.decode()
    for wrong in ("kb_no_such_key", key[:-1] + ("A" if key[-1] != "A" else "B")):
        ran = run("members", "list", "--json", KANGBAN_API_KEY=wrong)
        assert (ran.code, ran.error) == (3, ("not_permitted", "KANGBAN_API_KEY"))
        assert wrong not in ran.out.decode() + ran.err


def test_a_login_and_a_key_at_once_are_nobody(run: Run, key: str, gran: str) -> None:
    ran = run("members", "list", "--as", "mum", "--json", KANGBAN_API_KEY=key)
    assert (ran.code, ran.error) == (3, ("not_permitted", "as"))
    assert "沈桂兰" not in ran.out.decode()
    assert key not in ran.out.decode() + ran.err


def test_a_login_and_its_password_open_the_record(run: Run, key: str, gran: str) -> None:
    right = run("members", "list", "--json", "--as", "mum", typed=f"{PASSWORD}\n")
    assert right.code == 0, right.err
    assert [one["id"] for one in right.answer["members"]] == [gran]
    assert PASSWORD not in right.out.decode() + right.err
    assert run("record", "show", gran, typed=f"{PASSWORD}\n", KANGBAN_AS="mum").code == 0
    for typed in ("wrong password\n", "\n", ""):
        wrong = run("members", "list", "--json", typed=typed, KANGBAN_AS="mum")
        assert wrong.code == 3
        assert gran not in wrong.out.decode() + wrong.err


def test_the_session_of_a_command_ends_with_it(script: Script, run: Run, key: str) -> None:
    async def sessions() -> int:
        opened = await open_doors(read_settings(data_dir=script.data_dir, environ=script.environment()))
        (account,) = await opened.gate.accounts.accounts()
        found = await opened.gate.accounts.sessions(account.id)
        await close_house(opened.house)
        return len(found)

    before = asyncio.run(sessions())
    assert run("members", "list", "--as", "mum", typed=f"{PASSWORD}\n").code == 0
    assert asyncio.run(sessions()) == before


def test_the_demo_needs_no_login(run: Run, key: str) -> None:
    ran = run("members", "list", "--demo", "--json")
    assert ran.code == 0
    assert "nainai" in {one["id"] for one in ran.answer["members"]}


def test_the_script_itself_refuses(script: Script, key: str) -> None:
    ran = script.run("members", "list", "--json")
    assert (ran.code, ran.error) == (3, ("not_permitted", "as"))
