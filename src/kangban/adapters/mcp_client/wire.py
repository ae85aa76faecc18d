"""HTTP to one server: only to the addresses that were checked, and never more than so many bytes of an answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Final

import httpx2

MOST_BYTES: Final = 32 * 1024 * 1024  # of one answer; pictures and sounds come in base64
CONNECT_S: Final = 10.0


class TooMuch(httpx2.TransportError):
    """An answer went past its bound."""


class CheckedTransport(httpx2.AsyncBaseTransport):
    """Connects to the checked addresses of one origin, wherever its name leads later; TLS still asks for the name."""

    def __init__(self, origin: httpx2.URL, ips: Sequence[str], most_bytes: int = MOST_BYTES) -> None:
        self._origin = (origin.scheme, origin.host, origin.port)
        self._ips = tuple(ips)
        self._most = most_bytes
        self._inner = httpx2.AsyncHTTPTransport(retries=0, trust_env=False)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send to the first address that takes a connection; raises for another origin and a packed answer."""
        url = request.url
        if (url.scheme, url.host, url.port) != self._origin:
            raise httpx2.UnsupportedProtocol("it led elsewhere")
        request.extensions = {**request.extensions, "sni_hostname": url.host}
        last: Exception = httpx2.ConnectError("no address")
        for ip in self._ips:
            request.url = url.copy_with(host=ip)
            try:
                response = await self._inner.handle_async_request(request)
            except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                last = error
                continue
            finally:
                request.url = url
            return self._bounded(response)
        raise last

    def _bounded(self, response: httpx2.Response) -> httpx2.Response:
        if response.headers.get("content-encoding", "identity") != "identity":
            raise httpx2.DecodingError("an encoding nobody asked for")
        stream = response.stream
        if not isinstance(stream, httpx2.AsyncByteStream):
            raise httpx2.DecodingError("no stream")
        response.stream = _Counted(stream, self._most)
        return response

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


class _Counted(httpx2.AsyncByteStream):
    def __init__(self, inner: httpx2.AsyncByteStream, most: int) -> None:
        self._inner = inner
        self._left = most

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._inner:
            self._left -= len(piece)
            if self._left < 0:
                raise TooMuch("the answer is too large")
            yield piece

    async def aclose(self) -> None:
        await self._inner.aclose()


def http_client(address: str, ips: Sequence[str], key: str, wait_s: float) -> httpx2.AsyncClient:
    """A client for one server; `key` goes as a bearer token to its origin and nowhere else."""
    headers = {"Accept-Encoding": "identity", "User-Agent": "Kangban"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    return httpx2.AsyncClient(
        transport=CheckedTransport(httpx2.URL(address), ips),
        headers=headers,
        timeout=httpx2.Timeout(wait_s, connect=CONNECT_S),
        trust_env=False,
        follow_redirects=False,
    )
