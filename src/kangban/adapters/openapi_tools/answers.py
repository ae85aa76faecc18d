"""What came back → what the tool gave. A server's error is told as one; its own words stay data."""

from __future__ import annotations

import base64
import binascii
from typing import Any, Final, cast

import msgspec

from kangban.adapters.openapi_tools.document import is_shallow
from kangban.adapters.openapi_tools.operations import Route
from kangban.kernel.errors import Unavailable
from kangban.kernel.media import sniff
from kangban.ports.media import Media, MediaKind
from kangban.ports.tool_servers import RemoteResult
from kangban.ports.web_fetch import Fetched

MOST_WORDS: Final = 4 * 1024 * 1024  # bytes of an answer that is no media
_SHOWN: Final = 2_000  # characters of an error's own words


def result_of(route: Route, got: Fetched) -> RemoteResult:
    """The result; raises Unavailable where the key is refused, the server is busy or its answer cannot be read."""
    if got.status in (401, 407):
        raise Unavailable("the server refuses the key, or wants one")
    if got.status == 429 or got.status >= 500:
        raise Unavailable(f"the server answered with status {got.status}")
    if got.status >= 400:
        value = _value(got)
        shown = value if len(msgspec.json.encode(value)) <= _SHOWN else str(value)[:_SHOWN]
        return RemoteResult({"status": got.status, "error": shown}, ok=False)
    if not got.body:
        return RemoteResult({"status": got.status})
    if not _is_words(got.media_type):
        kind = got.media_type.split("/", 1)[0]
        told: MediaKind = "image" if kind == "image" else "audio" if kind == "audio" else "file"
        return RemoteResult({}, media=(_media(told, got.body),))
    value = _value(got)
    return _with_media(route, value) if any(route.outputs) else RemoteResult(value)


def _is_words(media_type: str) -> bool:
    bare = media_type.casefold()
    return bare in ("", "application/json", "application/xml", "application/yaml") or bare.startswith("text/") or (
        bare.endswith(("+json", "+xml"))
    )  # fmt: skip


def _value(got: Fetched) -> Any:
    if len(got.body) > MOST_WORDS:
        raise Unavailable(f"the server says more than {MOST_WORDS} bytes")
    if "json" in got.media_type or not got.media_type:
        try:
            value = msgspec.json.decode(got.body)
            if not is_shallow(value):
                raise Unavailable("the server's answer is nested too deep")
            return value
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            if "json" in got.media_type and got.status < 400:
                raise Unavailable("the server's answer is no JSON") from None
    return {"text": got.body.decode("utf-8", "replace")}


def _with_media(route: Route, value: Any) -> RemoteResult:
    """An AgentLego answer: base64 becomes media, by the kinds its description names."""
    parts = cast("list[Any]", value) if route.listed and isinstance(value, list) else [value]
    if len(parts) != len(route.outputs):
        raise Unavailable("the server's answer is not what it described")
    rest: list[Any] = []
    made: list[Media] = []
    for kind, part in zip(route.outputs, parts, strict=True):
        if not kind:
            rest.append(part)
            continue
        try:
            content = base64.b64decode(part, validate=True) if isinstance(part, str) else b""
        except (binascii.Error, ValueError):
            content = b""
        if not content:
            raise Unavailable("the server's answer is not what it described")
        made.append(_media(cast("MediaKind", kind), content))
    return RemoteResult(rest[0] if len(rest) == 1 else rest or {}, media=tuple(made))


def _media(kind: MediaKind, content: bytes) -> Media:
    found = sniff(content)
    if kind != "file" and found.split("/", 1)[0] != kind:
        kind = "file"
    return Media(kind, found, content)
