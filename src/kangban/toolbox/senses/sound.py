"""Tools: speech to text and text to speech."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from kangban.kernel.errors import Unavailable
from kangban.ports.media import AudioMedia
from kangban.ports.outside import outside_of
from kangban.ports.speech import SoundFormat
from kangban.ports.tool import ToolContext, ToolResult, tool

LanguageCode = Annotated[str, msgspec.Meta(pattern="^([a-z]{2,3}(-[A-Za-z]{2,4})?)?$")]


@tool("speech_to_text", group="sound", permissions=("network",), needs=("url:transcribe",), cost="metered",
      foreign=True, timeout_s=180.0, examples=({"audio": "media:0a1b2c3d4e5f", "language": "zh"},))  # fmt: skip
async def speech_to_text(
    context: ToolContext,
    audio: AudioMedia,
    language: LanguageCode = "",
    hint: Annotated[str, msgspec.Meta(max_length=600)] = "",
) -> ToolResult:
    """Write down what is said in a recording. 语音转文字：听写、转写录音。

    audio: the recording: wav, mp3, ogg, webm, m4a or flac, at most 25 MB
    language: its language, e.g. zh or en; left out, the server finds out
    hint: names and words to expect, e.g. of medicines
    """
    listener = outside_of(context).listener
    if listener is None:
        raise Unavailable(
            "nobody listens here: set KANGBAN_TOOL_URL_TRANSCRIBE to a server with /v1/audio/transcriptions",
            field="KANGBAN_TOOL_URL_TRANSCRIBE",
        )
    heard = await listener.transcribe(audio, language, hint)
    pieces = [{"start_s": each.start_s, "end_s": each.end_s, "text": each.text} for each in heard.pieces]
    content: dict[str, Any] = {
        "text": heard.text, "language": heard.language, "seconds": heard.seconds, "pieces": pieces,
        "note": "a machine wrote this down: names and amounts may be misheard",
    }  # fmt: skip
    return ToolResult(content)


@tool("text_to_speech", group="sound", permissions=("network",), cost="metered", gives=("audio",), foreign=True,
      timeout_s=180.0, examples=({"text": "饭后半小时服用。", "language": "zh"},))  # fmt: skip
async def text_to_speech(
    context: ToolContext,
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=4_000)],
    language: LanguageCode = "",
    voice: Annotated[str, msgspec.Meta(max_length=60)] = "",
    to: SoundFormat = "mp3",
) -> ToolResult:
    """Read a text aloud; a sound file comes back. 文字转语音：朗读、念出来。

    text: what is to be read
    language: its language, e.g. zh or en; the language of the conversation where not given
    voice: a voice by the server's name for it
    to: "mp3", "wav", "opus" or "flac"; without a server it is WAV
    """
    speaker = outside_of(context).speaker
    if speaker is None:
        raise Unavailable(
            "nobody speaks here: set KANGBAN_TOOL_URL_SPEAK to a server with /v1/audio/speech, or install espeak-ng",
            field="KANGBAN_TOOL_URL_SPEAK",
        )
    spoken = await speaker.speak(text, language or context.lang, voice, to)
    content = {"audio": spoken.ref, "media_type": spoken.media_type, "bytes": len(spoken.content)}
    return ToolResult(content, media=(spoken,))
