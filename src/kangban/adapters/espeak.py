"""Text to speech by the program espeak-ng of this machine, where it is installed: plain, and nothing leaves."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import suppress

from kangban.kernel.errors import InvalidInput, Unavailable
from kangban.ports.media import Media
from kangban.ports.speech import SoundFormat

_VOICES = {"zh": "cmn", "en": "en"}
_PATIENCE_S = 60.0
_MOST_BYTES = 64 * 1024 * 1024


def espeak_program() -> str | None:
    """Where the program is; None where it is not installed."""
    return shutil.which("espeak-ng")


class EspeakSpeaker:
    """See Speaker. It makes WAV, whatever was asked for."""

    def __init__(self, program: str) -> None:
        self._program = program

    async def speak(self, text: str, language: str, voice: str, to: SoundFormat) -> Media:  # noqa: ARG002 - WAV only
        """See Speaker.speak. The text goes in by its standard input: no word of it is ever an option."""
        named = voice or _VOICES.get(language.split("-")[0].lower(), "en")
        if not named.replace("-", "").replace("+", "").isalnum() or named.startswith("-"):
            raise InvalidInput("no voice has such a name", field="voice")
        running = await asyncio.create_subprocess_exec(
            self._program, "-v", named, "--stdin", "--stdout",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            async with asyncio.timeout(_PATIENCE_S):
                sound, _ = await running.communicate(text.encode("utf-8", "replace"))
        except TimeoutError:
            raise Unavailable("the program that speaks takes too long", field="speak") from None
        finally:
            if running.returncode is None:
                with suppress(ProcessLookupError):
                    running.kill()
                await running.wait()
        if running.returncode or not sound.startswith(b"RIFF") or len(sound) > _MOST_BYTES:
            raise Unavailable("the program that speaks gave no sound for this", field="speak")
        return Media("audio", "audio/wav", sound, "speech.wav")
