"""Speech to text and back. Adapters: sense_endpoints (a server), espeak (a program of this machine, text to speech)."""

from __future__ import annotations

from typing import Literal, Protocol

import msgspec

from kangban.ports.media import Media

SoundFormat = Literal["mp3", "wav", "opus", "flac"]


class SpokenPiece(msgspec.Struct, frozen=True):
    """A stretch of speech, in seconds from the beginning."""

    start_s: float
    end_s: float
    text: str


class Transcript(msgspec.Struct, frozen=True):
    """What was said. `language` and `seconds` as the server tells them; pieces only where it gives times."""

    text: str
    language: str = ""
    seconds: float | None = None
    pieces: tuple[SpokenPiece, ...] = ()


class Listener(Protocol):
    """Writes down what a recording says."""

    async def transcribe(self, sound: Media, language: str, hint: str) -> Transcript:
        """`language` as ISO 639-1 or "", `hint` names words to expect. Raises Unavailable, InvalidInput, NotPermitted
        where the server stands outside and nobody consented to sound.
        """
        ...


class Speaker(Protocol):
    """Reads a text aloud."""

    async def speak(self, text: str, language: str, voice: str, to: SoundFormat) -> Media:
        """A sound file, in another format than `to` where only that can be made; "" is the usual voice."""
        ...
