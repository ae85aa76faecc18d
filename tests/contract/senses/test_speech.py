"""Speech to text and back, over a server of OpenAI's shape and by the program of this machine."""

from __future__ import annotations

import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from kangban.adapters.espeak import EspeakSpeaker, espeak_program
from kangban.kernel.errors import InvalidInput, NotPermitted, Unavailable
from kangban.ports.media import Media
from tests.contract.senses.conftest import Look
from tests.support.senses_stubs.openai_senses import sound

TONE = Media("audio", "audio/wav", sound(1.5, 16_000))


async def test_a_recording_is_written_down_with_times(look: Look) -> None:
    found = (await look("speech_to_text", audio=TONE, language="zh", hint="阿司匹林")).content
    assert found["text"] == "16000 Hz, 1.5 s, zh, 阿司匹林"
    assert (found["language"], found["seconds"]) == ("chinese", 1.5)
    assert found["pieces"] == [{"start_s": 0.0, "end_s": 1.5, "text": "16000 Hz, 1.5 s, zh, 阿司匹林"}]


async def test_a_server_that_gives_no_times_is_asked_for_words(look: Look, settings_of: Any) -> None:
    settings = settings_of(KANGBAN_TOOL_MODEL_TRANSCRIBE="words-only")
    found = (await look("speech_to_text", settings=settings, audio=TONE)).content
    assert found["text"].startswith("16000 Hz")
    assert (found["pieces"], found["seconds"]) == ([], None)


async def test_a_hint_cannot_become_another_field(look: Look) -> None:
    hint = 'x\r\n--\r\nContent-Disposition: form-data; name="model"\r\n\r\nother'
    found = (await look("speech_to_text", audio=TONE, hint=hint)).content
    assert found["text"].endswith(hint.strip())


@pytest.mark.parametrize("content", [b"RIFF....AVI ", b"", b"hello", b"\x89PNG\r\n\x1a\n", sound(0.1)[:40]])
async def test_what_is_no_sound_is_refused(look: Look, content: bytes) -> None:
    with pytest.raises(InvalidInput):
        await look("speech_to_text", audio=Media("audio", "audio/wav", content))


async def test_too_long_a_recording_is_refused_before_it_is_sent(look: Look) -> None:
    with pytest.raises(InvalidInput, match="25 MB"):
        await look("speech_to_text", audio=Media("audio", "audio/wav", TONE.content + bytes(26 * 1024 * 1024)))


async def test_a_text_is_read_aloud(look: Look) -> None:
    found = await look("text_to_speech", text="饭后半小时服用。", to="wav")
    (made,) = found.media
    assert made.kind == "audio"
    assert found.content["audio"] == made.ref
    assert (found.content["media_type"], found.content["bytes"]) == ("audio/wav", len(made.content))
    assert made.content == sound(0.8)
    assert (await look("text_to_speech", text="a")).content["media_type"] == "audio/mpeg"


async def test_what_is_no_sound_is_not_passed_on(look: Look) -> None:
    with pytest.raises(Unavailable, match="no sound"):
        await look("text_to_speech", text="a", voice="liar")


@pytest.mark.parametrize(
    "words", ["half a stream", "too much", "slow down", "fall over", "garbage", "elsewhere", "locked"]
)
@pytest.mark.parametrize("tool", ["speech_to_text", "text_to_speech"])
async def test_a_server_that_fails_is_unavailable_and_not_quoted(look: Look, tool: str, words: str) -> None:
    told = {"audio": TONE, "hint": words} if tool == "speech_to_text" else {"text": words}
    with pytest.raises(Unavailable) as error:
        await look(tool, **told)
    assert "KEY-SECRET" not in error.value.message


async def test_nothing_set_up_says_what_to_set(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(Unavailable, match="KANGBAN_TOOL_URL_TRANSCRIBE"):
        await look("speech_to_text", files={}, audio=TONE)
    with pytest.raises(Unavailable, match=r"KANGBAN_TOOL_URL_SPEAK.*espeak-ng"):
        await look("text_to_speech", files={}, text="a")


@pytest.mark.parametrize("url", ["https://speech.example.org", "http://203.0.113.9", "http://speech.lan:8000"])
async def test_a_voice_goes_to_no_server_outside(look: Look, settings_of: Any, url: str) -> None:
    away = settings_of({}, KANGBAN_TOOL_URL_TRANSCRIBE=url, KANGBAN_FETCH_ALLOW="speech.lan:8000")
    with pytest.raises(NotPermitted):
        await look("speech_to_text", settings=away, audio=TONE)


async def test_a_text_goes_outside_over_https_only(look: Look, settings_of: Any) -> None:
    away = settings_of({}, KANGBAN_TOOL_URL_SPEAK="http://speech.example.org")
    with pytest.raises(Unavailable, match="https"):
        await look("text_to_speech", settings=away, text="a")


@pytest.fixture
def program(tmp_path: Path) -> str:
    """A program with espeak-ng's options, for machines without it: WAV whose length is that of the text."""
    path = tmp_path / "espeak-ng"
    lines = (
        f"#!{sys.executable}", "import sys, wave", "text = sys.stdin.buffer.read()",
        "assert sys.argv[1] == '-v' and sys.argv[3:] == ['--stdin', '--stdout'], sys.argv",
        "sys.exit(3) if text == b'fail' else None",
        "with wave.open(sys.stdout.buffer, 'wb') as out:",
        "    out.setnchannels(1); out.setsampwidth(2); out.setframerate(8000 if sys.argv[2] == 'cmn' else 16000)",
        "    out.writeframes(bytes(2 * len(text)))",
    )  # fmt: skip
    path.write_text("\n".join(lines) + "\n", "utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


async def test_the_program_speaks_where_there_is_no_server(
    program: str, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{Path(program).parent}:/usr/bin")
    found = await look("text_to_speech", files={}, text="--version 你好", language="zh")
    assert found.content["media_type"] == "audio/wav"
    assert len(found.media[0].content) == 44 + 2 * len("--version 你好".encode())


async def test_the_program_fails_in_plain_words(program: str) -> None:
    speaker = EspeakSpeaker(program)
    with pytest.raises(Unavailable):
        await speaker.speak("fail", "en", "", "wav")
    for voice in ("--path=/etc", "a b", "../x"):
        with pytest.raises(InvalidInput):
            await speaker.speak("a", "en", voice, "wav")


async def test_whatever_program_is_here_speaks(program: str) -> None:
    """The real one too, on machines that have it."""
    for here in (program, *([real] if (real := espeak_program()) else [])):
        made = await EspeakSpeaker(here).speak("你好", "zh", "", "mp3")
        assert (made.media_type, made.content[:4]) == ("audio/wav", b"RIFF")
