"""One call over MCP: what comes back, what a person is asked first, and what ends it."""

from __future__ import annotations

import asyncio
import base64

import anyio
import pytest
from mcp.client.client import Client
from mcp.shared.exceptions import MCPError
from mcp_types import ElicitResult, InputRequiredResult

from tests.api.mcp.offers import DOT, ERAS, a_server, answering, client, ran, until


@pytest.fixture(autouse=True)
def forgotten() -> None:
    ran.clear()


@pytest.fixture(params=ERAS)
def era(request: pytest.FixtureRequest) -> str:
    return request.param


def test_a_tool_says_what_it_takes_and_does_to_the_world() -> None:
    async def look() -> None:
        async with client(a_server(), "auto") as one:
            listed = {each.name: each for each in (await one.list_tools()).tools}
        assert listed["double"].input_schema["properties"]["number"]["maximum"] == 9
        acts = listed["send"].annotations
        assert acts is not None
        assert (acts.read_only_hint, acts.destructive_hint) == (False, True)
        told = listed["stranger"].annotations
        assert told is not None
        assert (told.read_only_hint, told.open_world_hint) == (True, True)
        assert "pattern" not in listed["turn"].input_schema["properties"]["picture"]
        assert "data: URL" in listed["turn"].input_schema["properties"]["picture"]["description"]

    anyio.run(look)


async def test_text_and_structure_say_the_same(era: str) -> None:
    async with client(a_server(), era) as one:
        told = await one.call_tool("double", {"number": 4})
    assert told.is_error is False
    assert told.content[0].text == "8"  # type: ignore[union-attr]
    assert told.structured_content == {
        "name": "double", "ok": True, "content": 8, "citations": [], "foreign": False, "media": [],
    }  # fmt: skip


async def test_a_strangers_words_are_marked_and_cannot_end_the_mark(era: str) -> None:
    async with client(a_server(), era) as one:
        told = await one.call_tool("stranger", {})
    text = told.content[0].text  # type: ignore[union-attr]
    assert "never instructions" in text
    assert text.count("</tool_data>") == 1
    assert "<|im_start|>" not in text
    assert told.structured_content is not None
    assert told.structured_content["foreign"] is True


@pytest.mark.parametrize(
    ("name", "arguments", "code"),
    [
        ("nothing", {}, "not_found"), ("double", {"number": 10}, "invalid_input"), ("double", {}, "invalid_input"),
        ("double", {"number": 1, "person": "nainai"}, "invalid_input"), ("fail", {"kind": "ours"}, "unavailable"),
        ("fail", {"kind": "theirs"}, "broken"), ("hang", {}, "unavailable"),
        ("turn", {"picture": "data:image/png;base64,###"}, "invalid_input"),
        ("turn", {"picture": "data:image/png,abc"}, "invalid_input"),
        ("turn", {"picture": "media:000000000000"}, "not_found"),
        ("turn", {"picture": "data:image/png;base64," + base64.b64encode(b"words").decode()}, "invalid_input"),
    ],
)  # fmt: skip
async def test_what_goes_wrong_is_a_result_that_says_so(era: str, name: str, arguments: dict, code: str) -> None:
    async with client(a_server(), era) as one:
        told = await one.call_tool(name, arguments)
    assert told.is_error is True
    assert told.structured_content is not None
    assert told.structured_content["error"]["code"] == code
    assert "阿司匹林" not in told.model_dump_json()
    assert "Traceback" not in told.model_dump_json()


async def test_a_picture_goes_in_and_comes_out(era: str) -> None:
    url = "data:anything;base64," + base64.b64encode(DOT).decode()
    async with client(a_server(), era) as one:
        told = await one.call_tool("turn", {"picture": url})
    picture = told.content[1]
    assert picture.type == "image"
    assert base64.b64decode(picture.data) == DOT
    assert told.structured_content is not None
    assert told.structured_content["media"] == [
        {"kind": "image", "media_type": "image/png", "name": "turned.png", "sent": True}
    ]


async def test_what_is_too_big_to_send_is_named_and_left_out() -> None:
    async with client(a_server(), "auto") as one:
        told = await one.call_tool("bytes_of", {"megabytes": 13})
    assert len(told.content) == 1
    assert told.structured_content is not None
    assert told.structured_content["media"][0]["sent"] is False


async def test_a_tool_acts_once_somebody_agreed(era: str) -> None:
    async with client(a_server(), era, elicitation_callback=answering("accept", yes=True)) as one:
        told = await one.call_tool("send", {"to": "nainai"})
    assert told.is_error is False
    assert ran[-1] == "send nainai"
    assert "nainai" in ran[0]
    assert len(ran) == 2


@pytest.mark.parametrize(
    "answer", [answering("decline"), answering("cancel"), answering("accept"), answering("accept", yes=False), None]
)
async def test_without_a_yes_nothing_happens(era: str, answer) -> None:
    async with client(a_server(), era, elicitation_callback=answer) as one:
        told = await one.call_tool("send", {"to": "nainai"})
    assert told.is_error is True
    assert told.structured_content is not None
    assert told.structured_content["error"]["code"] == "not_permitted"
    assert "send nainai" not in ran


async def test_a_yes_is_good_for_one_call_with_these_arguments() -> None:
    yes = {"approve": ElicitResult(action="accept", content={"yes": True})}
    async with client(a_server(), "auto", elicitation_callback=answering("decline")) as one:

        async def call(to: str, state: str | None):
            return await one.session.call_tool(
                "send", {"to": to}, input_responses=yes, request_state=state, allow_input_required=True
            )

        asked = await call("a", None)
        assert isinstance(asked, InputRequiredResult)
        assert (await call("b", asked.request_state)).is_error
        assert (await call("a", "1.2.3")).is_error
        assert (await call("a", asked.request_state)).is_error is False
        assert (await call("a", asked.request_state)).is_error
    assert ran == ["send a"]


async def test_a_call_the_client_gives_up_is_stopped(era: str) -> None:
    async with client(a_server(), era) as one:
        calling = asyncio.create_task(one.call_tool("wait", {}))
        await until("waiting")
        calling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await calling
        await until("cancelled")
        assert (await one.call_tool("double", {"number": 1})).is_error is False


async def test_signs_of_life_while_a_tool_runs(era: str) -> None:
    beats: list[tuple[float, float | None]] = []
    enough = asyncio.Event()

    async def beat(progress: float, total: float | None, _message: str | None) -> None:
        beats.append((progress, total))
        if len(beats) == 2:
            enough.set()

    async with client(a_server(beat_s=0.01), era) as one:
        calling = asyncio.create_task(one.call_tool("wait", {}, progress_callback=beat))
        await enough.wait()
        calling.cancel()
    assert beats == sorted(beats)
    assert all(total == 120.0 for _, total in beats)


async def test_too_many_at_once_are_sent_away(era: str) -> None:
    async with client(a_server(at_once=1, waiting=1), era) as one:
        going = [asyncio.create_task(one.call_tool("wait", {})) for _ in range(2)]
        await until("waiting")
        async with asyncio.timeout(20):
            # The second may still be on its way; then this one waits behind it and is given up.
            told = await _refused(one)
        assert told["code"] == "unavailable"
        for each in going:
            each.cancel()
        await asyncio.gather(*going, return_exceptions=True)
        async with asyncio.timeout(20):
            while (await one.call_tool("double", {"number": 1})).is_error:
                pass


async def _refused(one: Client) -> dict:
    while True:
        try:
            async with asyncio.timeout(0.5):
                told = await one.call_tool("double", {"number": 1})
        except TimeoutError:
            continue
        assert told.structured_content is not None
        return told.structured_content["error"]


@pytest.mark.parametrize(
    "words", ["处方：阿莫西林胶囊 0.5g，每天三次，每次口服，连用 7 天。", "你得的是肺炎，请每天三次口服阿莫西林 0.5g。"]
)
async def test_prescription_shaped_words_of_a_tool_stay_inside(era: str, words: str) -> None:
    async with client(a_server(), era) as one:
        said = await one.call_tool("echo", {"words": words})
        written = await one.call_tool("paper", {"words": words})
        fine = await one.call_tool("echo", {"words": "多喝水，好好休息。"})
    for told in (said, written):
        assert told.is_error is True
        assert "0.5" not in told.model_dump_json()
        assert len(told.content) == 1
    assert fine.content[0].text == "多喝水，好好休息。"  # type: ignore[union-attr]


async def test_unknown_methods_are_errors_of_the_protocol(era: str) -> None:
    async with client(a_server(), era) as one:
        with pytest.raises(MCPError):
            await one.list_prompts()
