"""An open response read piece by piece, with a limit on every silence."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from kangban.adapters.openai_chat.faults import Passing, broken_answer, too_slow, unreachable

if TYPE_CHECKING:
    import aiohttp


def network_errors() -> tuple[type[Exception], ...]:
    """The errors of a broken connection; called only once something went wrong, so aiohttp is there already."""
    import aiohttp
    from aiohttp.http_exceptions import HttpProcessingError

    return (aiohttp.ClientError, HttpProcessingError, OSError)


def network_fault(error: Exception) -> Passing:
    """The fault to tell of; only the error's class is named, its message may hold an address."""
    name = type(error).__name__
    return Passing(too_slow("network") if "Timeout" in name else unreachable(name))


class Body:
    """The body of a response. Every read raises Passing when the connection breaks or stays silent too long."""

    def __init__(self, response: aiohttp.ClientResponse, first_byte_s: float, idle_s: float) -> None:
        self._source = response.content
        self._limit_s = first_byte_s
        self._idle_s = idle_s
        self._stage = "first_byte"

    async def read(self) -> bytes | None:
        """All that has arrived since, None at the end."""
        try:
            async with asyncio.timeout(self._limit_s):
                piece = await self._source.readany()
        except TimeoutError:
            raise Passing(too_slow(self._stage)) from None
        except network_errors() as error:
            raise network_fault(error) from None
        self._limit_s, self._stage = self._idle_s, "idle"
        return piece or None

    async def whole(self, most: int) -> bytes:
        """All of it; raises Passing for more than `most` bytes."""
        pieces: list[bytes] = []
        size = 0
        while (piece := await self.read()) is not None:
            pieces.append(piece)
            size += len(piece)
            if size > most:
                raise Passing(broken_answer())
        return b"".join(pieces)

    async def drain(self, for_s: float) -> None:
        """Read to the end if it comes soon, so that the connection can be used again."""
        self._limit_s = self._idle_s = for_s
        with suppress(Passing):
            while await self.read() is not None:
                pass
