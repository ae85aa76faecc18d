"""Fetching a page that somebody else chose the address of. Adapter: adapters/safe_fetch.py."""

from __future__ import annotations

from typing import Protocol

import msgspec


class Fetched(msgspec.Struct, frozen=True):
    """What came back: the last address after redirects, status, media type without parameters, and the bytes."""

    url: str
    status: int
    media_type: str
    body: bytes
    charset: str = ""


class WebFetch(Protocol):
    """Never reaches this machine or the network it stands in, unless the operator said so."""

    async def get(self, url: str) -> Fetched:
        """Fetch; raises InvalidInput for an address that may not be opened, Unavailable when it does not answer,
        answers with an error, too much, too slowly, or something that is not text.
        """
        ...
