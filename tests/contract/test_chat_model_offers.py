"""What only some servers offer: strict schemas, JSON mode, pictures, a prompt cache. Refused, it is left out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest

from kangban.adapters.openai_chat import OpenAIChat, OpenAIChatSettings
from kangban.adapters.openai_chat.of_agents import model_of_agent
from kangban.adapters.openai_chat.strict import strict_schema
from kangban.agent.recovery.fitting import fit
from kangban.kernel.errors import InvalidInput
from kangban.ports.agents import ModelChoice
from kangban.ports.chat_model import ChatMessage, ChatRequest, Finished, ToolDescription, say
from kangban.ports.media import Media
from tests.support.dialects import vllm
from tests.support.model_server import ModelServer, play, running_model_server

SCHEMA = {
    "type": "object",
    "properties": {
        "city": {"type": "string", "minLength": 1},
        "days": {"type": "integer", "minimum": 1, "default": 1},
        "unit": {"enum": ["celsius", "fahrenheit"]},
        "at": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "who": {"$ref": "#/$defs/Who"},
    },
    "required": ["city"],
    "$defs": {"Who": {"type": "object", "properties": {"name": {"type": "string"}}}},
}
ASK = ChatRequest((say("user", "hi"),), (ToolDescription("weather", "tells", SCHEMA),))


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with running_model_server() as running:
        yield running


async def bodies(
    server: ModelServer, name: str, request: ChatRequest, *plays: Any, **more: Any
) -> list[dict[str, Any]]:
    model = OpenAIChat(OpenAIChatSettings(server.plays(name, *(plays or (play(vllm.text()),))), "m", **more))
    async for _ in model.stream(request):
        pass
    await model.close()
    return [each["body"] for each in server.seen(name)["requests"]]


async def test_a_strict_schema_is_sent_and_left_out_where_it_is_refused(server: ModelServer) -> None:
    asked = msgspec.structs.replace(ASK, strict_tools=True)
    (body,) = await bodies(server, "strict", asked)
    function = body["tools"][0]["function"]
    assert function["strict"] is True
    assert function["parameters"]["required"] == ["city", "days", "unit", "at", "who"]
    refusal = play(
        [b'{"error":{"message":"Unknown field: strict"}}'], status=400, headers={"content-type": "application/json"}
    )
    first, second = await bodies(server, "unstrict", asked, refusal, play(vllm.text()))
    assert "strict" in first["tools"][0]["function"]
    assert second["tools"][0]["function"]["parameters"] == SCHEMA


async def test_json_mode_is_asked_for_and_left_out_where_it_is_refused(server: ModelServer) -> None:
    asked = ChatRequest((say("user", "hi"),), json_only=True)
    refusal = play(
        [b'{"error":{"message":"response_format is not supported"}}'],
        status=400,
        headers={"content-type": "application/json"},
    )
    first, second = await bodies(server, "json", asked, refusal, play(vllm.text()))
    assert first["response_format"] == {"type": "json_object"}
    assert "response_format" not in second


async def test_a_cache_key_is_sent_where_one_is_set(server: ModelServer) -> None:
    (body,) = await bodies(server, "cache", ASK, cache_key="workshop-3")
    assert body["prompt_cache_key"] == "workshop-3"
    (plain,) = await bodies(server, "no-cache", ASK)
    assert "prompt_cache_key" not in plain


async def test_an_agents_model_sends_a_key_that_names_nobody_where_it_is_wished_for(server: ModelServer) -> None:
    url = server.plays("agents-cache", *(play(vllm.text()) for _ in range(3)))
    place = urlsplit(url).netloc
    keys = []
    for cache in (True, True, False):
        choice = ModelChoice(url, "m", secret="mine", cache=cache)
        model = model_of_agent(choice, place, lambda _: "sk-private", lambda _: True)
        _ = [event async for event in model.stream(ASK)]
        await model.close()
        keys.append(server.seen("agents-cache")["requests"][-1]["body"].get("prompt_cache_key"))
    assert keys[0] == keys[1]
    assert keys[2] is None
    assert re.fullmatch(r"[0-9a-f]{16}", keys[0])


async def test_a_choice_of_tool_stop_words_and_a_seed_are_sent_and_left_out_where_refused(server: ModelServer) -> None:
    (plain,) = await bodies(server, "no-wishes", ASK)
    assert not {"tool_choice", "stop", "seed"} & set(plain)
    asked = msgspec.structs.replace(ASK, tool_choice="weather", stop=("END",), seed=7)
    (body,) = await bodies(server, "wishes", asked)
    assert body["tool_choice"] == {"type": "function", "function": {"name": "weather"}}
    assert (body["stop"], body["seed"]) == (["END"], 7)
    (forced,) = await bodies(server, "forced", msgspec.structs.replace(ASK, tool_choice="required"))
    assert forced["tool_choice"] == "required"
    for name in ("tool_choice", "seed"):
        words = json.dumps({"error": {"message": f"unsupported parameter: {name}"}}).encode()
        refusal = play([words], status=400, headers={"content-type": "application/json"})
        first, second = await bodies(server, f"no-{name}", asked, refusal, play(vllm.text()))
        assert name in first
        assert name not in second


async def test_pictures_go_as_parts_and_nothing_else_does(server: ModelServer) -> None:
    picture = Media("image", "image/png", b"\x89PNG")
    shown = ChatMessage("user", "what is this?", images=(picture,))
    (body,) = await bodies(server, "picture", ChatRequest((shown,)))
    assert body["messages"][0]["content"] == [
        {"type": "text", "text": "what is this?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw=="}},
    ]
    sound = ChatMessage("user", "and this?", images=(Media("audio", "audio/wav", b"RIFF"),))
    with pytest.raises(InvalidInput):
        await bodies(server, "sound", ChatRequest((sound,)))


@pytest.mark.parametrize(
    "usage",
    [
        {"prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 8}},
        {"prompt_tokens": 9, "completion_tokens": 2, "prompt_cache_hit_tokens": 8},
    ],
)
async def test_cached_tokens_are_told(server: ModelServer, usage: dict[str, Any]) -> None:
    body = {"choices": [{"index": 0, "message": {"content": "ok"}, "finish_reason": "stop"}], "usage": usage}
    base = server.plays("cached", play([json.dumps(body).encode()], headers={"content-type": "application/json"}))
    model = OpenAIChat(OpenAIChatSettings(base, "m"))
    events = [each async for each in model.stream(ASK)]
    await model.close()
    assert events[-1] == Finished("stop", 9, 2, 8)


def test_a_strict_schema_closes_every_object_and_its_nulls_are_taken_back() -> None:
    held = strict_schema(SCHEMA)
    assert held is not None
    assert held["additionalProperties"] is False
    assert held["properties"]["days"] == {"type": ["integer", "null"]}
    assert held["properties"]["unit"] == {"anyOf": [{"enum": ["celsius", "fahrenheit"]}, {"type": "null"}]}
    assert held["$defs"]["Who"]["required"] == ["name"]
    said = {"city": "北京", "days": None, "unit": None, "at": None, "who": {"name": None}}
    fitted = fit(said, SCHEMA)
    assert fitted.faults == ()
    assert fitted.value == {"city": "北京", "at": None, "who": {}}


@pytest.mark.parametrize(
    "schema", [{"type": "object"}, {"type": "object", "properties": {}, "additionalProperties": True}]
)
def test_an_open_object_cannot_be_held_strictly(schema: dict[str, Any]) -> None:
    assert strict_schema(schema) is None
