"""What a model server can do, found out by asking it: each answer is a measurement, none is a promise of its maker."""

from __future__ import annotations

import asyncio
import json
import struct
import time
import zlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

import msgspec

from kangban.adapters.openai_chat.model import OpenAIChat
from kangban.adapters.openai_chat.settings import OpenAIChatSettings
from kangban.adapters.openai_chat.wire import listed
from kangban.kernel.errors import InvalidInput, KangbanError, Unavailable
from kangban.ports.agents import ProtocolName
from kangban.ports.chat_model import (
    ChatEvent,
    ChatMessage,
    ChatRequest,
    Finished,
    TextDelta,
    ToolCall,
    ToolCallsReady,
    ToolDescription,
    say,
)
from kangban.ports.media import Media

_CONTEXT = ("max_model_len", "context_length", "max_context_length", "context_window", "n_ctx", "n_ctx_train")
_WEATHER = ToolDescription(
    "weather",
    "The weather of one city now.",
    {
        "type": "object",
        "properties": {"city": {"type": "string"}, "unit": {"enum": ["celsius", "fahrenheit"]}},
        "required": ["city"],
    },
)
_MOST_TOKENS = 256


class ListedModel(msgspec.Struct, frozen=True):
    """A model the server lists; `context_length` in tokens where it tells."""

    id: str
    context_length: int | None = None


class Speed(msgspec.Struct, frozen=True):
    """Of one short answer: seconds to its first piece, tokens a second after it. None where nothing can be counted."""

    first_token_s: float | None = None
    tokens_per_s: float | None = None
    estimated: bool = False  # tokens are counted as pieces: the server tells no usage


class Probe(msgspec.Struct):
    """What was found. None: could not be found out, `problems` says why, as check: translation key."""

    url_ok: bool = False
    model: str = ""
    models: list[ListedModel] = []
    chat: bool | None = None
    stream: bool | None = None
    tools: bool | None = None
    parallel_tools: bool | None = None
    strict_tools: bool | None = None
    json_mode: bool | None = None
    images: bool | None = None
    usage: bool | None = None
    context_length: int | None = None
    speed: Speed = Speed()
    protocol: ProtocolName = "react_text"
    problems: dict[str, str] = {}


async def probe_server(settings: OpenAIChatSettings, *, check_s: float = 30.0) -> Probe:
    """Ask for models, a chat, tools, JSON, a picture, `check_s` each at most; raises Unavailable if nobody answers."""
    found = Probe(model=settings.name)
    try:
        async with asyncio.timeout(check_s):
            found.models = _listed(await listed(settings))
    except KangbanError as error:
        found.problems["models"] = error.key
    except TimeoutError:
        found.problems["models"] = "model.too_slow"
    if not found.model and found.models:
        found.model = found.models[0].id
    found.context_length = next((each.context_length for each in found.models if each.id == found.model), None)
    patient = msgspec.structs.replace(
        settings,
        name=found.model,
        tries=2,
        first_byte_s=check_s,
        idle_s=check_s,
        longest_wait_s=5.0,
    )
    model = OpenAIChat(patient)
    checks: tuple[tuple[str, Callable[[Probe, OpenAIChat], Awaitable[None]]], ...] = (
        ("chat", _chat), ("tools", _tools), ("json_mode", _json_mode), ("images", _images),
    )  # fmt: skip
    try:
        for name, check in checks:
            try:
                async with asyncio.timeout(check_s):
                    await check(found, model)
            except KangbanError as error:
                found.problems[name] = error.key
                if name == "chat" and "models" in found.problems and isinstance(error, Unavailable):
                    raise
            except TimeoutError:
                found.problems[name] = "model.too_slow"
    finally:
        await model.close()
    found.url_ok = "models" not in found.problems or bool(found.chat)
    found.protocol = recommended(found)
    return found


def recommended(found: Probe) -> ProtocolName:
    """Native where calls came back as calls; InternLM's tokens for its models; JSON mode before plain text."""
    if found.tools:
        return "native"
    if "internlm2" in found.model.lower():
        return "internlm2"
    return "json_object" if found.json_mode else "react_text"


async def _chat(found: Probe, model: OpenAIChat) -> None:
    asked = ChatRequest((say("user", "Count from 1 to 20, one number a line."),), max_tokens=_MOST_TOKENS)
    started = time.monotonic()
    first: float | None = None
    pieces = 0
    finished = Finished("unknown")
    async for event in model.stream(asked):
        if isinstance(event, Finished):
            finished = event
        elif not isinstance(event, ToolCallsReady):
            first = time.monotonic() if first is None else first
            pieces += 1
    ended = time.monotonic()
    found.chat = pieces > 0
    found.stream = pieces > 1
    found.usage = finished.prompt_tokens is not None and finished.completion_tokens is not None
    if first is not None:
        tokens = finished.completion_tokens if finished.completion_tokens is not None else pieces
        rate = (tokens - 1) / (ended - first) if tokens > 1 and pieces > 1 and ended > first else None
        found.speed = Speed(round(first - started, 4), None if rate is None else round(rate, 1), not found.usage)


async def _tools(found: Probe, model: OpenAIChat) -> None:
    words = "What is the weather in Beijing and in Shanghai? Call the tool once for each city, both at once."
    asked = ChatRequest((say("user", words),), (_WEATHER,), temperature=0.0, max_tokens=_MOST_TOKENS, strict_tools=True)
    try:
        calls = _calls(await _heard(model, asked))
    except InvalidInput as error:
        if error.key not in ("model.no_tools", "model.refused"):
            raise
        found.tools = found.parallel_tools = found.strict_tools = False
        return
    good = [each for each in calls if each.name == "weather" and isinstance((each.arguments or {}).get("city"), str)]
    found.tools = bool(good)
    found.parallel_tools = len(good) > 1
    found.strict_tools = found.tools and model.holds_strict


async def _json_mode(found: Probe, model: OpenAIChat) -> None:
    words = 'Answer with one JSON object {"numbers": [1, 2]} and nothing else.'
    asked = ChatRequest((say("user", words),), temperature=0.0, max_tokens=_MOST_TOKENS, json_only=True)
    try:
        text = _text(await _heard(model, asked))
    except InvalidInput as error:
        if error.key != "model.refused":
            raise
        found.json_mode = False
        return
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    found.json_mode = isinstance(value, dict) and model.takes_json_mode


async def _images(found: Probe, model: OpenAIChat) -> None:
    shown = ChatMessage("user", "What colour is this picture? One word.", images=(red_square(),))
    try:
        text = _text(await _heard(model, ChatRequest((shown,), temperature=0.0, max_tokens=64)))
    except InvalidInput as error:
        found.images = False
        found.problems["images"] = error.key
        return
    found.images = "red" in text.lower() or "红" in text


async def _heard(model: OpenAIChat, asked: ChatRequest) -> list[ChatEvent]:
    return [event async for event in model.stream(asked)]


def _text(events: Sequence[ChatEvent]) -> str:
    return "".join(each.text for each in events if isinstance(each, TextDelta))


def _calls(events: Sequence[ChatEvent]) -> list[ToolCall]:
    return [call for each in events if isinstance(each, ToolCallsReady) for call in each.calls]


def _listed(answer: Any) -> list[ListedModel]:
    rows: Any = cast("dict[str, Any]", answer).get("data") if isinstance(answer, dict) else answer
    found: list[ListedModel] = []
    for row in cast("list[Any]", rows)[:1000] if isinstance(rows, list) else []:
        members = cast("dict[str, Any]", row) if isinstance(row, dict) else {"id": row}
        name = members.get("id") or members.get("name")
        if isinstance(name, str):
            found.append(ListedModel(name, _context_length(members)))
    return found


def _context_length(members: dict[str, Any]) -> int | None:
    meta: Any = members.get("meta")
    for place in (members, cast("dict[str, Any]", meta) if isinstance(meta, dict) else {}):
        for key in _CONTEXT:
            if isinstance(place.get(key), int) and place[key] > 0:
                return place[key]
    return None


def red_square(side: int = 32) -> Media:
    """A red PNG of `side` × `side` pixels."""
    rows = (b"\0" + b"\xff\x00\x00" * side) * side
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    written = b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
    return Media("image", "image/png", b"\x89PNG\r\n\x1a\n" + written)
