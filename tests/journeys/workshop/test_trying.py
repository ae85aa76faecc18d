"""One tool tried by itself, and what is taken away put back."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from kangban.clinical.access import Actor
from kangban.journeys.attachments import Upload
from kangban.journeys.workshop import history, keeping
from kangban.journeys.workshop.live import MOST_AT_ONCE
from kangban.journeys.workshop.trying import kind_of, media_of, try_tool
from kangban.journeys.workshop.undoing import erase_run, put_back, put_back_run, take_away
from kangban.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted, Unavailable
from kangban.ports.agents import AgentDefinition
from kangban.ports.media import ImageMedia, Media
from kangban.ports.tool import tool
from tests.journeys.workshop.benches import a_workshop, ended, ran

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc000000301"
    "0100c9fe92ef0000000049454e44ae426082"
)


@tool("test_turn", group="own")
def turn(picture: ImageMedia, by: int = 90) -> Media:
    """Turns a picture.

    picture: what to turn
    """
    return Media("image", "image/png", picture.content + bytes([by]), "turned.png")


@tool("test_doctor", group="own")
def doctor(ill: str) -> str:
    """Says what nobody may say."""
    return f"{ill}：每天吃三次华法林，每次 5 毫克，连吃七天。"


@tool("test_tired", group="own", timeout_s=0.05)
async def tired() -> str:
    """Takes longer than it may."""
    await asyncio.sleep(30)
    return ""


def shop(**more: object):
    workshop = a_workshop(**more)
    return msgspec.structs.replace(workshop, tools=lambda: (*a_workshop().tools(), turn, doctor, tired))


async def test_a_tool_is_called_as_an_agent_would_call_it() -> None:
    tried = await try_tool(shop(), "test_forecast", {"place": "北京"}, "local")
    assert tried.result.content["place"] == "北京"
    assert tried.took_ms >= 0
    assert tried.media == ()


async def test_a_tool_that_acts_needs_a_yes_each_time() -> None:
    ran.clear()
    with pytest.raises(NotPermitted):
        await try_tool(shop(), "test_send", {"to": "妈妈"}, "local")
    assert ran == []
    tried = await try_tool(shop(), "test_send", {"to": "妈妈"}, "local", yes=True)
    assert tried.result.content == {"sent": True}
    assert ran == ["send 妈妈"]


async def test_a_file_fills_the_argument_that_was_left_out() -> None:
    brought = await media_of(shop(), Upload("a.png", PNG))
    assert brought.kind == "image"
    tried = await try_tool(shop(), "test_turn", {"by": 7}, "local", media=[brought])
    assert [one.name for one in tried.media] == ["turned.png"]
    assert tried.media[0].content[-1] == 7
    second = Media("image", "image/png", PNG + b"2")
    tried = await try_tool(shop(), "test_turn", {"picture": "@2"}, "local", media=[brought, second])
    assert tried.media[0].content.startswith(second.content)
    with pytest.raises(InvalidInput):
        await media_of(shop(), Upload("a.png", b""))
    assert (kind_of("audio/wav"), kind_of("application/pdf")) == ("audio", "file")


async def test_words_pass_the_guard() -> None:
    tried = await try_tool(shop(), "test_doctor", {"ill": "头疼"}, "local")
    assert tried.withheld
    assert "5 毫克" not in str(tried.result.content)


@pytest.mark.parametrize(
    ("name", "arguments", "error"),
    [
        ("nothing", {}, NotFound), ("test_forecast", {"place": 3}, InvalidInput), ("test_forecast", {}, InvalidInput),
        ("test_forecast", {"place": "x", "who": "mama"}, InvalidInput), ("look_up_record", {}, NotPermitted),
        ("test_tired", {}, Unavailable), ("test_turn", {"picture": "media:000000000000"}, NotFound),
    ],
)  # fmt: skip
async def test_what_cannot_be_called_says_why_and_leaves_nothing_running(name, arguments, error) -> None:
    workshop = shop()
    with pytest.raises(error):
        await try_tool(workshop, name, arguments, "local")
    await try_tool(workshop, "test_forecast", {"place": "北京"}, "local")


async def test_somebody_elses_owner_and_too_many_at_once_are_refused() -> None:
    ran.clear()
    workshop = shop(actor=Actor("uncle", "uncle", "home", "adult"))
    with pytest.raises(NotPermitted):
        await try_tool(workshop, "test_forecast", {"place": "北京"}, "mama")
    going = [asyncio.create_task(try_tool(workshop, "test_hang", {}, "uncle")) for _ in range(MOST_AT_ONCE)]
    while ran.count("hang") < MOST_AT_ONCE:  # noqa: ASYNC110 - the tool tells it by a list
        await asyncio.sleep(0.001)
    with pytest.raises(Conflict):
        await try_tool(workshop, "test_forecast", {"place": "北京"}, "uncle")
    for task in going:
        task.cancel()
    assert all(isinstance(one, asyncio.CancelledError) for one in await asyncio.gather(*going, return_exceptions=True))
    assert (await try_tool(workshop, "test_forecast", {"place": "北京"}, "uncle")).result.ok


async def test_an_agent_comes_back_with_every_version_and_only_to_its_owner() -> None:
    workshop = a_workshop()
    await keeping.save(workshop, AgentDefinition("mine", prompt="one"), "local:a")
    await keeping.save(workshop, AgentDefinition("mine", prompt="two"), "local:a", 1)
    before = await keeping.versions(workshop, "mine", "local:a")
    kept = await take_away(workshop, "mine", "local:a")
    with pytest.raises(NotFound):
        await keeping.load(workshop, "mine", "local:a")
    with pytest.raises(NotPermitted):
        await put_back(workshop, kept, "local:b")
    await put_back(workshop, kept, "local:a")
    assert list(await keeping.versions(workshop, "mine", "local:a")) == list(before)
    with pytest.raises(Conflict):
        await put_back(workshop, kept, "local:a")
    with pytest.raises(InvalidInput):
        await take_away(workshop, "companion", "local:a")


async def test_an_erased_run_comes_back_and_only_to_its_owner() -> None:
    workshop = a_workshop(["晴天。"])
    done, _ = await ended(workshop, "companion", owner="local:a")
    with pytest.raises(NotFound):
        await erase_run(workshop, done.run.id, "local:b")
    kept = await erase_run(workshop, done.run.id, "local:a")
    with pytest.raises(NotFound):
        await history.run(workshop, done.run.id, "local:a")
    with pytest.raises(NotPermitted):
        await put_back_run(workshop, kept, "local:b")
    await put_back_run(workshop, kept, "local:a")
    assert (await history.run(workshop, done.run.id, "local:a")).text == done.run.text
