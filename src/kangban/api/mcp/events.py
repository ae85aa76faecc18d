"""What was sent on a stream, kept for a short while so that a client whose connection broke can pick it up."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from typing import Final

from mcp.server.streamable_http import EventCallback, EventMessage, EventStore
from mcp_types import JSONRPCMessage

MOST_EVENTS: Final = 256
MOST_BYTES: Final = 4 * 1024 * 1024


class EventRing(EventStore):
    """The newest events of one session, in memory only, oldest forgotten first; its ids cannot be guessed."""

    def __init__(self, most_events: int = MOST_EVENTS, most_bytes: int = MOST_BYTES) -> None:
        self._kept: OrderedDict[str, tuple[str, JSONRPCMessage | None, int]] = OrderedDict()
        self._most_events, self._most_bytes = most_events, most_bytes
        self._bytes = 0

    async def store_event(self, stream_id: str, message: JSONRPCMessage | None) -> str:
        """Keep one and return its id; None marks the beginning of a stream."""
        size = 0 if message is None else len(message.model_dump_json())
        event_id = secrets.token_urlsafe(18)
        self._kept[event_id] = (stream_id, message, size)
        self._bytes += size
        while len(self._kept) > self._most_events or (self._bytes > self._most_bytes and len(self._kept) > 1):
            _, (_, _, gone) = self._kept.popitem(last=False)
            self._bytes -= gone
        return event_id

    async def replay_events_after(self, last_event_id: str, send_callback: EventCallback) -> str | None:
        """Send what came later on the same stream; None where the id is not kept (any more)."""
        found = self._kept.get(last_event_id)
        if found is None:
            return None
        stream_id, later = found[0], False
        for event_id, (stream, message, _) in tuple(self._kept.items()):
            if later and stream == stream_id and message is not None:
                await send_callback(EventMessage(message, event_id))
            later = later or event_id == last_event_id
        return stream_id
