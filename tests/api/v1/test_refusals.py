"""What all faces refuse, with OpenAI's shape, the right status, and never a value of what was sent."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect

from tests.support.v1_faces import FACES, Face, GrpcFace, HttpFace, Refused, WsFace
from tests.support.v1_house import WEATHER_TOOL, Agents, says

ASK = [{"role": "user", "content": "你好，请介绍一下你自己能做什么？"}]
CALL = {"id": "c1", "type": "function", "function": {"name": "get_weather", "arguments": "{}"}}
HUGE_CALL = {**CALL, "function": {"name": "get_weather", "arguments": json.dumps({"x": "y" * 100_000})}}
SECRET = "秘密病历号 778899"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"model": "nobody"}, 404, "model_not_found"),
        ({"model": "planner", "tools": [WEATHER_TOOL]}, 400, "invalid_input"),
        ({"n": 5}, 400, "invalid_type"),
        ({"temperature": 3.5}, 400, "invalid_type"),
        ({"max_tokens": 0}, 400, "invalid_type"),
        ({"tools": [WEATHER_TOOL, WEATHER_TOOL]}, 400, "invalid_value"),
        ({"tools": [WEATHER_TOOL], "tool_choice": {"type": "function", "function": {"name": "x"}}}, 400, None),
        ({"tool_choice": "required"}, 400, "invalid_value"),
        ({"messages": []}, 400, None),
        ({"messages": [{"role": "user", "content": "  "}]}, 400, "invalid_value"),
        ({"messages": [{"role": "assistant", "content": "好"}]}, 400, "invalid_value"),
        ({"messages": [*ASK, {"role": "tool", "tool_call_id": "c9", "content": "x"}]}, 400, "invalid_value"),
        ({"messages": [*ASK, {"role": "assistant", "tool_calls": [CALL]}]}, 400, "missing_tool_result"),
        ({"messages": [*ASK, {"role": "assistant", "tool_calls": [CALL]}, *ASK]}, 400, "missing_tool_result"),
        ({"messages": [{"role": "king", "content": SECRET}]}, 400, "invalid_type"),
        ({"messages": [{"role": "user", "content": SECRET + "长" * 300_000}]}, 400, None),
        ({"response_format": {"type": "json_schema"}}, 400, "invalid_value"),
        ({"stop": ["x" * 201]}, 400, "invalid_type"),
        ({"stop": ["a", "b", "c", "d", "e"]}, 400, "invalid_type"),
        ({"tools": [{"type": "function", "function": {"name": "big", "parameters": {"x": "y" * 300_000}}}]}, 400,
         "invalid_value"),
        ({"tools": [{"type": "function", "function": {"name": "bad name!", "parameters": {}}}]}, 400, "invalid_type"),
        ({"messages": [*ASK, {"role": "assistant", "tool_calls": [HUGE_CALL]},
                       {"role": "tool", "tool_call_id": "c1", "content": "x"}]}, 400, "invalid_type"),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_told_by_its_field(
    face: Face, change: dict[str, Any], status: int, code: str | None
) -> None:
    with pytest.raises(Refused) as refused:
        await face.chat(**{"model": "plain", "messages": ASK, **change})
    assert refused.value.status == status, refused.value
    assert code in (None, refused.value.code), refused.value
    assert SECRET not in refused.value.message


@pytest.mark.parametrize("kind", FACES, ids=[one.name for one in FACES])
@pytest.mark.parametrize("key", ["", "demo", "kb_" + "x" * 43, "病"])
async def test_no_key_no_agents(kind: type[Face], key: str, house: Agents) -> None:
    key = key if kind is not HttpFace or key.isascii() else "x"
    one = kind(house, key if key.isascii() else "y")
    try:
        for work in (one.models(), one.chat(model="plain", messages=ASK)):
            with pytest.raises(Refused) as refused:
                await work
            assert refused.value.status in (401, 429)
            if isinstance(one, WsFace):
                one._wire = None
    finally:
        await one.close()


@pytest.mark.parametrize("kind", FACES, ids=[one.name for one in FACES])
async def test_a_key_that_is_not_for_asking_may_look_and_no_more(kind: type[Face], house: Agents) -> None:
    one = kind(house, house.keys["views"])
    try:
        assert "kangban" in await one.models()
        with pytest.raises(Refused) as refused:
            await one.chat(model="plain", messages=ASK)
        assert refused.value.status == 403
    finally:
        await one.close()


async def test_pictures_elsewhere_big_or_none_are_refused(house: Agents) -> None:
    one = HttpFace(house, house.keys["spare"])
    addresses = [
        "http://127.0.0.1:1/a.png", "https://example.com/a.png", "file:///etc/passwd", "data:image/png;base64,###",
        "data:image/png;base64," + base64.b64encode(b"<svg/>" * 9).decode(), "data:text/plain,hello",
    ]  # fmt: skip
    try:
        for url in addresses:
            parts = [{"type": "text", "text": "看"}, {"type": "image_url", "image_url": {"url": url}}]
            with pytest.raises(Refused) as refused:
                await one.chat(model="plain", messages=[{"role": "user", "content": parts}])
            assert refused.value.status == 400, url
            assert (refused.value.param or "").startswith("messages[0]")
    finally:
        await one.close()


async def test_http_says_no_in_one_shape(house: Agents) -> None:
    head = {"Authorization": f"Bearer {house.keys['spare']}"}
    js = {**head, "Content-Type": "application/json"}
    async with httpx.AsyncClient(base_url=house.base, trust_env=False, timeout=30) as wire:
        told = [
            (await wire.post("/embeddings", headers=head, json={"input": "a", "model": "b"}), 404),
            (await wire.get("/nothing", headers=head), 404),
            (await wire.get("/models/nobody", headers=head), 404),
            (await wire.get("/chat/completions", headers=head), 405),
            (await wire.post("/chat/completions", headers=head, content=b"{}"), 415),
            (await wire.post("/chat/completions", headers=js, content=b"{"), 400),
            (await wire.post("/chat/completions", headers=js, content=b'{"model":1,"messages":[]}'), 400),
            (await wire.post("/chat/completions", headers=js, content=b'{"model":"a","model":"b"}'), 400),
            (await wire.post("/chat/completions", headers=head, json={"model": "plain", "messages": [
                {"role": "user", "content": [{"type": SECRET}]}]}), 400),
            (await wire.post("/chat/completions", headers=js, content=b"[" * 100_000), 400),
            (await wire.post("/chat/completions", headers=js, content=b" " * (25 * 1024 * 1024)), 413),
            (await wire.post("/responses", headers=head, json={"model": "plain", "input": "a",
                             "previous_response_id": "r"}), 400),
            (await wire.get("/models"), 401),
        ]  # fmt: skip
        for got, status in told:
            assert got.status_code == status, got.text
            error = got.json()["error"]
            assert set(error) == {"message", "type", "param", "code"}
            assert error["message"]
            assert SECRET not in got.text
        assert told[-1][0].headers["www-authenticate"].startswith("Bearer")
        assert (await wire.get("/models/kangban", headers=head)).json()["object"] == "model"


async def test_too_much_of_one_key_waits(house: Agents) -> None:
    async with httpx.AsyncClient(base_url=house.base, trust_env=False, timeout=30) as wire:
        wrong = [await wire.get("/models", headers={"Authorization": "Bearer kb_no"}) for _ in range(40)]
        assert {one.status_code for one in wrong} == {401, 429}
        assert int(wrong[-1].headers["retry-after"]) >= 1
        good = await wire.get("/models", headers={"Authorization": f"Bearer {house.keys['spare']}"})
        assert good.status_code == 200


async def test_a_socket_takes_bad_words_and_goes_on(house: Agents) -> None:
    house.models.plays("plain", says("好的。", before_s=1.0))
    address = house.base.replace("http", "ws", 1) + "/ws"
    head = {"Authorization": f"Bearer {house.keys['spare']}"}
    async with connect(address, additional_headers=head, proxy=None) as wire:

        async def hear() -> dict[str, Any]:
            async with asyncio.timeout(30):
                return json.loads(await wire.recv())

        for bad in ("{", "[]", '{"id": 3}', '{"id": "a", "type": "dance"}', '{"id": ""}', b"\xff\xfe"):
            await wire.send(bad)
            told = await hear()
            assert (told["id"], told["event"]) == (None, "error"), told
        await wire.send(json.dumps({"id": "none", "type": "cancel"}))
        assert (await hear())["body"]["code"] == "not_found"
        ask = json.dumps({"id": "a", "request": {"model": "plain", "messages": ASK}})
        await wire.send(ask)
        await wire.send(ask)
        told = await hear()
        assert (told["id"], told["event"], told["body"]["code"]) == ("a", "error", "id_in_use")
        await wire.send(json.dumps({"id": "a", "type": "cancel"}))
        assert (await hear())["event"] == "cancelled"
        await wire.send(json.dumps({"id": "a", "type": "models"}))
        assert [(await hear())["event"] for _ in range(2)] == ["models", "done"]


async def test_a_good_key_beside_a_wrong_one_is_no_key(house: Agents) -> None:
    async with httpx.AsyncClient(base_url=house.base, trust_env=False, timeout=30) as wire:
        heads = [("Authorization", f"Bearer {house.keys['spare']}"), ("Authorization", "Bearer demo")]
        assert (await wire.get("/models", headers=heads)).status_code in (401, 429)


async def test_grpc_tells_no_words_of_its_own(house: Agents) -> None:
    one = GrpcFace(house, house.keys["spare"])
    try:
        with pytest.raises(Refused) as refused:
            await one.chat(model="nobody", messages=ASK)
        assert (refused.value.status, refused.value.code, refused.value.param) == (404, "model_not_found", "model")
        with pytest.raises(Refused) as refused:
            await one.chat(model="plain", messages=[{"role": "user", "content": "x" * (10 * 1024 * 1024)}])
        assert refused.value.status == 429
        assert "kangban" in await one.models(), "and goes on"
    finally:
        await one.close()
