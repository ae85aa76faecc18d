"""One request in JSON and its answer, tried again while the server is busy or away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from kangban.kernel.errors import SettingsRefused, Unavailable

if TYPE_CHECKING:
    import httpx

_BUSY = frozenset({408, 409, 425, 429})
_LONGEST_ANSWER = 64 * 1024 * 1024


class ServerSettings(msgspec.Struct, frozen=True):
    """A server with its patience in seconds; `tries` counts the first. Never shows the key."""

    url: str
    name: str
    key: str = ""
    connect_s: float = 5.0
    answer_s: float = 60.0
    tries: int = 3
    backoff_s: float = 0.3

    def __repr__(self) -> str:
        return f"ServerSettings(name={self.name!r}, key={'set' if self.key else 'none'})"


class JsonWire:
    """Posts to one address below the server's base. Follows no redirect, so that a key stays where it belongs."""

    def __init__(
        self, settings: ServerSettings, path: str, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._settings = settings
        self._url = _address(settings.url, path)
        self._sleep = sleep
        self._client: httpx.AsyncClient | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def post(self, body: dict[str, Any]) -> Any:
        """The answer's JSON; raises Unavailable, with nothing the server said: it may quote what was sent."""
        fault = "no answer"
        for attempt in range(self._settings.tries):
            if attempt:
                await self._sleep(self._settings.backoff_s * 2 ** (attempt - 1))
            status, content = await self._once(msgspec.json.encode(body))
            if status == 200 and len(content) <= _LONGEST_ANSWER:
                try:
                    return msgspec.json.decode(content)
                except msgspec.DecodeError:
                    fault = "no JSON"
                    continue
            fault = f"status {status}" if status else "no connection"
            if status and status not in _BUSY and status < 500:
                break
        raise Unavailable(f"the embeddings server cannot be used: {fault}", key="library.server_away")

    async def _once(self, body: bytes) -> tuple[int, bytes]:
        import httpx

        try:
            answer = await self._opened(httpx).post(self._url, content=body)
        except httpx.HTTPError:
            return 0, b""
        return answer.status_code, answer.content

    def _opened(self, httpx: Any) -> httpx.AsyncClient:
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:  # connections of a loop that is gone are dead
            headers = {"Content-Type": "application/json"}
            if self._settings.key:
                headers["Authorization"] = f"Bearer {self._settings.key}"
            timeout = httpx.Timeout(self._settings.answer_s, connect=self._settings.connect_s)
            # No proxy of the environment: the server is this machine's own.
            self._client = httpx.AsyncClient(headers=headers, timeout=timeout, trust_env=False)
            self._loop = loop
        return self._client  # pyright: ignore[reportReturnType]

    async def close(self) -> None:
        """Close all connections; safe to call twice."""
        client, self._client = self._client, None
        if client is not None and self._loop is asyncio.get_running_loop():
            await client.aclose()


def _address(url: str, path: str) -> str:
    """The address below a base with or without /v1; raises SettingsRefused for a user or password in it."""
    parts = urlsplit(url.strip().rstrip("/"))
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
        raise SettingsRefused(
            "the embeddings address is not a plain http or https address", field="KANGBAN_EMBEDDINGS_URL"
        )
    base = parts.path.removesuffix("/embeddings").removesuffix("/rerank").rstrip("/")
    return f"{parts.scheme}://{parts.netloc}{base if base.endswith('/v1') else f'{base}/v1'}/{path}"
