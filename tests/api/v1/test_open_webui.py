"""What Open WebUI sends, as its source has it at the commits that the fixture names, against the real server."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.support.v1_house import Agents, says
from tests.support.web_server import ROOT

SENT: dict[str, Any] = json.loads((ROOT / "tests/fixtures/open_webui/requests.json").read_text("utf-8"))


def test_the_fixture_names_where_its_shapes_come_from() -> None:
    assert SENT["source"]["repository"] == "open-webui/open-webui"
    assert all(len(commit) == 40 for commit in SENT["source"]["read"].values())


async def test_the_list_of_models_is_what_it_reads(house: Agents) -> None:
    async with httpx.AsyncClient(trust_env=False, timeout=60) as wire:
        got = await wire.get(f"{house.base}/models", headers=_headers(house))
    told = got.json()
    assert told["object"] == "list"
    for one in told["data"]:
        assert one["id"]
        assert one["object"] == "model"
        assert "pipeline" not in one, "it would send its user as an object then"


@pytest.mark.parametrize("sent", SENT["requests"], ids=[one["name"] for one in SENT["requests"]])
async def test_its_requests_are_answered(sent: dict[str, Any], house: Agents) -> None:
    house.models.plays("plain", says(sent["plays"]))
    async with httpx.AsyncClient(trust_env=False, timeout=60) as wire:
        got = await wire.post(f"{house.base}/chat/completions", headers=_headers(house), json=sent["body"])
    assert got.status_code == 200, got.text
    if sent["body"]["stream"]:
        assert got.headers["content-type"].startswith("text/event-stream")
        text = _streamed(got.text, counts="stream_options" in sent["body"])
    else:
        text = got.json()["choices"][0]["message"]["content"]
    if key := sent.get("json_key"):
        # It takes what stands between the first and the last brace.
        told = json.loads(text[text.find("{") : text.rfind("}") + 1])
        assert told == json.loads(sent["plays"])
        assert told[key]
    else:
        assert text.startswith(sent["plays"])
    (body,) = [one["body"] for one in house.models.seen("plain")["requests"]]
    assert "chat_id" not in body


def _headers(house: Agents) -> dict[str, str]:
    return {**SENT["headers"], "Authorization": f"Bearer {house.keys['spare']}"}


def _streamed(body: str, *, counts: bool) -> str:
    lines = [line for line in body.splitlines() if line.startswith("data: ")]
    assert lines[-1] == "data: [DONE]"
    chunks = [json.loads(line[6:]) for line in lines[:-1]]
    assert all(one["object"] == "chat.completion.chunk" for one in chunks)
    assert bool(chunks[-1].get("usage")) == counts
    return "".join(choice["delta"].get("content") or "" for one in chunks for choice in one["choices"])
