"""One pool of connections. httpx is imported with the first request, not with the program."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
import urllib.request
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from kangban.adapters.openai_chat.faults import Passing, broken_answer, raise_for_status, unreachable
from kangban.adapters.openai_chat.settings import OpenAIChatSettings, completions_url, key_header

_LONGEST_LIST = 4 * 1024 * 1024

if TYPE_CHECKING:
    import httpx


class Wire:
    """Posts JSON and hands back the open response. Belongs to the event loop it is used in.

    It speaks to httpx's transport: the client above it (redirects, cookies, auth flows) is a quarter of
    the cost of a request, and a key must follow no redirect. Proxies of the environment are used, but
    never for an endpoint on this machine.
    """

    def __init__(self, url: str, headers: dict[str, str], settings: OpenAIChatSettings) -> None:
        self._address = url
        self._settings = settings
        self._headers = {**headers, "Content-Type": "application/json", "Accept-Encoding": "identity"}
        self._transport: httpx.AsyncHTTPTransport | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._url: httpx.URL | None = None
        self._timeouts: dict[str, Any] = {}

    async def post(self, body: bytes) -> httpx.Response:
        """Send; returns when the headers are there. Raises httpx.TransportError, TimeoutError for a silent server."""
        httpx = _httpx()
        transport = self._opened(httpx)
        request = httpx.Request("POST", self._url or self._address, headers=self._headers, content=body)
        request.extensions = self._timeouts
        async with asyncio.timeout(self._settings.connect_s + self._settings.first_byte_s):
            return await transport.handle_async_request(request)

    async def close(self) -> None:
        """Close all connections; safe to call twice."""
        transport, self._transport = self._transport, None
        if transport is not None and self._loop is asyncio.get_running_loop():
            await transport.aclose()

    def _opened(self, httpx: Any) -> httpx.AsyncHTTPTransport:
        loop = asyncio.get_running_loop()
        if self._transport is None or self._loop is not loop:  # connections of a loop that is gone are dead
            settings = self._settings
            limit = max(settings.first_byte_s, settings.idle_s)
            self._timeouts = {"timeout": {"connect": settings.connect_s, "read": limit, "write": limit, "pool": limit}}
            self._url = httpx.URL(self._address)
            self._transport = httpx.AsyncHTTPTransport(
                proxy=_proxy(self._address, settings),
                limits=httpx.Limits(max_connections=64, max_keepalive_connections=16, keepalive_expiry=30.0),
            )
            self._loop = loop
        return self._transport  # pyright: ignore[reportReturnType]


async def listed(settings: OpenAIChatSettings) -> Any:
    """What the server answers to GET …/models, decoded; raises Unavailable, or InvalidInput for a refusal."""
    httpx = _httpx()
    address = completions_url(settings.url).replace("/chat/completions", "/models", 1)
    headers = {"Authorization": key_header(settings.key)} if settings.key else {}
    transport = httpx.AsyncHTTPTransport(proxy=_proxy(address, settings))
    limits = {"connect": settings.connect_s, "read": settings.first_byte_s, "write": 10.0, "pool": 10.0}
    request = httpx.Request("GET", address, headers=headers, extensions={"timeout": limits})
    try:
        response = await transport.handle_async_request(request)
        pieces = bytearray()
        async for piece in response.aiter_bytes():
            pieces += piece
            if len(pieces) > _LONGEST_LIST:
                raise broken_answer()
        await response.aclose()
    except (httpx.TransportError, httpx.DecodingError, OSError) as error:
        raise unreachable(type(error).__name__) from None
    finally:
        await transport.aclose()
    try:
        if response.status_code != 200:
            raise_for_status(response.status_code, bytes(pieces[:4096]).decode(errors="replace"))
        return msgspec.json.decode(bytes(pieces))
    except Passing as passing:
        raise passing.fault from None
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise broken_answer() from None


def _httpx() -> Any:
    if "httpx" not in sys.modules and importlib.util.find_spec("sniffio") is None:
        # httpcore tries to import sniffio four times a request; where it is not installed, each try searches the whole
        # path (0.1 ms a request). None is Python's own mark for "known to be missing".
        sys.modules["sniffio"] = None  # pyright: ignore[reportArgumentType]
    import httpx

    return httpx


def _proxy(url: str, settings: OpenAIChatSettings) -> str | None:
    parts = urlsplit(url)
    if settings.place == "this_machine" or urllib.request.proxy_bypass(parts.hostname or ""):
        return None
    proxies = urllib.request.getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")
