"""Pictures of a run: a model that sees on this machine gets them, upright and bare; any other model gets words."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from PIL import Image

from kangban.adapters.openai_chat.of_agents import model_of_agent
from kangban.agent.scripted import ScriptedModel
from kangban.app import page_reader
from kangban.journeys.outbound import consent_target, give_consent
from kangban.journeys.private_model import PrivateModel
from kangban.journeys.workshop.keeping import save
from kangban.journeys.workshop.kept import Workshop
from kangban.journeys.workshop.pictures import KEPT_BACK
from kangban.journeys.workshop.running import RunDone, run_agent_journey
from kangban.kernel.errors import Unavailable
from kangban.ports.agents import AgentDefinition, ModelChoice
from kangban.ports.chat_model import ChatMessage, ChatRequest, Place, sees
from kangban.ports.media import Media
from kangban.ports.outside import Outside
from kangban.settings import on_this_machine
from tests.journeys.workshop.benches import a_workshop
from tests.support.senses_stubs.scenes import scene
from tests.support.senses_stubs.server import serving

TURNED = scene(120, 240, red=(20, 40, 100, 200), as_="JPEG", exif=6)
AGENT = AgentDefinition("looker")


class Seeing(ScriptedModel):
    """A scripted model that was found to see."""

    sees = True


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with serving() as found:
        yield found


def looking(model: ScriptedModel | None = None, **more: Any) -> Workshop:
    """A workshop whose configured model is the one given, with the reader of files."""
    workshop = a_workshop(["unused"], outside=lambda: Outside(reader=page_reader()), **more)
    if model is not None:
        house = msgspec.structs.replace(workshop.house, model=model, model_host="models.example")
        workshop = msgspec.structs.replace(workshop, house=house)
    return workshop


async def run(
    workshop: Workshop, agent: AgentDefinition, *media: Media, asked: Any = "这是什么颜色？", **more: Any
) -> RunDone:
    events = [e async for e in run_agent_journey(workshop, agent, asked, owner="local", media=media, **more)]
    assert isinstance(events[-1], RunDone)
    return events[-1]


def pictures(model: ScriptedModel) -> list[Media]:
    return [image for request in model.requests for message in request.messages for image in message.images]


async def test_a_model_that_sees_gets_the_picture_upright_and_bare() -> None:
    model = Seeing(["是红色。"])
    done = await run(looking(model), AGENT, TURNED)
    (sent,) = pictures(model)
    opened = Image.open(io.BytesIO(sent.content))
    assert opened.size == (120, 240)
    assert not opened.getexif()
    (message,) = [one for one in model.requests[0].messages if one.images]
    assert message.role == "user"
    assert TURNED.ref in message.content
    assert KEPT_BACK not in done.notes


@pytest.mark.parametrize("paradigm", ["react", "rewoo", "plan_execute", "autogpt", "reflexion"])
async def test_every_paradigm_shows_the_picture(paradigm: str) -> None:
    model = Seeing(lambda _: "好的。")
    await run(looking(model), msgspec.structs.replace(AGENT, paradigm=paradigm), TURNED)
    assert pictures(model)


async def test_the_parts_of_a_sequence_see_it_too() -> None:
    model = Seeing(lambda _: "红色。")
    workshop = looking(model)
    for name in ("one", "two"):
        await save(workshop, AgentDefinition(name), "local")
    await run(workshop, AgentDefinition("both", paradigm="sequence", parts=("one", "two")), TURNED)
    assert len(pictures(model)) == 2


async def test_a_real_server_sees_it_as_the_agent_says(port: int) -> None:
    url = f"http://127.0.0.1:{port}/sight"
    workshop = looking(model_of=lambda choice: model_of_agent(choice, f"127.0.0.1:{port}", _no_secret, on_this_machine))
    choice = ModelChoice(url, "seer", images=True, protocol="native")
    seen = await run(workshop, msgspec.structs.replace(AGENT, model=choice), TURNED)
    assert "120x240 red" in seen.run.text
    blind = msgspec.structs.replace(choice, images=False)
    unseen = await run(workshop, msgspec.structs.replace(AGENT, model=blind), TURNED)
    assert "red" not in unseen.run.text


def _no_secret(name: str) -> str:
    raise Unavailable(name)


@pytest.mark.parametrize("paradigm", ["react", "rewoo"])
async def test_a_model_that_does_not_see_gets_words(paradigm: str) -> None:
    model = ScriptedModel(lambda _: "看不到。")
    await run(looking(model), msgspec.structs.replace(AGENT, paradigm=paradigm), TURNED)
    assert model.requests
    assert pictures(model) == []
    assert TURNED.ref in model.requests[0].messages[-1].content


@pytest.mark.parametrize("place", ["mainland", "abroad"])
async def test_a_model_off_this_machine_never_gets_a_picture(place: Place) -> None:
    model = Seeing(lambda _: "好的。", place=place)
    workshop = looking(model)
    if place == "mainland":
        await give_consent(workshop.house, granted=True)
        assert consent_target(workshop.house)
    done = await run(workshop, AGENT, TURNED, lang="en")
    assert pictures(model) == []
    assert bool(model.requests) is (place == "mainland")  # abroad nobody was asked yet, and the offline brain answers
    assert (KEPT_BACK in done.notes) is (place == "mainland")


@pytest.mark.parametrize(("lang", "words"), [("zh", "2 张图片"), ("en", "2 pictures"), (None, "2 张图片")])
async def test_the_veil_takes_pictures_away_and_keeps_the_language(lang: str | None, words: str) -> None:
    model = Seeing(lambda _: "ok", place="mainland")
    heard: list[ChatRequest] = []

    async def leaving(request: ChatRequest) -> None:
        heard.append(request)

    private = PrivateModel(model, ("沈桂兰",), leaving)
    asked = ChatMessage("user", "沈桂兰的片子", images=(scene(), scene(red=(0, 0, 9, 9))))
    context = None if lang is None else {"lang": lang, "tool_context": object()}
    _ = [e async for e in private.stream(ChatRequest((asked,), context=context))]
    (request,) = model.requests
    assert request.messages[0].images == heard[0].messages[0].images == ()
    assert words in request.messages[0].content
    assert "沈桂兰" not in request.messages[0].content
    assert request.context == (None if lang is None else {"lang": lang})


async def test_what_is_no_picture_stops_nothing() -> None:
    model = Seeing(["好。"])
    broken = Media("image", "image/png", b"\x89PNG\r\n\x1a\n broken")
    await run(looking(model), AGENT, broken, Media("audio", "audio/wav", b"RIFF1234WAVE"), TURNED)
    assert len(pictures(model)) == 1


async def test_earlier_messages_keep_none_and_many_are_bounded() -> None:
    model = Seeing(["好。"])
    many = [scene(16, 16, red=(0, 0, n, n)) for n in range(1, 12)]
    asked = [ChatMessage("user", "一"), ChatMessage("assistant", "二"), ChatMessage("user", "看图")]
    await run(looking(model), AGENT, *many, asked=asked)
    assert [len(one.images) for one in model.requests[0].messages if one.role == "user"] == [0, 8]


def test_only_a_model_that_says_so_sees() -> None:
    class Odd(ScriptedModel):
        sees = "yes"

    assert sees(Seeing([]))
    assert not sees(ScriptedModel([]))
    assert not sees(Odd([]))
