"""Bytes of a request → the typed request; wrong types are told by the path of the field, never by its value."""

from __future__ import annotations

import asyncio
from typing import Final, TypeVar

from starlette.requests import Request

from kangban.api.v1.faults import Fault
from kangban.api.wire import read_json
from kangban.kernel.errors import InvalidInput

_T = TypeVar("_T")
_AT_ONCE: Final = 256 * 1024
MOST_BODY: Final = 24 * 1024 * 1024  # pictures come in base64


def read(raw: bytes, shape: type[_T]) -> _T:
    """One typed request; raises Fault 400."""
    try:
        return read_json(raw, shape)
    except InvalidInput as error:
        raise Fault(400, error.message, param=error.field, code="invalid_type") from None


async def read_body(request: Request, within_s: float, shape: type[_T]) -> _T:
    """The typed request of a JSON body; raises Fault 400, 408, 413, 415."""
    raw = await _bytes_of(request, within_s)
    # A body of pictures takes long enough to read for others to notice.
    return await asyncio.to_thread(read, raw, shape) if len(raw) > _AT_ONCE else read(raw, shape)


async def _bytes_of(request: Request, within_s: float, most: int = MOST_BODY) -> bytes:
    kind = request.headers.get("content-type", "").split(";")[0].strip().casefold()
    if kind != "application/json" or request.headers.get("content-encoding", "identity") != "identity":
        raise Fault(415, "send application/json", code="unsupported_media_type")
    length = request.headers.get("content-length", "0")
    if not (length.isascii() and length.isdecimal()):
        raise Fault(400, "a length in digits", param="content-length", code="invalid_value")
    too_big = Fault(413, f"more than {most} bytes", code="request_too_large")
    if int(length[:12]) > most:
        raise too_big
    raw = bytearray()
    try:
        async with asyncio.timeout(within_s):
            async for part in request.stream():
                raw += part
                if len(raw) > most:
                    raise too_big
    except TimeoutError:
        raise Fault(408, "the body came too slowly", code="timeout") from None
    return bytes(raw)
