"""Tool calls put together from deltas, whatever a server leaves out or says twice."""

from __future__ import annotations

from typing import Any, cast

import msgspec

from kangban.adapters.openai_chat.chunks import CallPart
from kangban.ports.chat_model import ToolCall


class _Slot:
    __slots__ = ("given", "id", "name", "text")

    def __init__(self) -> None:
        self.id = ""
        self.name = ""
        self.text = ""
        self.given: dict[str, Any] | None = None  # arguments that came as an object

    def whole(self) -> bool:
        return self.given is not None or (self.text != "" and _parsed(self.text) is not None)


class CallAssembler:
    """Collects call parts.

    A part belongs to the call with its index; without one, to the call with its id, or to the newest. A part begins
    another call in spite of its index when it brings another id, or a name after complete arguments: some
    servers number every call 0.
    """

    def __init__(self) -> None:
        self._slots: list[_Slot] = []
        self._by_index: dict[int, _Slot] = {}

    def __bool__(self) -> bool:
        return bool(self._slots)

    def take(self, parts: list[CallPart]) -> None:
        """Add the parts of one delta."""
        for place, part in enumerate(parts):
            self._add(part, place if len(parts) > 1 else None)

    def calls(self) -> tuple[ToolCall, ...]:
        """All calls in the order they began; a missing or repeated id is replaced by one of ours."""
        seen: set[str] = set()
        made: list[ToolCall] = []
        for number, slot in enumerate(self._slots):
            call_id = slot.id
            while not call_id or call_id in seen:
                call_id = f"{call_id or 'call'}_{number}"
            seen.add(call_id)
            raw = slot.text if slot.given is None else msgspec.json.encode(slot.given).decode()
            arguments = slot.given if slot.given is not None else _parsed(slot.text)
            made.append(ToolCall(call_id, slot.name.strip(), arguments, raw))
        return tuple(made)

    def _add(self, part: CallPart, place: int | None) -> None:
        function = part.function
        name = (function.name if function else None) or ""
        slot = self._slot(part, name, place)
        if part.id and not slot.id:
            slot.id = part.id
        if name and name != slot.name:  # the same name again is an echo, another piece is the rest of it
            slot.name += name
        given: Any = function.arguments if function else None
        if isinstance(given, str):
            slot.text += given
        elif isinstance(given, dict):
            slot.given = {**(slot.given or {}), **cast("dict[str, Any]", given)}

    def _slot(self, part: CallPart, name: str, place: int | None) -> _Slot:
        index = part.index
        if index is None and not part.id:
            index = place
        if index is not None:
            slot = self._by_index.get(index)
        elif part.id:
            slot = next((each for each in self._slots if each.id == part.id), None)
        else:
            slot = self._slots[-1] if self._slots else None
        if slot is not None:
            other_id = bool(part.id) and slot.id not in ("", part.id)
            if not ((other_id and name) or (name and slot.name and slot.whole())):
                return slot
        slot = _Slot()
        self._slots.append(slot)
        if index is not None:
            self._by_index[index] = slot
        return slot


def _parsed(text: str) -> dict[str, Any] | None:
    if not text.strip():
        return {}
    try:
        value = msgspec.json.decode(text)
        if isinstance(value, str):  # encoded twice
            value = msgspec.json.decode(value)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None
