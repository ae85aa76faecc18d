"""Nothing that was planted is found in what the program says: stdout, stderr, log records, reprs of its structs."""

from __future__ import annotations

import base64
import contextlib
import json
import logging
import os
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kangban.clinical.account import Account
from kangban.ports.chat_model import ModelEndpoint
from kangban.settings import Settings, read_settings
from tests.support.web_guest import Guest, administrator, first_token
from tests.support.web_server import ROOT, WebServer, clean_environment

NAME, PHONE, RESIDENT = "沈桂兰秋", "13812349876", "11010519491231002X"
QUESTION = f"我是{NAME}，身份证{RESIDENT}，电话{PHONE}，吃华法林三年了，今天牙龈出血，布洛芬能吃吗planted-question"
MODEL_KEY, DB_WORD, CODE = "sk-planted-model-key-7781", "planted-database-word", "planted-access-code"
WRONG, BODY, PATH = "planted wrong password", "planted-body-value", "planted-path-value"
OIDC = "planted-oidc-secret"
KEY = base64.b64encode(b"planted-encryption-key-32-bytes!").decode()
PLANTED = (
    NAME,
    PHONE,
    RESIDENT,
    "planted",
    MODEL_KEY,
    DB_WORD,
    CODE,
    WRONG,
    BODY,
    PATH,
    OIDC,
    KEY,
    "three green boats",
)
# Everything our loggers have to say, and what a stranger's would say by default.
LOUD = "import logging, sys; logging.basicConfig(level=logging.INFO, stream=sys.stderr); logging.getLogger('kangban').setLevel(logging.DEBUG); "
MAIN = "from kangban.cli.main import main; main()"


def says_nothing_planted(said: str, *more: str) -> None:
    for secret in (*PLANTED, *(m for m in more if m)):
        at = said.find(secret)
        assert at < 0, f"{secret!r} in …{said[max(0, at - 200) : at + 120]}…"


@contextlib.contextmanager
def loud_server(folder: Path, said: Path, **environment: str) -> Iterator[WebServer]:
    """The real server; both streams go to a file."""
    command = [sys.executable, "-c", LOUD + MAIN, "serve", "--port", "0", "--data-dir", str(folder)]
    with said.open("w", encoding="utf-8") as out:
        child = subprocess.Popen(
            command, stdout=out, stderr=out, text=True, cwd=ROOT, env=clean_environment(**environment)
        )
        try:
            for _ in range(1200):
                line = next((one for one in said.read_text("utf-8").splitlines() if one.startswith("ready http")), "")
                if line or child.poll() is not None:
                    break
                time.sleep(0.1)
            assert line, said.read_text("utf-8")
            child.stdout = None
            yield WebServer(child, line.split()[1], said.read_text("utf-8"))
        finally:
            child.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(timeout=20)
            if child.poll() is None:
                child.kill()


def api(server: WebServer, secret: str, path: str, body: Any = None, raw: bytes | None = None) -> tuple[int, str]:
    sent = raw if raw is not None else None if body is None else json.dumps(body).encode()
    told = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    status, _, text = server.get(f"/api/v1{path}", told, sent)
    return status, text


def kangban(folder: Path, *words: str, stdin: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", LOUD + MAIN, *words], input=stdin, capture_output=True, check=False, timeout=300, cwd=ROOT,
        env=clean_environment(KANGBAN_DATA_DIR=str(folder), **environment),
    )  # fmt: skip


def test_a_server_at_work_and_in_trouble_tells_nothing(tmp_path: Path) -> None:
    folder, said = tmp_path / "data", tmp_path / "said.txt"
    # Nobody listens there: every turn fails on the model and goes on offline.
    more = {
        "KANGBAN_MODEL_URL": "http://127.0.0.1:9/v1", "KANGBAN_MODEL_NAME": "m", "KANGBAN_MODEL_KEY": MODEL_KEY,
        "KANGBAN_KEY": KEY,
    }  # fmt: skip
    member = _member(folder, **more)
    with loud_server(folder, said, **more) as server:
        server.said = said.read_text("utf-8")
        for _ in range(100):
            if "/first?token=" in server.said:
                break
            time.sleep(0.1)
            server.said = said.read_text("utf-8")
        token = first_token(server)
        mama = administrator(server, login="mama", name=NAME)
        session = dict(mama.cookies)
        made = kangban(
            folder, "keys", "add", "--account", "mama", "--name", "k", "--scopes", ",".join(SCOPES), "--json", **more
        )
        assert made.returncode == 0, made.stderr.decode()
        secret = json.loads(made.stdout)["secret"]
        says_nothing_planted(made.stderr.decode(), secret)
        status, text = api(server, secret, f"/members/{member}/ask", {"text": QUESTION})
        assert status == 200, text
        _go_wrong(server, secret, member)
        for page in (
            f"/?who={member}",
            f"/family?who={member}",
            "/cabinet",
            f"/export?who={member}",
            f"/{PATH}?q={PHONE}",
        ):
            mama.get(page)
        # The disk plays tricks: what was a database is none any more.
        for file in folder.rglob("*.sqlite3*"):
            file.write_bytes(b"no database at all" * 500)
        statuses = {
            api(server, secret, path, body)[0]
            for path, body in [(f"/members/{member}", None), (f"/members/{member}/ask", {"text": QUESTION})]
        }
        assert statuses & {500, 503, 401}, statuses
        mama.get(f"/family?who={member}")
        Guest(server).log_in("mama", WRONG)
    whole = said.read_text("utf-8").replace(token, "")  # the one-time link is printed on purpose
    assert "ready http" in whole
    assert len(said.read_text("utf-8")) > 100
    says_nothing_planted(whole, secret, *session.values())


SCOPES = (
    "view", "write", "ask", "export", "identity", "medicines", "allergies", "conditions", "measurements",
    "documents", "conversations", "conclusions", "consents", "transmissions",
)  # fmt: skip


def _member(folder: Path, **environment: str) -> str:
    """Before there is an account: by the person at the machine."""
    words = ("--relation", "奶奶", "--born-on", "1949-12-31", "--consent", "--json")
    ran = kangban(folder, "members", "add", NAME, *words, **environment)
    assert ran.returncode == 0, ran
    says_nothing_planted(ran.stderr.decode())
    return json.loads(ran.stdout)["id"]


def _go_wrong(server: WebServer, secret: str, member: str) -> None:
    assert api(server, secret, f"/members/{member}/ask", {"text": QUESTION, BODY: BODY})[0] == 422
    assert api(server, secret, f"/members/{member}/ask", raw=f'{{"text": "{QUESTION}'.encode())[0] in (400, 422)
    assert api(server, secret, f"/members/{PATH}")[0] == 404
    assert api(server, secret, f"/members/{member}/entries", {"kind": BODY, "name": NAME, "value": RESIDENT})[0] == 422
    assert api(server, f"{secret}{BODY}", "/members")[0] == 401
    assert api(server, secret, f"/{PATH}")[0] == 404
    guest = Guest(server)
    for _ in range(3):
        assert guest.log_in("mama", WRONG).status != 303
    guest.log_in(f"{BODY}@{NAME}", WRONG)
    assert server.get(f"/{PATH}", {"Cookie": f"kangban_session={BODY}", "X-Forwarded-For": PHONE})[0] in (
        303,
        401,
        403,
        404,
    )


@pytest.mark.parametrize(
    ("words", "stdin"),
    [
        (("ask", "--jsonl"), {"text": QUESTION, "person": {"age_years": 70, "medicines": [BODY]}}),
        (("ask", "--jsonl"), {"text": QUESTION, "extra": BODY}),
        (("triage", "--jsonl"), {"text": {BODY: NAME}}),
        (("medicines", "check", "--jsonl"), {"person": PATH, "medicines": [BODY]}),
        (("guard", "check", "--jsonl"), {"question": QUESTION, "draft": {"text": BODY, "citations": [{"id": 3}]}}),
        (("privacy", "hide", "--jsonl"), {"text": QUESTION, "names": [NAME]}),
        (("privacy", "sent", PATH, "--json"), None),
        (("record", "show", PATH, "--json"), None),
        (("record", "export", PATH), None),
        (("case", "replay", PATH, "--json"), None),
        (("doctor", "--json"), None),
        (("audit", "verify", "--json"), None),
    ],
)  # fmt: skip
def test_no_command_tells_more_than_its_answer(tmp_path: Path, words: tuple[str, ...], stdin: object) -> None:
    """stderr and log records are for whoever keeps the machine: no value of anybody's stands there."""
    more = {
        "KANGBAN_MODEL_URL": "http://127.0.0.1:9",
        "KANGBAN_MODEL_NAME": "m",
        "KANGBAN_MODEL_KEY": MODEL_KEY,
        "KANGBAN_KEY": KEY,
    }
    sent = b"" if stdin is None else json.dumps(stdin, ensure_ascii=False).encode() + b"\n"
    ran = kangban(tmp_path, *words, stdin=sent, **more)
    says_nothing_planted(ran.stderr.decode())
    for line in ran.stdout.splitlines():
        error = json.loads(line).get("error") if line.startswith(b"{") else None
        if error:
            says_nothing_planted(json.dumps(error, ensure_ascii=False))
    for secret in (MODEL_KEY, KEY):
        assert secret not in ran.stdout.decode()


@pytest.mark.parametrize(
    "settings",
    [
        {"KANGBAN_DATABASE_URL": f"postgresql+asyncpg://u:{DB_WORD}@127.0.0.1:9/x"},
        {"KANGBAN_DATABASE_URL": f"nonsense://u:{DB_WORD}@127.0.0.1/x"},
        {"KANGBAN_DATABASE_URL": f"{DB_WORD}"},
        {"KANGBAN_MODEL_URL": f"ftp://x:{DB_WORD}@a/"},
        {"KANGBAN_MODEL_URL": f"http://x:{DB_WORD}@127.0.0.1:9/", "KANGBAN_MODEL_NAME": "m", "KANGBAN_MODEL_KEY": MODEL_KEY},
        {"KANGBAN_MODEL_URL": "http://127.0.0.1:9", "KANGBAN_MODEL_KEY": MODEL_KEY},
        {"KANGBAN_KEY": f"{DB_WORD}-no-key"},
        {"KANGBAN_PUBLIC_URL": f"http://u:{DB_WORD}@a/"},
        {"KANGBAN_OIDC_ISSUER": f"http://u:{DB_WORD}@a/", "KANGBAN_OIDC_CLIENT_SECRET": OIDC},
        {"KANGBAN_LANG": DB_WORD},
    ],
)  # fmt: skip
@pytest.mark.parametrize("words", [("members", "list", "--json"), ("serve", "--port", "0", "--host", "127.0.0.999")])
def test_settings_that_are_wrong_are_not_repeated(
    tmp_path: Path, settings: dict[str, str], words: tuple[str, ...]
) -> None:
    ran = kangban(tmp_path, *words, **settings)
    says_nothing_planted(ran.stderr.decode() + ran.stdout.decode())


def test_reprs_hold_no_secret(tmp_path: Path) -> None:
    environ = {
        "KANGBAN_DATABASE_URL": f"postgresql+asyncpg://u:{DB_WORD}@h/x", "KANGBAN_MODEL_URL": f"http://x:{DB_WORD}@127.0.0.1:9",
        "KANGBAN_MODEL_NAME": "m", "KANGBAN_MODEL_KEY": MODEL_KEY, "KANGBAN_ACCESS_CODE": CODE, "KANGBAN_KEY": KEY,
        "KANGBAN_OIDC_ISSUER": "https://a.example", "KANGBAN_OIDC_CLIENT_ID": "c", "KANGBAN_OIDC_CLIENT_SECRET": OIDC,
    }  # fmt: skip
    settings = read_settings(data_dir=tmp_path, environ=environ)
    account = Account("a", "planted-login", NAME, "planted-hash", "planted-totp", notify_url="tgram://planted/1")
    for one in (settings, settings.keys, settings.model, settings.oidc, ModelEndpoint("http://a", "m", MODEL_KEY)):
        says_nothing_planted(repr(one))
        says_nothing_planted(f"{one} {[one]!r} {traceback.format_exception_only(ValueError(one))}")
    for secret in ("planted-hash", "planted-totp", "tgram://planted"):
        assert secret not in repr(account)
    assert isinstance(settings, Settings)
    assert msgspec.structs.replace(settings, demo=True).access_code == CODE


def test_the_check_bites(tmp_path: Path) -> None:
    logging.getLogger("kangban").debug("nothing")
    with pytest.raises(AssertionError, match="planted-body-value"):
        says_nothing_planted(f"x {BODY} y")
    ran = subprocess.run(
        [sys.executable, "-c", LOUD + f"logging.getLogger('kangban.x').debug('%s', {BODY!r})"], capture_output=True, check=True,
        env=dict(os.environ),
    )  # fmt: skip
    with pytest.raises(AssertionError):
        says_nothing_planted(ran.stderr.decode())
