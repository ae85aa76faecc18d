"""The fetch itself. httpcore speaks HTTP; where a connection goes is decided here and nowhere else."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable
from functools import lru_cache
from typing import Any, cast
from urllib.parse import urljoin

import httpcore
import msgspec

from kangban.adapters.safe_fetch.targets import Target, check_address, media_type_allowed, read_target
from kangban.kernel.errors import InvalidInput, KangbanError, Unavailable
from kangban.ports.web_fetch import Asking, Fetched

Resolver = Callable[[str, int], Awaitable[list[str]]]
_REDIRECTS = (301, 302, 303, 307, 308)
_PLAIN = Asking("")
_CHARSET = re.compile(r"charset=[\"']?([\w-]{1,40})", re.IGNORECASE)


class FetchLimits(msgspec.Struct, frozen=True):
    """Bytes after decompression, seconds for the whole fetch and for a step of it, redirects, media types."""

    most_bytes: int = 2_000_000
    whole_s: float = 20.0
    step_s: float = 8.0
    redirects: int = 5
    media_types: tuple[str, ...] = (
        "text/html", "text/plain", "text/csv", "text/xml", "application/xhtml+xml", "application/json",
        "application/xml", "application/atom+xml", "application/rss+xml", "application/pdf",
    )  # fmt: skip


async def system_resolver(host: str, port: int) -> list[str]:
    """Every address of a name, as the machine resolves it."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return [str(row[4][0]) for row in found]


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    """The machine's own trust, read once: that takes longer than a whole run of an agent, and every run has a fetch."""
    return ssl.create_default_context()


class SafeFetch:
    """See ports/web_fetch.py. `allowed`: host:port that may lead inside, the operator's word."""

    def __init__(
        self,
        *,
        allowed: frozenset[str] = frozenset(),
        limits: FetchLimits | None = None,
        resolver: Resolver = system_resolver,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._allowed = allowed
        self._limits = limits or FetchLimits()
        self._resolver = resolver
        self._tls = tls

    async def get(self, url: str) -> Fetched:
        """Fetch; see ports/web_fetch.py."""
        return await self._within(self._follow(url))

    async def send(self, asking: Asking) -> Fetched:
        """Ask a service; see ports/web_fetch.py."""
        return await self._within(self._asked(asking))

    async def _within(self, work: Coroutine[Any, Any, Fetched]) -> Fetched:
        try:
            async with asyncio.timeout(self._limits.whole_s):
                return await work
        except TimeoutError:
            raise _unavailable("it took too long") from None
        except (
            httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, httpcore.UnsupportedProtocol,
            OSError, UnicodeError,
        ) as error:  # fmt: skip
            raise _unavailable(type(error).__name__) from None

    async def _follow(self, url: str) -> Fetched:
        for _ in range(self._limits.redirects + 1):
            target = read_target(url, self._allowed)
            found = await self._once(target)
            if isinstance(found, Fetched):
                return found
            if target.scheme == "https" and urljoin(target.url, found).startswith("http:"):
                raise InvalidInput("a redirect to an address without TLS", field="url", key="privacy.fetch_refused")
            # Read and resolved anew: a redirect is as much a stranger's word as the first address.
            url = urljoin(target.url, found).split("#", 1)[0]
        raise _unavailable("too many redirects")

    async def _asked(self, asking: Asking) -> Fetched:
        if not all(part.isascii() and part.isprintable() for pair in asking.headers.items() for part in pair):
            raise _unavailable("a key that no header can hold")
        found = await self._once(read_target(asking.url, self._allowed), asking)
        if isinstance(found, str):
            raise _unavailable("it led elsewhere")
        return found

    async def _once(self, target: Target, asking: Asking | None = None) -> Fetched | str:
        """One request: what it gave, or where it leads on."""
        ips = await self._checked(target)
        timeout = dict.fromkeys(("connect", "read", "write", "pool"), self._limits.step_s)
        headers = [
            ("Host", target.host_header), ("User-Agent", "Kangban"), ("Accept", "*/*"),
            ("Accept-Encoding", "gzip, deflate, identity"), *((asking or _PLAIN).headers.items()),
        ]  # fmt: skip
        method, content = (asking or _PLAIN).method, (asking or _PLAIN).body
        # The backend makes the connection to what was checked; TLS still verifies the name.
        async with (
            httpcore.AsyncConnectionPool(
                ssl_context=self._tls or _trusted(),
                network_backend=_Pinned(ips),
                max_connections=1,
                http2=False,
                retries=0,
            ) as pool,
            pool.stream(
                method, target.url, headers=headers, content=content or None, extensions={"timeout": timeout}
            ) as response,
        ):
            told = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in response.headers}
            if response.status in _REDIRECTS and told.get("location"):
                return told["location"]
            if response.status >= 400 and asking is None:
                raise _unavailable(f"status {response.status}")
            return await self._read(target, response, told)

    async def _checked(self, target: Target) -> list[str]:
        """The addresses that will be connected to: resolved once, every one of them checked."""
        try:
            ips = list(dict.fromkeys(await self._resolver(target.host, target.port)))
        except (OSError, UnicodeError):
            raise _unavailable("no such name") from None
        if not ips:
            raise _unavailable("no such name")
        # One address inside among them is enough to refuse: nobody means well with both.
        return [check_address(target, ip, self._allowed) for ip in ips]

    async def _read(self, target: Target, response: httpcore.Response, told: dict[str, str]) -> Fetched:
        kind = told.get("content-type", "")
        media_type = kind.split(";", 1)[0].strip().lower()
        # What an error page calls itself is no matter: nobody reads on.
        if response.status < 400 and not media_type_allowed(media_type, self._limits.media_types):
            raise _unavailable("not a kind of file that is read")
        length = told.get("content-length", "")
        if length.isdigit() and int(length) > self._limits.most_bytes:
            raise _too_large()
        encoding = told.get("content-encoding", "").strip().lower()
        body = bytearray()
        async for piece in _unpacked(response.aiter_stream(), encoding, self._limits.most_bytes):
            body += piece
            if len(body) > self._limits.most_bytes:
                raise _too_large()
        charset = _CHARSET.search(kind)
        return Fetched(target.url, response.status, media_type, bytes(body), charset[1] if charset else "", told)


async def _unpacked(raw: AsyncIterator[bytes], encoding: str, most: int) -> AsyncIterator[bytes]:
    """Decompress in bounded steps: a bomb is stopped at the limit, not after it went off."""
    if encoding in ("", "identity"):
        async for piece in raw:
            yield piece
        return
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise _unavailable("an encoding nobody asked for")
    unpack = zlib.decompressobj(zlib.MAX_WBITS | (16 if "gzip" in encoding else 0))
    try:
        async for piece in raw:
            waiting = piece
            while waiting:
                yield unpack.decompress(waiting, most + 1)
                waiting = unpack.unconsumed_tail
        yield unpack.flush()
        if not unpack.eof:
            raise _unavailable("broken off")
    except zlib.error:
        raise _unavailable("broken compression") from None


class _Pinned(httpcore.AsyncNetworkBackend):
    """Connects to the checked addresses only, whatever name it is asked for."""

    def __init__(self, ips: Iterable[str]) -> None:
        self._ips = list(ips)
        self._inner = cast("httpcore.AsyncNetworkBackend", httpcore.AnyIOBackend())

    async def connect_tcp(
        self,
        host: str,  # noqa: ARG002 - never resolved again
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's own signature
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.AsyncNetworkStream:
        last: Exception = httpcore.ConnectError("no address")
        for ip in self._ips:
            try:
                return await self._inner.connect_tcp(ip, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
        raise last

    async def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        raise httpcore.ConnectError("no local sockets")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def _unavailable(why: str) -> KangbanError:
    return Unavailable(f"the page could not be fetched: {why}", field="url", key="privacy.fetch_failed")


def _too_large() -> KangbanError:
    return Unavailable("the page is too large", field="url", key="privacy.fetch_too_large")
