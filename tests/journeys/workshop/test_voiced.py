"""A prescription is not spoken, drawn or written on a picture, whatever the agent asks for."""

from __future__ import annotations

from typing import Any

import pytest

from kangban.adapters.espeak import EspeakSpeaker
from kangban.app import page_reader
from kangban.journeys.workshop.running import RunDone, run_agent_journey
from kangban.ports.agents import AgentDefinition
from kangban.ports.media import Media
from kangban.ports.outside import Outside
from kangban.ports.speech import SoundFormat
from tests.journeys.workshop.benches import a_workshop, calls
from tests.support.senses_stubs.scenes import scene

PRESCRIPTION = "请每天三次，每次口服阿莫西林胶囊 0.5 g，连用 7 天。"
spoken: list[str] = []


class Voice(EspeakSpeaker):
    """Remembers what it was to say."""

    async def speak(self, text: str, language: str, voice: str, to: SoundFormat) -> Media:
        spoken.append(text)
        return Media("audio", "audio/wav", b"RIFF....WAVE" + text.encode(), "speech.wav")


async def run(script: list[Any], *tools: str) -> RunDone:
    spoken.clear()
    outside = Outside(speaker=Voice("none"), reader=page_reader())
    workshop = a_workshop(script, outside=lambda: outside)
    agent = AgentDefinition("voice", tools=tools)
    events = [e async for e in run_agent_journey(workshop, agent, "念一下", owner="local", media=[scene()])]
    assert isinstance(events[-1], RunDone)
    return events[-1]


async def test_harmless_words_are_spoken() -> None:
    done = await run([calls("text_to_speech", text="今天天气很好。"), "念好了。"], "text_to_speech")
    assert spoken == ["今天天气很好。"]
    assert [one.kind for one in done.media] == ["audio"]


@pytest.mark.parametrize("words", [PRESCRIPTION, f"今天天气很好。{PRESCRIPTION}"])
async def test_a_prescription_is_not_spoken(words: str) -> None:
    done = await run([calls("text_to_speech", text=words), "念好了。"], "text_to_speech")
    assert spoken == []
    assert done.media == ()


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [("make_image", {"prompt": PRESCRIPTION}), ("mark_image", {"image": scene().ref, "marks": [{"point": [9, 9], "text": PRESCRIPTION}]})],
)  # fmt: skip
async def test_it_is_not_drawn_either(tool: str, arguments: dict[str, Any]) -> None:
    done = await run([calls(tool, **arguments), "画好了。"], tool)
    assert done.media == ()
    (step,) = [one for one in done.run.steps if one.kind == "tool"]
    assert step.status == "error"
    assert "0.5 g" not in str(step.result)
