"""Closing what a model yields: the port promises an iterator; closing it, where it can be, cancels the request."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from kangban.ports.chat_model import ChatEvent


@asynccontextmanager
async def closed_after(events: AsyncIterator[ChatEvent]) -> AsyncGenerator[AsyncIterator[ChatEvent], None]:
    """Give the events; close them on every way out."""
    try:
        yield events
    finally:
        close: Any = getattr(events, "aclose", None)
        if close is not None:
            await close()
