"""One pool of connections. aiohttp is imported with the first request, not with the program.

aiohttp because its parser is C and because it hands over all that has arrived at once: over httpx a streamed answer
cost five times as much, most of it in h11 (`make bench`, agent loop).
"""

from __future__ import annotations

import asyncio
import io
import os
import ssl
import urllib.request
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from kangban.adapters.openai_chat.faults import Passing, broken_answer, raise_for_status, unreachable
from kangban.adapters.openai_chat.reading import network_errors
from kangban.adapters.openai_chat.settings import OpenAIChatSettings, completions_url, key_header

_LONGEST_LIST = 4 * 1024 * 1024
_LARGE_BODY = 1024 * 1024  # from here on aiohttp wants a file, so that the loop is not held up by one write
_MOST_CONNECTIONS = 64
_KEPT_ALIVE_S = 30.0

if TYPE_CHECKING:
    import aiohttp


class Wire:
    """Posts JSON and hands back the open response. Belongs to the event loop it is used in.

    A key must follow no redirect, and no cookie is kept. Proxies of the environment are used, but never for an
    endpoint on this machine.
    """

    def __init__(self, url: str, headers: dict[str, str], settings: OpenAIChatSettings) -> None:
        self._address = url
        self._settings = settings
        self._headers = {**headers, "Content-Type": "application/json", "Accept-Encoding": "identity"}
        self._session: aiohttp.ClientSession | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._proxy: str | None = None

    async def post(self, body: bytes) -> aiohttp.ClientResponse:
        """Send; returns when the headers are there. Raises aiohttp.ClientError, TimeoutError for a silent server."""
        session = await self._opened()
        data = body if len(body) < _LARGE_BODY else io.BytesIO(body)
        async with asyncio.timeout(self._settings.connect_s + self._settings.first_byte_s):
            return await session.post(
                self._address, data=data, headers=self._headers, proxy=self._proxy, allow_redirects=False
            )

    async def close(self) -> None:
        """Close all connections; safe to call twice, and after its loop has ended."""
        session, self._session = self._session, None
        if session is not None:
            await _closed(session)

    async def _opened(self) -> aiohttp.ClientSession:
        loop = asyncio.get_running_loop()
        if self._loop is not loop:  # connections of a loop that is gone are dead
            await self.close()
            self._loop = loop
        if self._session is None:
            self._proxy = _proxy(self._address, self._settings)
            self._session = _session(self._address, self._settings)
        return self._session


async def listed(settings: OpenAIChatSettings) -> Any:
    """What the server answers to GET …/models, decoded; raises Unavailable, or InvalidInput for a refusal."""
    address = completions_url(settings.url).replace("/chat/completions", "/models", 1)
    headers = {"Authorization": key_header(settings.key)} if settings.key else {}
    session, pieces = _session(address, settings), bytearray()
    try:
        async with (
            asyncio.timeout(settings.connect_s + settings.first_byte_s),
            session.get(address, headers=headers, proxy=_proxy(address, settings), allow_redirects=False) as response,
        ):
            while piece := await response.content.readany():
                pieces += piece
                if len(pieces) > _LONGEST_LIST:
                    raise broken_answer()
    except network_errors() as error:
        raise unreachable(type(error).__name__) from None
    finally:
        await session.close()
    try:
        if response.status != 200:
            raise_for_status(response.status, bytes(pieces[:4096]).decode(errors="replace"))
        return msgspec.json.decode(bytes(pieces))
    except Passing as passing:
        raise passing.fault from None
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise broken_answer() from None


def _session(address: str, settings: OpenAIChatSettings) -> aiohttp.ClientSession:
    import aiohttp

    connector = aiohttp.TCPConnector(
        limit=_MOST_CONNECTIONS,
        keepalive_timeout=_KEPT_ALIVE_S,
        ssl=_trust() if address.lower().startswith("https") else True,
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=settings.connect_s),
        skip_auto_headers=("User-Agent",),
    )


async def _closed(session: aiohttp.ClientSession) -> None:
    """Close it; of a loop that has ended only what Python holds is let go: its sockets went with the loop."""
    connector = session.connector
    session.detach()
    if connector is not None:
        await connector.close()


def _trust() -> ssl.SSLContext:
    """Who is believed: what SSL_CERT_FILE and SSL_CERT_DIR name, else this system's authorities and certifi's."""
    context = ssl.create_default_context()
    if not os.environ.get("SSL_CERT_FILE") and not os.environ.get("SSL_CERT_DIR"):
        import certifi

        context.load_verify_locations(certifi.where())
    return context


def _proxy(url: str, settings: OpenAIChatSettings) -> str | None:
    parts = urlsplit(url)
    if settings.place == "this_machine" or urllib.request.proxy_bypass(parts.hostname or ""):
        return None
    proxies = urllib.request.getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")
