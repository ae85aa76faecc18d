"""One call → one request: every argument where the description put it, written so that it can be nothing else."""

from __future__ import annotations

import base64
import secrets
from typing import Any, cast
from urllib.parse import quote, urlencode

import msgspec

from kangban.adapters.openapi_tools.fitting import fitted
from kangban.adapters.openapi_tools.operations import Place, Route
from kangban.adapters.openapi_tools.securing import Securing
from kangban.kernel.errors import InvalidInput
from kangban.ports.media import Media, MediaShelf
from kangban.ports.tool_servers import RemoteTool
from kangban.ports.web_fetch import Asking

_LISTS = {"spaceDelimited": " ", "pipeDelimited": "|"}


def asking_of(tool: RemoteTool, route: Route, key: str, arguments: dict[str, Any], media: MediaShelf | None) -> Asking:
    """The request; raises InvalidInput naming the argument, NotFound for media that are not there."""
    given = fitted(tool.parameters, arguments)
    missing = [name for name, place in route.places.items() if place.required and given.get(name) is None]
    if missing:
        raise InvalidInput("it is needed", field=missing[0][:80])
    url, query, headers = route.url, list[tuple[str, str]](), dict[str, str]()
    body: dict[str, Any] = {}
    for name, told in given.items():
        place = route.places[name]
        value = _held(media, told, name) if name in tool.takes and told is not None else told
        if place.where == "body":
            body[name] = value
        elif value is None:
            continue
        elif place.where == "path":
            url = url.replace("{" + place.name + "}", _segment(name, value))
        elif place.where == "header":
            headers[place.name] = _header(name, value)
        else:
            query += _query(place, value)
    _secure(route.securing, key, headers, query)
    content, kind = _body(route, body)
    if kind:
        headers["Content-Type"] = kind
    whole = f"{url}{'&' if '?' in url else '?'}{urlencode(query, quote_via=quote)}" if query else url
    return Asking(whole, cast("Any", route.method), headers, content)


def _held(media: MediaShelf | None, value: Any, name: str) -> Media:
    if media is None or not isinstance(value, str):
        raise InvalidInput("the ref of a picture, sound or file of this run", field=name[:80])
    return media.get(value)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _segment(name: str, value: Any) -> str:
    parts = cast("list[Any]", value) if isinstance(value, list) else [value]
    written = ",".join(quote(_plain(one), safe="") for one in parts)
    # A dot or two would walk up the path, whatever else is escaped.
    if not written or written in (".", "..") or len(written) > 1_000:
        raise InvalidInput("this cannot be a part of a path", field=name[:80])
    return written


def _header(name: str, value: Any) -> str:
    parts = cast("list[Any]", value) if isinstance(value, list) else [value]
    written = ",".join(_plain(one) for one in parts)
    if not written.isascii() or not written.isprintable() or len(written) > 2_000:
        raise InvalidInput("no header can hold this", field=name[:80])
    return written


def _query(place: Place, value: Any) -> list[tuple[str, str]]:
    if place.style == "json":
        return [(place.name, msgspec.json.encode(value).decode())]
    if isinstance(value, dict):
        told = cast("dict[str, Any]", value)
        if place.style == "deepObject":
            return [(f"{place.name}[{key}]", _plain(one)) for key, one in told.items()]
        if place.explode:
            return [(str(key), _plain(one)) for key, one in told.items()]
        return [(place.name, ",".join(f"{key},{_plain(one)}" for key, one in told.items()))]
    if isinstance(value, list):
        parts = [_plain(one) for one in cast("list[Any]", value)]
        if place.explode:
            return [(place.name, one) for one in parts]
        return [(place.name, _LISTS.get(place.style, ",").join(parts))] if parts else []
    return [(place.name, _plain(value))]


def _secure(how: Securing, key: str, headers: dict[str, str], query: list[tuple[str, str]]) -> None:
    if not key or how.kind == "none":
        return
    if how.kind == "query":
        # Whatever an argument said under this name, the server reads one key: the operator's.
        query[:] = [pair for pair in query if pair[0] != how.name]
        query.append((how.name, key))
    elif how.kind == "header":
        for name in [one for one in headers if one.casefold() == how.name.casefold()]:
            del headers[name]
        headers[how.name] = key
    else:
        basic = how.kind == "basic"
        headers["Authorization"] = f"Basic {base64.b64encode(key.encode()).decode()}" if basic else f"Bearer {key}"


def _body(route: Route, given: dict[str, Any]) -> tuple[bytes, str]:
    """(bytes, content type); nothing for an operation without a body."""
    if route.whole:
        if route.whole not in given:
            return b"", ""
        value = given[route.whole]
        if isinstance(value, Media):
            return value.content, value.media_type
        if route.body == "text":
            return _plain(value).encode(), "text/plain; charset=utf-8"
        return msgspec.json.encode(value), "application/json"
    if not route.body:
        return b"", ""
    told = {route.places[name].name: value for name, value in given.items()}
    if route.body == "json":
        return msgspec.json.encode(told), "application/json"
    kept = {name: value for name, value in told.items() if value is not None}
    if route.body == "form":
        pairs = [(name, _plain(one)) for name, value in kept.items() for one in _each(value)]
        return urlencode(pairs, quote_via=quote).encode(), "application/x-www-form-urlencoded"
    return _multipart(kept)


def _each(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else [value]


def _multipart(told: dict[str, Any]) -> tuple[bytes, str]:
    boundary = f"kangban-{secrets.token_hex(16)}"
    parts: list[bytes] = []
    for name, value in told.items():
        for one in _each(value):
            head = f'Content-Disposition: form-data; name="{_quoted(name)}"'
            if isinstance(one, Media):
                head += f'; filename="{_quoted(one.name) or "file"}"\r\nContent-Type: {one.media_type}'
                content = one.content
            else:
                content = _plain(one).encode()
            parts.append(f"--{boundary}\r\n{head}\r\n\r\n".encode() + content + b"\r\n")
    return b"".join(parts) + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def _quoted(text: str) -> str:
    """As a form's head holds it: a quote or a line break in a name would end it."""
    return text.replace("\\", "\\\\").replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")[:200]
