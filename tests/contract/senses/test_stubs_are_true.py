"""The stubs against real clients: what OpenAI's own package sends is understood, what it gets it takes apart."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import openai
import pytest
from fhir.resources.R4B.bundle import Bundle
from PIL import Image

from tests.support.senses_stubs import fhir
from tests.support.senses_stubs.openai_senses import sound
from tests.support.senses_stubs.scenes import scene
from tests.support.senses_stubs.server import Sent


@pytest.fixture
def client(port: int) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"http://127.0.0.1:{port}/images/v1", api_key="k", max_retries=0)


def test_a_transcript_is_one_for_openais_client(client: openai.OpenAI) -> None:
    told = client.audio.transcriptions.create(
        model="whisper-1", file=("sound.wav", sound(1.0)), response_format="verbose_json", language="zh", prompt="药"
    )
    assert told.segments is not None
    assert (float(told.duration), told.segments[0].end, told.text) == (1.0, 1.0, "8000 Hz, 1.0 s, zh, 药")
    with pytest.raises(openai.BadRequestError):
        client.audio.transcriptions.create(
            model="words-only", file=("s.wav", sound(1.0)), response_format="verbose_json"
        )
    plain = client.audio.transcriptions.create(model="words-only", file=("s.wav", sound(1.0)), response_format="json")
    assert plain.text.startswith("8000 Hz")


def test_speech_is_sound_for_openais_client(client: openai.OpenAI) -> None:
    told = client.audio.speech.create(model="tts-1", voice="alloy", input="12345", response_format="wav")
    assert told.content == sound(0.5)


def test_pictures_are_pictures_for_openais_client(client: openai.OpenAI) -> None:
    made = client.images.generate(model="dall-e-3", prompt="x", size="1024x1024", response_format="b64_json", n=1)
    assert made.data is not None
    assert Image.open(io.BytesIO(base64.b64decode(str(made.data[0].b64_json)))).size == (1024, 1024)
    with pytest.raises(openai.BadRequestError):
        client.images.generate(model="gpt-image-1", prompt="x", response_format="b64_json")
    edited = client.images.edit(
        model="dall-e-2", prompt="x", image=("i.png", scene().content), response_format="b64_json"
    )
    assert edited.data is not None
    assert Image.open(io.BytesIO(base64.b64decode(str(edited.data[0].b64_json)))).getpixel((0, 0)) == (0, 255, 0)


def test_a_chat_with_a_picture_is_one_for_openais_client(client: openai.OpenAI) -> None:
    written = base64.b64encode(scene(red=(0, 0, 256, 128)).content).decode()
    parts: Any = [
        {"type": "text", "text": "?"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{written}"}},
    ]
    messages: Any = [{"role": "system", "content": "s"}, {"role": "user", "content": parts}]
    pieces = client.chat.completions.create(model="m", messages=messages, stream=True)
    assert "256x128 red" in "".join(one.choices[0].delta.content or "" for one in pieces)


@pytest.mark.parametrize("query", [[], [("_offset", "4")], [("category", "warned")], [("code", "endless")]])
def test_the_fhir_stubs_pages_are_fhir(query: list[tuple[str, str]]) -> None:
    said = fhir.answer(Sent("GET", "/Observation", query, {"authorization": "Bearer good"}, b"", "http://x/fhir"))
    assert Bundle.model_validate(said.body).type == "searchset"


def test_every_stub_says_what_it_was_read_from() -> None:
    for path in sorted((Path(__file__).parents[2] / "support" / "senses_stubs").glob("*.py")):
        if path.name in ("openai_senses.py", "fhir.py", "seers.py", "anything.py"):
            head = path.read_text("utf-8").split('"""')[1]
            assert "2026-11-21" in head, path.name
