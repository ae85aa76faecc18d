"""Fetching a page that somebody else chose the address of, or asking a service. Adapter: adapters/safe_fetch."""

from __future__ import annotations

from typing import Literal, Protocol

import msgspec


class Fetched(msgspec.Struct, frozen=True):
    """What came back: the last address after redirects, status, media type without parameters, and the bytes."""

    url: str
    status: int
    media_type: str
    body: bytes
    charset: str = ""
    headers: dict[str, str] = {}  # names in lower case


class Asking(msgspec.Struct, frozen=True):
    """What is asked of a service. `headers` and `body` go to the named host only, never on with a redirect."""

    url: str
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    headers: dict[str, str] = {}
    body: bytes = b""

    def __repr__(self) -> str:
        # The address and the headers may hold a key; a trace or a log line must not.
        return f"Asking({self.method})"


class WebFetch(Protocol):
    """Never reaches this machine or the network it stands in, unless the operator said so."""

    async def get(self, url: str) -> Fetched:
        """Fetch; raises InvalidInput for an address that may not be opened, Unavailable when it does not answer,
        answers with an error, too much, too slowly, or something that is not text.
        """
        ...

    async def send(self, asking: Asking) -> Fetched:
        """Ask a service; a status of 400 or more is an answer. Otherwise raises as `get` does, never naming the
        address; a redirect is refused.
        """
        ...
