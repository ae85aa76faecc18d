"""The tools over OpenAPI as others meet them: a running server, made-up calls over the wire, another Kangban's import."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.cli.script import Script
from tests.support.raw_http import ask, websocket
from tests.support.web_guest import Guest, administrator, invited
from tests.support.web_server import WebServer, running_server
from tests.support.web_stubs import serving

SERVICES = (
    "arxiv", "pubmed", "semantic_scholar", "serpapi", "searxng", "duckduckgo", "google", "bing", "deepl",
    "libretranslate", "qweather", "amap", "bing_maps",
)  # fmt: skip
KEY = {"Authorization": "Bearer demo"}
CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    """A demo whose services are the stubs of this machine: nothing made up here reaches the internet."""
    with serving() as port:
        places = {f"KANGBAN_TOOL_URL_{name.upper()}": f"http://127.0.0.1:{port}/{name}" for name in SERVICES}
        folder = tmp_path_factory.mktemp("tools")
        with running_server(folder, "--demo", KANGBAN_FETCH_ALLOW=f"127.0.0.1:{port}", **places) as server:
            yield server


def described(server: WebServer) -> dict[str, Any]:
    status, headers, text = server.get("/tools/openapi.json", KEY)
    assert (status, headers["Cache-Control"]) == (200, "no-store")
    return json.loads(text)


def test_a_call_over_the_wire(demo: WebServer) -> None:
    body = json.dumps({"query": "attention is all you need"}).encode()
    head = {**KEY, "Content-Type": "application/json"}
    status, _, text = demo.get("/tools/arxiv_search", head, body)
    assert status == 200, text
    told = json.loads(text)
    assert told["foreign"] is True
    assert told["content"]["papers"][0]["id"] == "1706.03762v7"
    said = json.dumps({"events": [{"title": "阿莫西林 0.5g 每日三次 连服7天", "starts": "2026-12-01T08:30"}]}).encode()
    status, _, text = demo.get("/tools/calendar_event", head, said)
    assert (status, json.loads(text)["withheld"], "阿莫西林" in text) == (200, True, False)


def test_the_demo_word_opens_no_other_server(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        for path in ("/tools/openapi.json", "/tools/triage"):
            assert ask(server, "GET", path, Authorization="Bearer demo").status == 401
        assert websocket(server, "/tools/triage") not in (101, 200)
        mama = administrator(server)
        assert mama.get("/tools/openapi.json").status == 200
        aunt: Guest = invited(mama, "ayi", "helper")
        assert aunt.get("/tools/openapi.json").status == 403


def test_another_kangban_imports_these_tools(demo: WebServer, tmp_path: Path) -> None:
    script = Script(tmp_path)
    here = {"KANGBAN_FETCH_ALLOW": f"127.0.0.1:{demo.port}", "KANGBAN_SECRET_THEIRS": "demo"}
    address = f"{demo.address}/tools/openapi.json"
    wanted = ("calculator", "check_medication")
    words = [word for name in wanted for word in ("--allow", name, "--reads", name)]
    added = script.run(
        "tools", "servers", "add", "them", address, "--kind", "openapi", "--secret", "theirs", *words, "--json", **here
    )
    assert added.code == 0, added.err
    assert [one["name"] for one in added.answer["server"]["tools"]] == ["them__check_medication", "them__calculator"]
    ran = script.run("tools", "call", "them__calculator", '{"expression": "6*7"}', "--json", **here)
    assert ran.code == 0, ran.out
    assert ran.answer["content"]["result"]["content"]["value"] == "42"
    asked = '{"medicines": [{"name": "华法林"}, {"name": "布洛芬"}]}'
    checked = script.run("tools", "call", "them__check_medication", asked, "--json", **here)
    assert checked.answer["content"]["result"]["content"]["findings"]
    closed = script.run(
        "tools", "call", "them__calculator", '{"expression": "6*7"}', "--json", **{**here, "KANGBAN_FETCH_ALLOW": ""}
    )
    assert closed.error == ("not_permitted", "address")
    wrong = script.run(
        "tools", "call", "them__calculator", '{"expression": "1"}', "--json", **{**here, "KANGBAN_SECRET_THEIRS": "x"}
    )
    assert wrong.answer["error"]["code"] == "unavailable"


def test_the_running_server_answers_as_it_describes(demo: WebServer) -> None:
    told = {key: part for key, part in described(demo).items() if key != "security"}
    schema = schemathesis.openapi.from_dict(told)
    # Last in this file: it uses up what one caller may ask in a minute. A page is the caller's own choice of address; made-up ones could be anybody's.
    for path in sorted(set(told["paths"]) - {"/read_page"}):
        operation = schema[path]["POST"]
        strategy = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)

        @settings(
            max_examples=1, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        )  # fmt: skip
        @given(case=strategy)
        def run(case: Any) -> None:
            answer = case.call(base_url=f"{demo.address}/tools", headers=KEY)
            if answer.status_code != 429:
                case.validate_response(answer, checks=CHECKS)

        run()
