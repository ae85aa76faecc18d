"""/v1/responses with the official client: text, tools, pictures, streams to their end, and what is refused."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import openai
import pytest

from tests.support.model_server import play
from tests.support.v1_house import PRESCRIPTION, Agents, calls, chunk, says

TOOL: Any = {
    "type": "function", "name": "get_weather", "description": "Weather.", "strict": False,
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}  # fmt: skip


@pytest.fixture
async def client(house: Agents) -> AsyncIterator[openai.AsyncOpenAI]:
    """The client, with a key of its own."""
    import httpx

    wire = httpx.AsyncClient(trust_env=False, timeout=60)
    async with openai.AsyncOpenAI(
        base_url=house.base, api_key=house.keys["spare"], max_retries=0, http_client=wire
    ) as one:
        yield one


async def test_instructions_are_wishes_and_the_usage_is_told(client: openai.AsyncOpenAI, house: Agents) -> None:
    house.models.plays("plain", says("好的。"))
    got = await client.responses.create(
        model="plain", instructions="只说两个字", max_output_tokens=60, temperature=0.2,
        input=[{"role": "user", "content": [{"type": "input_text", "text": "你好，能做什么？"}]}],
    )  # fmt: skip
    assert got.output_text.startswith("好的。")
    assert got.status == "completed"
    assert got.usage is not None
    assert (got.usage.input_tokens, got.usage.output_tokens) == (40, 8)
    assert (got.model_extra or {})["kangban"]["decision"] == "release"
    (body,) = [one["body"] for one in house.models.seen("plain")["requests"]]
    assert "只说两个字" in body["messages"][0]["content"]
    assert (body["max_tokens"], body["temperature"]) == (60, 0.2)


async def test_a_tool_goes_out_and_comes_back(client: openai.AsyncOpenAI, house: Agents) -> None:
    wanted = calls(("get_weather", {"city": "北京"}), ("get_weather", {"city": "上海"}))
    house.models.plays("plain", wanted, says("北京现在 21 度。"))
    asked: Any = [{"role": "user", "content": "北京和上海的天气？"}]
    first = await client.responses.create(model="plain", input=asked, tools=[TOOL])
    made = [one for one in first.output if one.type == "function_call"]
    assert [json.loads(one.arguments)["city"] for one in made] == ["北京", "上海"]
    asked += [one.model_dump(exclude_none=True) for one in made]
    asked += [{"type": "function_call_output", "call_id": one.call_id, "output": "晴，21 度"} for one in made]
    second = await client.responses.create(model="plain", input=asked, tools=[TOOL])
    assert second.output_text.startswith("北京现在 21 度。")
    after = house.models.seen("plain")["requests"][1]["body"]["messages"]
    assert [one["role"] for one in after] == ["system", "user", "assistant", "tool", "tool"]
    assert len(after[2]["tool_calls"]) == 2


async def test_a_stream_is_numbered_and_ends_completed(client: openai.AsyncOpenAI, house: Agents) -> None:
    house.models.plays("plain", says("第一句。第二句。"))
    told = [one async for one in await client.responses.create(model="plain", input="你好，能做什么？", stream=True)]
    assert [one.sequence_number for one in told] == list(range(len(told)))
    kinds = [one.type for one in told]
    assert kinds[:4] == [
        "response.created", "response.in_progress", "response.output_item.added", "response.content_part.added",
    ]  # fmt: skip
    assert kinds[-4:] == [
        "response.output_text.done", "response.content_part.done", "response.output_item.done", "response.completed",
    ]  # fmt: skip
    last: Any = told[-1]
    text = "".join(one.delta for one in told if one.type == "response.output_text.delta")
    assert last.response.output_text == text
    assert text.startswith("第一句。第二句。")


async def test_calls_of_a_stream(client: openai.AsyncOpenAI, house: Agents) -> None:
    house.models.plays("plain", calls(("get_weather", {"city": "北京"})))
    stream = await client.responses.create(model="plain", input="北京天气？", tools=[TOOL], stream=True)
    told = [one async for one in stream]
    done: Any = [one for one in told if one.type == "response.function_call_arguments.done"]
    assert [json.loads(one.arguments) for one in done] == [{"city": "北京"}]
    assert told[-1].type == "response.completed"


async def test_a_held_answer_is_incomplete_and_half_a_stream_fails(client: openai.AsyncOpenAI, house: Agents) -> None:
    house.models.plays("plain", says(PRESCRIPTION))
    got = await client.responses.create(model="plain", input="孩子扁桃体发炎怎么办？")
    assert "0.5 g" not in got.output_text
    if (got.model_extra or {})["kangban"]["decision"] in ("hold", "refuse"):
        assert got.status == "incomplete"
        assert got.incomplete_details is not None
        assert got.incomplete_details.reason == "content_filter"
    house.models.plays("half", play([chunk({"content": "说了一"})], then="drop"))
    told = [one async for one in await client.responses.create(model="half", input="你好，能做什么？", stream=True)]
    last: Any = told[-1]
    assert last.type == "response.failed"
    assert last.response.error.message
    with pytest.raises(openai.InternalServerError) as refused:
        await client.responses.create(model="half", input="你好，能做什么？")
    assert refused.value.status_code == 503


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"previous_response_id": "resp_1"}, "previous_response_id"),
        ({"background": True}, "background"),
        ({"input": [{"type": "function_call_output", "call_id": "c", "output": "x"}]}, "messages[0].tool_call_id"),
        ({"input": [{"type": "dance"}]}, "input[0]"),
        ({"input": []}, "input"),
        ({"text": {"format": {"type": "poem"}}}, "text.format.type"),
    ],
)
async def test_what_is_refused_names_its_field(client: openai.AsyncOpenAI, change: dict[str, Any], param: str) -> None:
    asked: Any = {"model": "plain", "input": "你好", **change}
    with pytest.raises(openai.BadRequestError) as refused:
        await client.responses.create(**asked)
    assert "dance" not in refused.value.message
    assert refused.value.param is not None
    assert refused.value.param.startswith(param)
