"""<think>…</think> inside the content of models whose server does not set their thoughts apart."""

from __future__ import annotations

from kangban.ports.chat_model import ChatEvent, ReasoningDelta, TextDelta

_OPEN, _CLOSE = "<think>", "</think>"


class ThoughtSplitter:
    """Feed content; get text and thoughts apart. A tag cut in two is held back until it is whole.

    A lone </think> (the opening tag stood in the prompt) is dropped; what came before it was already text.
    """

    __slots__ = ("_held", "_inside")

    def __init__(self) -> None:
        self._held = ""
        self._inside = False

    def feed(self, content: str) -> list[ChatEvent]:
        """Return the deltas this piece completes."""
        if not self._held and "<" not in content:
            return [ReasoningDelta(content) if self._inside else TextDelta(content)] if content else []
        found: list[ChatEvent] = []
        rest = self._held + content
        self._held = ""
        while rest:
            at, tag = _first_tag(rest)
            if tag:
                self._emit(found, rest[:at])
                self._inside = tag == _OPEN
                rest = rest[at + len(tag) :]
                continue
            self._emit(found, rest[:at])
            self._held = rest[at:]
            break
        return found

    def end(self) -> list[ChatEvent]:
        """Return what was held back."""
        found: list[ChatEvent] = []
        self._emit(found, self._held)
        self._held = ""
        return found

    def _emit(self, found: list[ChatEvent], text: str) -> None:
        if text:
            found.append(ReasoningDelta(text) if self._inside else TextDelta(text))


def _first_tag(text: str) -> tuple[int, str]:
    """Place and name of the first tag; ("", place) from where the end of the text may become one."""
    places = [(at, tag) for tag in (_OPEN, _CLOSE) if (at := text.find(tag)) >= 0]
    if places:
        return min(places)
    start = text.rfind("<", max(0, len(text) - len(_CLOSE)))
    tail = text[start:] if start >= 0 else ""
    return (start, "") if tail and (_OPEN.startswith(tail) or _CLOSE.startswith(tail)) else (len(text), "")
