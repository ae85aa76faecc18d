"""OpenAI's audio, images and chat with pictures, as its API reference has them (platform.openai.com/docs/api-reference,
audio/createTranscription, audio/createSpeech, images/create, images/createEdit, chat/create; from memory of the state of
2025-11, `verbose_json` refused by the gpt-4o-transcribe models, `response_format` refused by gpt-image-1); the verbose
transcript also by generated clients of the API's description 2.3.0 (read 2026-11-21). test_stubs_are_true runs OpenAI's
own package against it.

What is given back is computed from what was sent: the transcript tells the sample rate and length of the WAV, the
edited picture is the sent one painted green where the mask is clear.
"""

from __future__ import annotations

import base64
import io
import json
import math
import struct
import wave
from typing import Any

from PIL import Image

from tests.support.senses_stubs.server import Said, Sent


def answer(sent: Sent) -> Said:
    routes = {
        "/v1/audio/transcriptions": _transcribe, "/v1/audio/speech": _speak, "/v1/images/generations": _make,
        "/v1/images/edits": _edit, "/v1/chat/completions": _look,
    }  # fmt: skip
    route = routes.get(sent.path)
    if route is None or sent.method != "POST":
        return Said({"error": {"message": "no such path"}}, 404)
    return route(sent)


def _refused(words: str) -> Said:
    return Said({"error": {"message": words, "type": "invalid_request_error"}}, 400)


def _transcribe(sent: Sent) -> Said:
    form = sent.form()
    shape, model = form["response_format"].decode(), form["model"].decode()
    if model == "words-only" and shape != "json":
        return _refused("response_format 'verbose_json' is not compatible with this model")
    try:
        with wave.open(io.BytesIO(form["file"])) as sound:
            rate, seconds = sound.getframerate(), sound.getnframes() / sound.getframerate()
    except (wave.Error, EOFError):
        return _refused("Invalid file format.")
    text = f"{rate} Hz, {seconds:.1f} s, {form.get('language', b'?').decode()}, {form.get('prompt', b'').decode()}"
    if shape == "json":
        return Said({"text": text})
    piece = {"id": 0, "seek": 0, "start": 0.0, "end": seconds, "text": f" {text}", "tokens": [1], "temperature": 0.0}
    told = {"task": "transcribe", "language": "chinese", "duration": f"{seconds}", "text": text, "segments": [piece]}
    return Said(told)


def sound(seconds: float, rate: int = 8_000) -> bytes:
    """A tone as WAV."""
    out = io.BytesIO()
    with wave.open(out, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(rate)
        samples = (int(9_000 * math.sin(n * 0.3)) for n in range(int(seconds * rate)))
        written.writeframes(b"".join(struct.pack("<h", each) for each in samples))
    return out.getvalue()


def _speak(sent: Sent) -> Said:
    asked = sent.json
    if set(asked) != {"model", "input", "voice", "response_format"}:
        return _refused("unknown field")
    if asked["voice"] == "liar":
        return Said(b"I am no sound", kind="audio/mpeg")
    if asked["response_format"] == "mp3":
        return Said(b"ID3\x04" + bytes(200), kind="audio/mpeg")
    return Said(sound(len(asked["input"]) / 10), kind="audio/wav")


def _picture(image: Image.Image) -> Said:
    out = io.BytesIO()
    image.save(out, "PNG")
    return Said({"created": 1, "data": [{"b64_json": base64.b64encode(out.getvalue()).decode()}]})


def _make(sent: Sent) -> Said:
    asked = sent.json
    if asked.get("model") == "gpt-image-1" and "response_format" in asked:
        return _refused("Unknown parameter: 'response_format'.")
    if asked["prompt"] == "a link":
        return Said({"created": 1, "data": [{"url": "http://127.0.0.1:9/picture.png"}]})
    if asked["prompt"] == "no picture":
        return Said({"created": 1, "data": [{"b64_json": base64.b64encode(b"<svg/>").decode()}]})
    wide, tall = (int(side) for side in asked.get("size", "64x64").split("x"))
    if control := asked.get("control"):  # keeps the lines: the control picture in the colour of its kind
        lines = Image.open(io.BytesIO(base64.b64decode(control["image"]))).convert("L")
        colour = {"canny": "red", "depth": "lime", "pose": "blue", "scribble": "white"}[control["kind"]]
        drawn = Image.new("RGB", lines.size)
        drawn.paste(Image.new("RGB", lines.size, colour), mask=lines)
        return _picture(drawn)
    if conditions := asked.get("conditions"):
        colours = {"audio": (255, 0, 0), "thermal": (0, 255, 0), "image": (0, 0, 255)}
        mixed = [sum(colours[each["kind"]][n] for each in conditions) for n in range(3)]
        assert all(base64.b64decode(each["content"]) for each in conditions)
        return _picture(Image.new("RGB", (8, 8), (min(255, mixed[0]), min(255, mixed[1]), min(255, mixed[2]))))
    return _picture(
        Image.new("RGB", (wide, tall), (asked.get("seed", 7) % 256, len(asked.get("negative_prompt", "")), 0))
    )


def _edit(sent: Sent) -> Said:
    form = sent.form()
    image = Image.open(io.BytesIO(form["image"])).convert("RGB")
    if image.format not in (None, "PNG"):
        return _refused("image must be PNG")
    hole = Image.new("L", image.size, 255)
    if "mask" in form:
        mask = Image.open(io.BytesIO(form["mask"]))
        if mask.size != image.size or mask.mode != "RGBA":
            return _refused("mask must be the same size as the image and have an alpha channel")
        hole = mask.getchannel("A").point([255, *([0] * 255)])
    image.paste(Image.new("RGB", image.size, "lime"), mask=hole)
    return _picture(image)


def _look(sent: Sent) -> Said:
    """A model that sees: it names the colour of the middle of the picture and repeats what it was asked."""
    asked: Any = sent.json
    words, colour = "", "no picture"
    for part in asked["messages"][-1]["content"]:
        if part["type"] == "text":
            words = part["text"]
        else:
            content = base64.b64decode(part["image_url"]["url"].split(",", 1)[1])
            image = Image.open(io.BytesIO(content)).convert("RGB")
            red, green, blue = image.getpixel((image.width // 2, image.height // 2))  # type: ignore[misc]
            colour = f"{image.width}x{image.height} {'red' if red > 200 > green else 'green' if green > 200 else blue}"
    told = "" if words == "say nothing" else f"{colour}; {words}; {asked['messages'][0]['content'][:40]}"
    piece = {"id": "c", "object": "chat.completion.chunk", "model": asked["model"],
             "choices": [{"index": 0, "delta": {"content": told}, "finish_reason": "stop"}]}  # fmt: skip
    stream = f"data: {json.dumps(piece)}\n\ndata: [DONE]\n\n".encode()
    return Said(stream, kind="text/event-stream")
