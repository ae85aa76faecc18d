"""Speech over HTTP, as OpenAI's /v1/audio has it: transcriptions as a form with a file, speech as JSON to bytes."""

from __future__ import annotations

import msgspec

from kangban.adapters.sense_endpoints.asking import (
    FilePart,
    SensePlace,
    keep_at_home,
    post_form,
    post_json,
    raise_for,
    read_answer,
)
from kangban.kernel.errors import InvalidInput, Unavailable
from kangban.kernel.media import sniff
from kangban.ports.media import Media
from kangban.ports.speech import SoundFormat, SpokenPiece, Transcript
from kangban.ports.web_fetch import WebFetch

_ENDINGS = {
    "audio/wav": "wav", "audio/mpeg": "mp3", "audio/ogg": "ogg", "audio/webm": "webm", "audio/mp4": "m4a",
    "audio/flac": "flac",
}  # fmt: skip
_MOST_BYTES = 25 * 1024 * 1024  # what OpenAI's own server takes
_MOST_SOUND = 32 * 1024 * 1024
_MOST_TEXT = 200_000
_MOST_PIECES = 2_000
_USUAL_VOICE = "alloy"


class _Piece(msgspec.Struct, frozen=True):
    start: float
    end: float
    text: str = ""


class _Heard(msgspec.Struct, frozen=True):
    text: str
    language: str | None = None
    duration: float | str | None = None
    segments: list[_Piece] | None = None


def sound_type(content: bytes) -> str:
    """The media type of a sound by its bytes, "" for anything else."""
    if content[:4] == b"fLaC":
        return "audio/flac"
    if content[:2] in (b"\xff\xf3", b"\xff\xf2"):  # MPEG 2 layer III, which short voices are often written as
        return "audio/mpeg"
    told = sniff(content)
    return told if told in _ENDINGS else ""


class EndpointListener:
    """See Listener."""

    def __init__(self, fetch: WebFetch, place: SensePlace) -> None:
        self._fetch, self._place = fetch, place

    async def transcribe(self, sound: Media, language: str, hint: str) -> Transcript:
        """See Listener.transcribe. Times are asked for first; a server that refuses that is asked for words only."""
        keep_at_home(self._place)
        kind = sound_type(sound.content)
        if not kind:
            raise InvalidInput("this is no sound that can be read: wav, mp3, ogg, webm, m4a or flac", field="audio")
        if len(sound.content) > _MOST_BYTES:
            raise InvalidInput("the sound is larger than 25 MB", field="audio", key="error.too_big")
        fields = {"model": self._place.model or "whisper-1", "response_format": "verbose_json"}
        fields |= {name: said for name, said in (("language", language), ("prompt", hint)) if said}
        part = FilePart("file", f"sound.{_ENDINGS[kind]}", kind, sound.content)
        path = "/v1/audio/transcriptions"
        found = await post_form(self._fetch, self._place, path, fields, (part,))
        if found.status in (400, 422):
            fields["response_format"] = "json"
            found = await post_form(self._fetch, self._place, path, fields, (part,))
        return _transcript(read_answer(self._place, found, _Heard))


def _transcript(heard: _Heard) -> Transcript:
    try:
        seconds = None if heard.duration is None else round(float(heard.duration), 2)
    except ValueError:
        seconds = None
    pieces = tuple(
        SpokenPiece(round(each.start, 2), round(each.end, 2), each.text.strip()[:2_000])
        for each in (heard.segments or ())[:_MOST_PIECES]
    )
    return Transcript(heard.text.strip()[:_MOST_TEXT], (heard.language or "")[:40], seconds, pieces)


class EndpointSpeaker:
    """See Speaker. The voice decides the language."""

    def __init__(self, fetch: WebFetch, place: SensePlace) -> None:
        self._fetch, self._place = fetch, place

    async def speak(self, text: str, language: str, voice: str, to: SoundFormat) -> Media:  # noqa: ARG002 - the voice's
        """See Speaker.speak."""
        body = {
            "model": self._place.model or "tts-1", "input": text, "voice": voice or _USUAL_VOICE, "response_format": to
        }  # fmt: skip
        found = await post_json(self._fetch, self._place, "/v1/audio/speech", body)
        raise_for(self._place, found.status)
        kind = sound_type(found.body)
        if not kind or len(found.body) > _MOST_SOUND:
            raise Unavailable(f"{self._place.name} sent something that is no sound", field=self._place.name)
        return Media("audio", kind, found.body, f"speech.{_ENDINGS[kind]}")
