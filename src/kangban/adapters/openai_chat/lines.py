"""Server-sent events from bytes: only what chat servers send, at the cost of a split.

httpx-sse decodes every line to text and builds an event object; with JSON parsed from bytes that work is thrown away.
"""

from __future__ import annotations

from kangban.kernel.errors import Unavailable

LONGEST_LINE = 8 * 1024 * 1024


class EventLines:
    """Feed network chunks, cut anywhere; get the payloads of complete events.

    Takes `data:` with or without a space, CRLF, comments, several data lines in one event, a missing
    blank line at the end. An error event ("event: error", or llama.cpp's "error: {…}") comes out as
    {"error": payload}. Raises Unavailable when a line grows past LONGEST_LINE.
    """

    __slots__ = ("_failing", "_parts", "_rest", "_started")

    def __init__(self) -> None:
        self._rest = b""
        self._parts: list[bytes] = []
        self._failing = False
        self._started = False

    def feed(self, chunk: bytes) -> list[bytes]:
        """Return the payloads completed by this chunk."""
        if not self._started:
            self._started = True
            chunk = chunk.removeprefix(b"\xef\xbb\xbf")
        if not self._rest and not self._parts and chunk.startswith(b"data: {") and chunk.find(b"\n") == len(chunk) - 2:
            return [chunk[6:-2]] if chunk.endswith(b"\n\n") else self._lines(chunk)
        return self._lines(self._rest + chunk)

    def end(self) -> list[bytes]:
        """Return what the stream ended on without a blank line."""
        found = self._lines(self._rest + b"\n\n") if self._rest or self._parts else []
        self._rest = b""
        return found

    def _lines(self, text: bytes) -> list[bytes]:
        found: list[bytes] = []
        lines = text.split(b"\n")
        self._rest = lines.pop()
        if len(self._rest) > LONGEST_LINE:
            raise Unavailable("the model server sent a line without end", key="model.broken_answer")
        for line in lines:
            bare = line.removesuffix(b"\r")
            if not bare:
                self._dispatch(found)
            elif bare.startswith(b"data:"):
                self._parts.append(bare[5:].removeprefix(b" "))
            elif bare.startswith(b"error:"):
                self._failing = True
                self._parts.append(bare[6:].strip())
            elif bare.startswith(b"event:"):
                self._failing = bare[6:].strip() == b"error"
        return found

    def _dispatch(self, found: list[bytes]) -> None:
        if self._parts:
            payload = b"\n".join(self._parts)
            found.append(b'{"error":' + payload + b"}" if self._failing else payload)
            self._parts = []
        self._failing = False
