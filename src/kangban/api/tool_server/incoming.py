"""What a call brings: one JSON object, or a form with the object and its files. Media go on the shelf of the call."""

from __future__ import annotations

import asyncio
import base64
import binascii
from typing import Any, Final, cast

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message

from kangban.api.rate import Limits
from kangban.api.tool_server.shapes import MOST_MEDIA
from kangban.api.wire import read_json, refusal
from kangban.kernel.errors import InvalidInput
from kangban.kernel.media import UNKNOWN, sniff
from kangban.ports.media import Media, MediaKind, MediaShelf
from kangban.ports.tool import ToolSpec

MOST_WORDS: Final = 1024 * 1024  # bytes of a call without media
ARGUMENTS: Final = "arguments"
_MOST_PARTS: Final = 16


def media_of(spec: ToolSpec) -> dict[str, MediaKind]:
    """Arguments of a tool that are pictures, sounds or files, with their kind; lists of them too."""
    found: dict[str, MediaKind] = {}
    for name, part in spec.parameters.get("properties", {}).items():
        kind = _kind(part)
        if kind is not None:
            found[name] = kind
    return found


def _kind(part: Any) -> MediaKind | None:
    if isinstance(part, dict):
        told = cast("dict[str, Any]", part)
        kind = told.get("x-media")
        if kind in ("image", "audio", "file"):
            return kind
        # An optional one, or a list of them.
        return next((k for one in (*told.get("anyOf", ()), told.get("items")) if (k := _kind(one))), None)
    return None


async def read_call(request: Request, spec: ToolSpec, shelf: MediaShelf, limits: Limits) -> dict[str, Any] | Response:
    """The arguments with refs in place of media, or what to answer instead; raises InvalidInput."""
    takes = media_of(spec)
    kind = request.headers.get("content-type", "").split(";")[0].strip().casefold()
    is_form = kind == "multipart/form-data"
    if (kind != "application/json" and not (is_form and takes)) or request.headers.get(
        "content-encoding", "identity"
    ) != "identity":
        return refusal(415, "invalid_input", "send application/json" + (" or multipart/form-data" if takes else ""))
    most, within_s = MOST_WORDS, limits.body_within_s
    if takes:
        most, within_s = most + MOST_MEDIA * 4 // 3, within_s * 4
    raw = await read_bounded(request, most, within_s)
    if isinstance(raw, Response):
        return raw
    if is_form:
        return await _of_form(request, raw, takes, shelf)
    arguments = read_json(raw, dict[str, Any])
    return {name: _shelved(value, name, takes, shelf) for name, value in arguments.items()}


async def read_bounded(request: Request, most: int, within_s: float) -> bytes | Response:
    """The whole body, or what to answer where it is too big or too slow."""
    length = request.headers.get("content-length", "0")
    if not (length.isascii() and length.isdecimal()):
        raise InvalidInput("a length in digits", field="content-length")
    if int(length[:12]) > most:
        return refusal(413, "invalid_input", f"more than {most} bytes")
    raw = bytearray()
    try:
        async with asyncio.timeout(within_s):
            async for part in request.stream():
                raw += part
                if len(raw) > most:
                    return refusal(413, "invalid_input", f"more than {most} bytes")
    except TimeoutError:
        return refusal(408, "invalid_input", "the body came too slowly", {"Connection": "close"})
    return bytes(raw)


async def _of_form(
    request: Request, raw: bytes, takes: dict[str, MediaKind], shelf: MediaShelf
) -> dict[str, Any] | Response:
    sent = False

    async def once() -> Message:
        nonlocal sent
        body, sent = (b"" if sent else raw), True
        return {"type": "http.request", "body": body, "more_body": False}

    try:
        form = await Request({**request.scope, "app": None}, once).form(
            max_files=_MOST_PARTS, max_fields=1, max_part_size=MOST_WORDS
        )
    except (MultiPartException, HTTPException, KeyError, ValueError):
        raise InvalidInput("not a form that can be read") from None
    arguments: dict[str, Any] = {}
    files: dict[str, list[str]] = {}
    try:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                if name not in takes:
                    raise InvalidInput("a file that no argument asks for", field=name[:80])
                ref = shelf.put(_media(await value.read(), takes[name], name, value.filename or ""))
                files.setdefault(name, []).append(ref)
            elif name == ARGUMENTS:
                arguments = read_json(value.encode("utf-8", "surrogatepass"), dict[str, Any])
            else:
                raise InvalidInput(f"words stand in the part {ARGUMENTS}, as one JSON object", field=name[:80])
    finally:
        await form.close()
    if both := set(arguments) & set(files):
        raise InvalidInput("a key stands twice", field=min(both)[:80])
    told = {name: _shelved(value, name, takes, shelf) for name, value in arguments.items()}
    return told | {name: refs if len(refs) > 1 else refs[0] for name, refs in files.items()}


def _shelved(value: Any, name: str, takes: dict[str, MediaKind], shelf: MediaShelf) -> Any:
    if name not in takes or value is None:
        return value
    if isinstance(value, list):
        return [_shelved(one, name, takes, shelf) for one in cast("list[Any]", value)]
    if not isinstance(value, str):
        raise InvalidInput("base64 of the bytes, or a data: address", field=name)
    body = value
    if value.startswith("data:"):
        head, comma, body = value.partition(",")
        if not comma or not head.endswith(";base64"):
            raise InvalidInput("a data: address holds base64", field=name)
    try:
        content = base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidInput("base64 of the bytes, or a data: address", field=name) from None
    return shelf.put(_media(content, takes[name], name, ""))


def _media(content: bytes, kind: MediaKind, field: str, label: str) -> Media:
    """What the bytes are is told by the bytes: a file that calls itself a picture is none."""
    if not content or len(content) > MOST_MEDIA:
        raise InvalidInput(f"from 1 to {MOST_MEDIA} bytes", field=field)
    found = sniff(content)
    if kind != "file" and (found == UNKNOWN or found.split("/", 1)[0] != kind):
        raise InvalidInput(f"these bytes are no {kind}", field=field)
    return Media(kind, found, content, "".join(c for c in label if c.isprintable())[-80:])
