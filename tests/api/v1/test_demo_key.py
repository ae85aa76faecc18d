"""The key `demo`: good in a demo on this machine, and nowhere else. No key and no word of anybody's ends in a log."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from kangban.api.v1.entry import Entry
from kangban.api.v1.faults import Fault
from tests.support.v1_house import Agents, says
from tests.support.web_server import WebServer, running_server

ASK = json.dumps(
    {"model": "kangban", "messages": [{"role": "user", "content": "布洛芬和阿司匹林能一起吃吗？"}]}
).encode()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    """The demo, offline."""
    with running_server(tmp_path_factory.mktemp("demo"), "--demo", KANGBAN_MODEL_URL="") as one:
        yield one


def heads(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}


def test_the_demo_answers_with_references_to_the_key_demo(demo: WebServer) -> None:
    status, _, text = demo.get("/v1/chat/completions", heads("demo"), ASK)
    assert status == 200, text
    message = json.loads(text)["choices"][0]["message"]
    about = message["kangban"]
    assert "布洛芬" in message["content"]
    assert about["brain"] == "offline"
    assert about["citations"]
    assert {"id", "title", "publisher", "passage"} <= set(about["citations"][0])
    assert any(one["severity"] for one in about["findings"])
    assert "奶奶" not in text, "nobody's record is in view"


@pytest.mark.parametrize("key", ["", "Demo", "demo2", "kb_" + "d" * 43])
def test_no_other_key_opens_the_demo(demo: WebServer, key: str) -> None:
    status, _, _ = demo.get("/v1/models", heads(key))
    assert status in (401, 429)


def test_a_browser_of_another_site_gets_nothing(demo: WebServer) -> None:
    given = {**heads("demo"), "Origin": "https://evil.example"}
    assert demo.get("/v1/models", given)[0] == 403
    assert demo.get("/v1/models", {**heads("demo"), "Host": "evil.example"})[0] == 421


def test_the_demos_cookie_is_no_key(demo: WebServer) -> None:
    assert demo.get("/v1/models", {"Cookie": "kangban_family=demo"})[0] in (401, 429)


async def test_the_key_demo_is_for_this_machine_only() -> None:
    class Settings:
        demo = True

    class Houses:
        settings = Settings()

    from kangban.api.rate import Limits

    entry = Entry(Houses(), Limits())  # type: ignore[arg-type]
    for remote in ("192.168.1.9", "", "evil", "::ffff:10.0.0.1"):
        with pytest.raises(Fault) as refused:
            await entry.let_in(["Bearer demo"], remote)
        assert refused.value.status == 401


def test_no_key_and_no_word_stands_in_what_the_server_says(house: Agents) -> None:
    house.models.plays("plain", says("好的。"))
    secret = "绝密词语八八七七"
    body = json.dumps({"model": "plain", "messages": [{"role": "user", "content": secret}]}).encode()
    assert house.server.get("/v1/chat/completions", heads(house.key), body)[0] == 200
    assert house.server.get("/v1/chat/completions", heads(house.key), body[:-5])[0] == 400
    assert house.server.get("/v1/models", heads("kb_wrongwrongwrong"))[0] in (401, 429)
    said = house.server.said + "".join(house.server._later)
    for hidden in (house.key, house.key[3:20], secret, "Authorization", "kb_wrong"):
        assert hidden not in said


def test_what_is_kept_of_a_run_holds_no_key(house: Agents) -> None:
    found = [path for path in Path(house.folder).rglob("*") if path.is_file()]
    assert found
    for path in found:
        assert house.key.encode() not in path.read_bytes(), path.name
