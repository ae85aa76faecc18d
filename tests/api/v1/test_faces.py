"""The contract of all faces: what holds over HTTP holds over WebSocket and gRPC."""

from __future__ import annotations

import asyncio
import base64
import io
import json
from typing import Any

import pytest
from PIL import Image

from tests.support.model_server import play
from tests.support.v1_faces import Face, Refused, gathered
from tests.support.v1_house import PRESCRIPTION, WEATHER_TOOL, Agents, calls, chunk, says

ASK = [{"role": "user", "content": "你好，请介绍一下你自己能做什么？"}]
WEATHER = [{"role": "user", "content": "北京现在的天气怎么样？"}]
LABEL = "AI 生成"


def asked_of(house: Agents, name: str) -> list[dict[str, Any]]:
    """The bodies that reached a model."""
    return [one["body"] for one in house.models.seen(name)["requests"]]


async def test_models_are_the_companion_the_own_and_the_shipped(face: Face) -> None:
    found = await face.models()
    assert {"kangban", "companion", "plain", "other", "weather-query"} <= set(found)
    assert found == sorted(set(found))


async def test_an_answer_is_whole_counted_and_says_what_it_rests_on(face: Face, house: Agents) -> None:
    house.models.plays("plain", says("我可以查资料，", "也可以聊天。"))
    got = await face.chat(model="plain", messages=ASK)
    assert got.only.content.startswith("我可以查资料，也可以聊天。")
    assert LABEL in got.only.content
    assert (got.only.reason, got.model) == ("stop", "plain")
    assert got.usage is not None
    assert (got.usage["prompt_tokens"], got.usage["completion_tokens"], got.usage["total_tokens"]) == (40, 8, 48)
    about = got.only.about
    assert (about["agent"], about["version"], about["brain"]) == ("plain", 1, "tiny")
    assert (about["decision"], about["urgency"], about["stopped_by"]) == ("release", "unknown", "answered")
    assert about["run"].startswith("run-")
    assert got.created > 1_700_000_000


async def test_a_stream_says_the_same_in_sentences(face: Face, house: Agents) -> None:
    house.models.plays("plain", says("今天天气不错。出去走走", "也好。"))
    got = await gathered(face.stream(model="plain", messages=ASK))
    assert got.only.content.startswith("今天天气不错。出去走走也好。")
    assert got.only.pieces >= 3
    assert got.only.reason == "stop"
    assert got.only.about["decision"] == "release"
    assert got.usage is not None
    assert got.usage["total_tokens"] == 48


async def test_wishes_reach_the_model_behind_the_house_rules(face: Face, house: Agents) -> None:
    house.models.plays("plain", says("好的。STOP不要出现"))
    got = await face.chat(
        model="plain", messages=[{"role": "system", "content": "只用七个字回答"}, *ASK], temperature=0.25,
        max_tokens=77, stop=["STOP"], seed=11,
    )  # fmt: skip
    (body,) = asked_of(house, "plain")
    system = body["messages"][0]["content"]
    assert system.index("你是“康伴”") < system.index("只用七个字回答")
    assert [one["role"] for one in body["messages"]] == ["system", "user"]
    assert (body["temperature"], body["max_tokens"], body["seed"], body["stop"]) == (0.25, 77, 11, ["STOP"])
    assert "不要出现" not in got.only.content
    assert "STOP" not in got.only.content


async def test_a_tool_of_the_clients_goes_out_and_its_result_comes_back(face: Face, house: Agents) -> None:
    house.models.plays("plain", calls(("get_weather", {"city": "北京"})), says("北京现在 21 度，晴。"))
    first = await face.chat(model="plain", messages=WEATHER, tools=[WEATHER_TOOL])
    assert (first.only.reason, first.only.content) == ("tool_calls", "")
    ((call_id, name, arguments),) = first.only.calls
    assert (name, arguments) == ("get_weather", {"city": "北京"})
    assert first.only.about["stopped_by"] == "waiting"
    call = {"id": call_id, "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}
    messages = [
        *WEATHER, {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": call_id, "content": "晴，21 度"},
    ]  # fmt: skip
    second = await face.chat(model="plain", messages=messages, tools=[WEATHER_TOOL])
    assert second.only.content.startswith("北京现在 21 度，晴。")
    assert second.only.reason == "stop"
    before, after = asked_of(house, "plain")
    assert [one["function"]["name"] for one in before["tools"]] == ["get_weather"]
    assert [one["role"] for one in after["messages"]] == ["system", "user", "assistant", "tool"]
    assert after["messages"][2]["tool_calls"][0]["id"] == call_id
    assert after["messages"][3]["tool_call_id"] == call_id
    assert "<tool_data" in after["messages"][3]["content"]


async def test_calls_of_a_stream_come_whole(face: Face, house: Agents) -> None:
    house.models.plays("plain", calls(("get_weather", {"city": "北京"}), ("get_weather", {"city": "上海"})))
    got = await gathered(face.stream(model="plain", messages=WEATHER, tools=[WEATHER_TOOL]))
    assert [one[2]["city"] for one in got.only.calls] == ["北京", "上海"]
    assert len({one[0] for one in got.only.calls}) == 2
    assert (got.only.reason, got.only.content) == ("tool_calls", "")


async def test_one_call_at_a_time_and_a_choice_that_must_be_followed(face: Face, house: Agents) -> None:
    house.models.plays("plain", calls(("get_weather", {"city": "北京"}), ("get_weather", {"city": "上海"})))
    got = await face.chat(
        model="plain", messages=WEATHER, tools=[WEATHER_TOOL], parallel_tool_calls=False,
        tool_choice={"type": "function", "function": {"name": "get_weather"}},
    )  # fmt: skip
    assert len(got.only.calls) == 1
    (body,) = asked_of(house, "plain")
    assert body["tool_choice"] == {"type": "function", "function": {"name": "get_weather"}}
    house.models.plays("plain", says("我不想查。"))
    got = await face.chat(model="plain", messages=WEATHER, tools=[WEATHER_TOOL], tool_choice="required")
    assert got.only.reason == "stop"
    assert got.only.about["notes"]
    house.models.plays("plain", says("不用工具。"))
    await face.chat(model="plain", messages=WEATHER, tools=[WEATHER_TOOL], tool_choice="none")
    assert "tools" not in asked_of(house, "plain")[0]


async def test_a_json_object_is_one_and_nothing_else(face: Face, house: Agents) -> None:
    house.models.plays("plain", says('```json\n{"city": "北京", "days": [1]}\n```'))
    got = await face.chat(model="plain", messages=WEATHER, response_format={"type": "json_object"})
    assert json.loads(got.only.content) == {"city": "北京", "days": [1]}
    assert asked_of(house, "plain")[0]["response_format"] == {"type": "json_object"}
    assert not got.only.about.get("notes")
    schema = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    form = {"type": "json_schema", "json_schema": {"name": "a", "schema": schema}}
    for said, fits in (('{"city": "北京"}', True), ('{"town": 3}', False)):
        house.models.plays("plain", says(said))
        got = await face.chat(model="plain", messages=WEATHER, response_format=form)
        assert got.only.content == said
        assert bool(got.only.about.get("notes")) is not fits
        assert '"required":["city"]' in asked_of(house, "plain")[0]["messages"][0]["content"]


async def test_several_choices_are_runs_of_their_own(face: Face, house: Agents) -> None:
    house.models.plays("plain", says("第一个回答。"), says("第二个回答。"), says("第三个回答。"))
    got = await face.chat(model="plain", messages=ASK, n=3)
    assert sorted(got.choices) == [0, 1, 2]
    texts = {one.content.split("。")[0] for one in got.choices.values()}
    assert texts == {"第一个回答", "第二个回答", "第三个回答"}
    assert len({one.about["run"] for one in got.choices.values()}) == 3
    assert got.usage is not None
    assert got.usage["completion_tokens"] == 24


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_prescription_does_not_get_out(face: Face, house: Agents, streamed: bool) -> None:
    house.models.plays("plain", says(PRESCRIPTION))
    asked = {"model": "plain", "messages": [{"role": "user", "content": "孩子扁桃体发炎怎么办？"}]}
    got = await (gathered(face.stream(**asked)) if streamed else face.chat(**asked))
    for words in ("0.5 g", "每天三次", "连用 7 天"):
        assert words not in got.only.content
    assert got.only.content
    assert got.only.about["decision"] in ("hold", "refuse", "amend")
    assert got.only.about["failed_checks"]


async def test_a_prescription_in_a_call_or_in_json_does_not_get_out(face: Face, house: Agents) -> None:
    child = [{"role": "user", "content": "孩子扁桃体发炎怎么办？"}]
    house.models.plays("plain", calls(("get_weather", {"city": PRESCRIPTION})))
    got = await face.chat(model="plain", messages=child, tools=[WEATHER_TOOL])
    assert got.only.calls == []
    assert "0.5 g" not in got.only.content
    hidden = json.dumps({"text": PRESCRIPTION})  # spelled in \\u
    assert "阿莫西林" not in hidden
    house.models.plays("plain", says(hidden))
    got = await face.chat(model="plain", messages=child, response_format={"type": "json_object"})
    assert "0.5 g" not in got.only.content
    house.models.plays("plain", says('{"drug": "阿莫西林胶囊", "dose": "每次 0.5 g", "times": "每天三次", "days": 7}'))
    got = await face.chat(model="plain", messages=child, response_format={"type": "json_object"})
    assert "0.5 g" not in got.only.content


async def test_an_emergency_is_said_first_even_when_the_model_is_dead(face: Face) -> None:
    got = await face.chat(model="dead", messages=[{"role": "user", "content": "胸口压着疼，出冷汗，左胳膊麻"}])
    assert got.only.about["urgency"] == "emergency"
    assert "120" in got.only.content.splitlines()[0]


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_dead_model_and_half_a_stream_are_told(face: Face, house: Agents, streamed: bool) -> None:
    house.models.plays("half", play([chunk({"content": "说了一"})], then="drop"))
    for name in ("dead", "half"):
        asked = {"model": name, "messages": ASK}
        with pytest.raises(Refused) as refused:
            await (gathered(face.stream(**asked)) if streamed else face.chat(**asked))
        assert (refused.value.status, refused.value.code) == (503, "model_unavailable")


async def test_going_away_stops_the_model(face: Face, house: Agents) -> None:
    house.models.plays("plain", play([chunk({"content": "慢慢说"})], then="hang"))
    chunks = face.stream(model="plain", messages=ASK)
    waiting = asyncio.create_task(gathered(chunks))
    async with asyncio.timeout(20):
        while not house.models.seen("plain")["requests"]:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.05)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await chunks.aclose()
    assert await asyncio.to_thread(house.models.seen_leaving, "plain", 20.0)


async def test_two_at_once_do_not_mix(face: Face, house: Agents) -> None:
    house.models.plays("plain", says("苹果。", before_s=0.3))
    house.models.plays("other", says("香蕉。"))
    one, two = await asyncio.gather(
        face.chat(model="plain", messages=ASK), gathered(face.stream(model="other", messages=ASK))
    )
    assert one.only.content.startswith("苹果。")
    assert two.only.content.startswith("香蕉。")
    assert one.id != two.id


async def test_a_picture_is_shown_to_a_model_that_sees(face: Face, house: Agents) -> None:
    drawn = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(drawn, "PNG")
    house.models.plays("seer", says("一块红色。"))
    url = f"data:image/png;base64,{base64.b64encode(drawn.getvalue()).decode()}"
    parts = [{"type": "text", "text": "图里是什么？"}, {"type": "image_url", "image_url": {"url": url}}]
    got = await face.chat(model="seer", messages=[{"role": "user", "content": parts}])
    assert got.only.reason == "stop"
    (body,) = asked_of(house, "seer")
    told = body["messages"][-1]["content"]
    assert [one["type"] for one in told] == ["text", "image_url"]
    seen = Image.open(io.BytesIO(base64.b64decode(told[1]["image_url"]["url"].partition(",")[2])))
    assert seen.size == (40, 30)


async def test_a_tools_step_of_the_agents_own_runs_here(face: Face, house: Agents) -> None:
    house.models.plays("looker", calls(("search_knowledge", {"query": "布洛芬"})), says("查到了资料。"))
    got = await face.chat(model="looker", messages=[{"role": "user", "content": "布洛芬是什么？"}])
    assert got.only.reason == "stop"
    assert got.usage is not None
    assert got.usage["prompt_tokens"] == 80
    assert len(asked_of(house, "looker")) == 2
